//! File names as others gave them, made harmless.

use connector_api::MediaKind;

/// Longer names are cut, their ending kept. In bytes: file systems count so.
const LONGEST: usize = 120;

/// Endings by which a double press would start a program.
const PROGRAMS: [&str; 24] = [
    "app", "bat", "cmd", "com", "cpl", "desktop", "exe", "hta", "htm", "html", "jar", "js", "jse", "lnk",
    "msi", "pif", "ps1", "reg", "scr", "sh", "svg", "url", "vbs", "wsf",
];

/// A name without folders, control characters and characters that turn the direction of writing. A file without a name is
/// called after its kind; a name without an ending gets the one of its type; a name that would start a program gets
/// `.txt` behind it.
pub fn clean(given: Option<&str>, kind: MediaKind, mime_type: Option<&str>) -> String {
    let base = given.map(last_part).unwrap_or_default();
    let mut name: String = base.chars().filter(|c| !is_dangerous(*c)).collect();
    name = name.trim_matches(|c: char| c.is_whitespace() || c == '.').to_owned();
    if name.is_empty() {
        usual_name(kind).clone_into(&mut name);
    }
    let ending = ending(&name).map(str::to_lowercase);
    let usual = mime_type.and_then(usual_ending);
    match (ending, usual) {
        (Some(ending), _) if PROGRAMS.contains(&ending.as_str()) => cut(&name, ".txt"),
        (None, Some(usual)) => cut(&name, &format!(".{usual}")),
        (Some(ending), _) => {
            let stem = &name[..name.len() - ending.len() - 1];
            cut(stem, &format!(".{ending}"))
        }
        (None, None) => cut(&name, ""),
    }
}

/// Both kinds of folders: the name may come from any system.
fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default()
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{feff}' | '\u{fffd}')
        // Marks of direction make «exe.txt» of «txt.exe»; spaces of no width hide.
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{061c}')
}

/// What stands behind the last dot, if it looks like an ending.
fn ending(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let looks = (1..=10).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (looks && !stem.is_empty()).then_some(ending)
}

fn cut(stem: &str, ending: &str) -> String {
    let mut end = stem.len().min(LONGEST - ending.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end())
}

fn usual_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "фото",
        MediaKind::Video => "видео",
        MediaKind::Audio => "аудио",
        MediaKind::Voice => "голосовое",
        MediaKind::Document => "файл",
        MediaKind::Sticker => "стикер",
        MediaKind::Recording => "запись разговора",
    }
}

/// The ending that people expect of a type.
fn usual_ending(mime_type: &str) -> Option<&'static str> {
    let bare = mime_type.split(';').next().unwrap_or_default().trim();
    Some(match bare {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "video/quicktime" => "mov",
        "video/3gpp" => "3gp",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        "audio/mp4" | "audio/m4a" => "m4a",
        "audio/aac" => "aac",
        "audio/amr" => "amr",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/x-flac" | "audio/flac" => "flac",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "text/plain" => "txt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_what_people_read() {
        let clean = |name| clean(Some(name), MediaKind::Document, Some("application/pdf"));
        assert_eq!(clean("Карточка предприятия.pdf"), "Карточка предприятия.pdf");
        assert_eq!(clean("../../etc/passwd"), "passwd.pdf");
        assert_eq!(clean(r"C:\Users\Иван\Счёт 17.PDF"), "Счёт 17.pdf");
        assert_eq!(clean("счёт\u{202e}fdp.exe"), "счётfdp.exe.txt");
        assert_eq!(clean("a\r\nSet-Cookie: b=c.pdf"), "aSet-Cookie b=c.pdf");
        assert_eq!(clean("прайс от 5.11"), "прайс от 5.11");
        assert_eq!(clean("  . "), "файл.pdf");
    }

    #[test]
    fn a_file_without_a_name_is_called_after_its_kind() {
        assert_eq!(clean(None, MediaKind::Voice, Some("audio/ogg; codecs=opus")), "голосовое.ogg");
        assert_eq!(clean(None, MediaKind::Document, None), "файл");
    }

    #[test]
    fn a_long_name_is_cut_before_its_ending() {
        let name = clean(Some(&format!("{}.pdf", "ы".repeat(300))), MediaKind::Document, None);
        assert!(name.len() <= LONGEST && name.ends_with("ы.pdf"), "{name}");
    }

    proptest! {
        #[test]
        fn a_clean_name_is_short_harmless_and_stays_as_it_is(given in ".{0,200}") {
            let once = clean(Some(&given), MediaKind::Document, Some("application/pdf"));
            prop_assert!(!once.is_empty() && once.len() <= LONGEST);
            prop_assert!(!once.contains(['/', '\\', '"', '\r', '\n', '\0']));
            let twice = clean(Some(&once), MediaKind::Document, Some("application/pdf"));
            prop_assert_eq!(once, twice);
        }
    }
}
