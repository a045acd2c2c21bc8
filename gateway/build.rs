//! Puts the web application where the program embeds it: built by Vite, or a page that says that it was not built.
//!
//! `UZEL_WEB=build` or `skip`; a release build builds it, any other one skips it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What the application is made of. `node_modules` must not be here: it changes while it is installed.
const SOURCES: [&str; 7] = [
    "web/src",
    "web/public",
    "web/index.html",
    "web/package.json",
    "web/package-lock.json",
    "web/vite.config.ts",
    "web/tsconfig.json",
];

const NOT_BUILT: &str = "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><title>Узел</title>\
    <p>Веб-приложение в эту сборку не вошло. Соберите его: <code>UZEL_WEB=build cargo build</code>, \
    нужны Node.js 20 и npm.</p></html>";

fn main() {
    println!("cargo::rerun-if-env-changed=UZEL_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(variable("OUT_DIR").expect("cargo names the folder")).join("web");
    let done = if is_wanted() { build(&folder) } else { skip(&folder) };
    if let Err(why) = done {
        println!("cargo::error={why}");
    }
}

fn is_wanted() -> bool {
    let release = variable("PROFILE").as_deref() == Some("release");
    match variable("UZEL_WEB").as_deref() {
        Some("build") => true,
        Some("skip") => false,
        Some(word) if !word.is_empty() => {
            println!("cargo::error=UZEL_WEB is build or skip, not {word}");
            false
        }
        _ => release && variable("DOCS_RS").is_none(),
    }
}

#[expect(clippy::disallowed_methods, reason = "cargo speaks to a build script by the environment")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn skip(folder: &Path) -> Result<(), String> {
    fresh(folder)?;
    fs::write(folder.join("index.html"), NOT_BUILT).map_err(|error| error.to_string())
}

fn build(folder: &Path) -> Result<(), String> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    fresh(folder)?;
    if is_newer(Path::new("web/package-lock.json"), Path::new("web/node_modules/.package-lock.json")) {
        npm(&["ci".as_ref(), "--no-progress".as_ref()])?;
    }
    npm(&[
        "run".as_ref(),
        "build".as_ref(),
        "--".as_ref(),
        "--outDir".as_ref(),
        folder.as_os_str(),
        "--emptyOutDir".as_ref(),
    ])
}

/// A folder without what an earlier build left.
fn fresh(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(folder).map_err(|error| error.to_string())
}

fn is_newer(lock: &Path, installed: &Path) -> bool {
    let changed = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    match (changed(lock), changed(installed)) {
        (Some(lock), Some(installed)) => lock > installed,
        _ => true,
    }
}

fn npm(arguments: &[&OsStr]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let run = Command::new(program).args(arguments).current_dir("web").output().map_err(|error| {
        format!(
            "npm does not start ({error}): the web application needs Node.js 20 or newer. \
             Install it, or leave the application out with UZEL_WEB=skip"
        )
    })?;
    if run.status.success() {
        return Ok(());
    }
    // Lines of their own: cargo shows one line of an error each.
    let said = [run.stdout, run.stderr].concat();
    for line in String::from_utf8_lossy(&said).lines().rev().take(40).collect::<Vec<_>>().iter().rev() {
        println!("cargo::warning={line}");
    }
    Err(format!("the web application was not built: {}", run.status))
}
