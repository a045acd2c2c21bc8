//! What cannot work is said in a sentence that helps.

mod common;

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    process::{Command, Stdio},
};

use common::{Holder, Place, account, helper_is_open_to_all, is_root, psql, refusal, wait_for};
use private_postgres::{StartError, start};

/// Another ordinary account, when we may become one; otherwise says why not.
fn somebody(name: &str) -> Option<(u32, u32)> {
    if !is_root() {
        println!("skipped: only root may start a process under another account");
        return None;
    }
    if !helper_is_open_to_all() {
        println!("skipped: the build folder is inside a closed one, other accounts cannot run the helper");
        return None;
    }
    let found = account(name);
    if found.is_none() {
        println!("skipped: there is no account {name}");
    }
    found
}

#[test]
fn absent_programs_are_named_with_their_package() {
    let mut place = Place::new();
    place.settings.bin_dir = Some(place.outer().join("nothing"));
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::BinariesAbsent { .. }));
    let sentence = error.to_string();
    assert!(sentence.contains("postgresql-15") && sentence.contains("UZEL_PG_BIN"), "{sentence}");
}

#[test]
fn a_cluster_of_another_major_version_names_both() {
    let place = Place::new();
    start(&place.settings).unwrap().stop().unwrap();
    fs::write(place.cluster().join("PG_VERSION"), "9\n").unwrap();
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::MajorMismatch { cluster: 9, .. }));
    assert!(error.to_string().contains("postgresql-9"), "{error}");

    let mut place = place;
    place.settings.bin_dir = Some(common::real_programs());
    assert!(matches!(start(&place.settings), Err(StartError::MajorMismatch { cluster: 9, .. })));
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let place = Place::new();
    fs::create_dir_all(place.cluster()).unwrap();
    fs::write(place.cluster().join("diary.txt"), "dear").unwrap();
    assert!(matches!(start(&place.settings), Err(StartError::NotACluster { .. })));
    assert!(place.cluster().join("diary.txt").exists());
}

#[test]
fn a_parameter_that_is_ours_is_refused_by_name() {
    let mut place = Place::new();
    place.settings.parameters = vec![("port".into(), "5433".into())];
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::BadParameter { .. }));
    assert!(!place.settings.data_dir.exists());
}

#[test]
fn an_ordinary_account_serves_its_own_folder_and_root_joins_it() {
    let Some(nobody) = somebody("nobody") else { return };
    let place = Place::new();
    place.give_to(nobody);
    let mut holder = Holder::new(&place.settings, Some(nobody));
    assert!(holder.line().starts_with("started"));

    let server = start(&place.settings).unwrap();
    assert!(server.adopted());
    for who in [None, Some(nobody)] {
        let answer = psql(server.socket_dir(), "select current_user", who);
        assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), "uzel", "{answer:?}");
    }
    drop(server);
    assert_eq!(holder.say("stop"), "Ok(Stopped)");

    // Root starts it first, and the files still are of use to their owner.
    let server = start(&place.settings).unwrap();
    assert!(!server.adopted());
    holder.kill();
    let mut holder = Holder::new(&place.settings, Some(nobody));
    assert!(holder.line().starts_with("adopted"));
    server.stop().unwrap();
    assert_eq!(holder.say("stop"), "Ok(Stopped)");
    holder.kill();
}

#[test]
fn strangers_do_not_reach_the_database() {
    let Some(nobody) = somebody("nobody") else { return };
    let place = Place::new();
    let server = start(&place.settings).unwrap();
    assert!(!psql(server.socket_dir(), "select 1", Some(nobody)).status.success());
    // Not even with an open folder: the map does not know them.
    fs::set_permissions(server.socket_dir(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(server.socket_dir().join(".s.PGSQL.5432"), Permissions::from_mode(0o777)).unwrap();
    let answer = psql(server.socket_dir(), "select 1", Some(nobody));
    let error = String::from_utf8_lossy(&answer.stderr);
    assert!(error.contains("Peer authentication failed"), "{error}");
    server.stop().unwrap();
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let Some(nobody) = somebody("nobody") else { return };
    let place = Place::new();
    fs::create_dir_all(&place.settings.data_dir).unwrap();
    let sentence = refusal(&place.settings, Some(nobody));
    assert!(sentence.contains("belongs to the account root"), "{sentence}");
    assert!(sentence.contains("chown -R nobody"), "{sentence}");
}

#[test]
fn a_cluster_of_a_third_account_is_refused() {
    let (Some(nobody), Some(postgres)) = (somebody("nobody"), account("postgres")) else { return };
    let place = Place::new();
    place.give_to(nobody);
    start(&place.settings).unwrap().stop().unwrap();
    chown(place.cluster(), Some(postgres.0), None).unwrap();
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::ForeignOwner { .. }), "{error}");
}

#[test]
fn a_closed_folder_above_is_named() {
    if !is_root() {
        println!("skipped: an ordinary account runs the server itself, and came here already");
        return;
    }
    let place = Place::new();
    fs::set_permissions(place.outer(), Permissions::from_mode(0o700)).unwrap();
    let error = start(&place.settings).unwrap_err();
    let StartError::NotEnterable { account, blocked } = &error else { panic!("{error}") };
    assert_eq!((account.as_str(), blocked.as_path()), ("postgres", place.outer()));
    fs::set_permissions(place.outer(), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_folder_closed_to_the_hub_itself_is_named() {
    let Some(nobody) = somebody("nobody") else { return };
    let place = Place::new();
    place.give_to(nobody);
    fs::set_permissions(place.outer(), Permissions::from_mode(0o700)).unwrap();
    let sentence = refusal(&place.settings, Some(nobody));
    let expected = format!(
        "the account nobody, which has to run PostgreSQL, cannot enter the folder {}:",
        place.outer().display()
    );
    assert!(sentence.starts_with(&expected), "{sentence}");
}

#[test]
fn an_administrator_in_single_user_mode_is_not_disturbed() {
    let place = Place::new();
    start(&place.settings).unwrap().stop().unwrap();
    let owner = fs::metadata(place.cluster()).unwrap();
    let mut single = Command::new(common::real_programs().join("postgres"));
    single.arg("--single").arg("-D").arg(place.cluster()).arg("uzel").current_dir("/");
    if is_root() {
        single.uid(owner.uid()).gid(owner.gid());
    }
    let mut single =
        single.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid_file = place.cluster().join("postmaster.pid");
    wait_for("single-user mode", || fs::read(&pid_file).is_ok_and(|content| content.ends_with(b"\n")));
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::Held { .. }), "{error}");
    assert!(error.to_string().contains(&single.id().to_string()), "{error}");

    drop(single.stdin.take());
    assert!(single.wait().unwrap().success());
    start(&place.settings).unwrap().stop().unwrap();
}

#[test]
fn an_owner_without_a_name_is_refused() {
    if !is_root() {
        println!("skipped: only root may give a folder away");
        return;
    }
    let place = Place::new();
    place.give_to((54_321, 54_321));
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::NoAccount { .. }), "{error}");
    assert!(error.to_string().contains("54321"), "{error}");
}

#[test]
fn a_link_in_place_of_the_log_is_not_followed() {
    let place = Place::new();
    start(&place.settings).unwrap().stop().unwrap();
    let log = place.settings.data_dir.join("postgres.log");
    let elsewhere = place.outer().join("elsewhere");
    fs::write(&elsewhere, "").unwrap();
    fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &log).unwrap();
    assert!(matches!(start(&place.settings), Err(StartError::Io { .. })));
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "");
}
