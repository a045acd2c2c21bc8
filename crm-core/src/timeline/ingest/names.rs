//! How people and their automatic clients are called: by the newest word of all their conversations.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::store;
use crate::ContactId;

/// The name of a person nobody named.
const NAMELESS: &str = "Без имени";

/// The name to show: from a connected phone's address book, else what the person calls themself, else the number.
pub(super) fn choose(book: Option<&str>, person: Option<&str>, phone: Option<&str>) -> String {
    let speaking = |name: &&str| name.chars().any(char::is_alphanumeric);
    book.map(str::trim)
        .filter(speaking)
        .or_else(|| person.map(str::trim).filter(speaking))
        .map(str::to_owned)
        .or_else(|| phone.map(readable))
        .unwrap_or_else(|| NAMELESS.to_owned())
}

/// `+79164569812` as `+7 916 456-98-12`; other countries as they are.
fn readable(e164: &str) -> String {
    match e164.strip_prefix("+7").filter(|national| national.len() == 10 && national.is_ascii()) {
        Some(national) => {
            format!("+7 {} {}-{}-{}", &national[..3], &national[3..6], &national[6..8], &national[8..])
        }
        None => e164.to_owned(),
    }
}

/// Looks at the names of these root contacts again, and at those of their automatic clients. Depends on nothing but what
/// is stored, so the order of events is no matter.
pub(super) async fn refresh(
    conn: &mut PgConnection,
    roots: &[ContactId],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut changed = Vec::new();
    for known in store::names_of(conn, roots).await? {
        let name = choose(known.book.as_deref(), known.person.as_deref(), known.phone.as_deref());
        if name != known.name {
            changed.push((known.root_id, name));
        }
    }
    if changed.is_empty() { Ok(()) } else { store::rename(conn, &changed, now).await }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_where_it_says_something() {
        let phone = Some("+79164569812");
        assert_eq!(choose(Some("Пётр, Ромашка"), Some("Petya"), phone), "Пётр, Ромашка");
        assert_eq!(choose(None, Some(" Ирина "), phone), "Ирина");
        assert_eq!(choose(None, Some("."), phone), "+7 916 456-98-12");
        assert_eq!(choose(None, None, Some("+375290000001")), "+375290000001");
        assert_eq!(choose(None, Some("🙂"), None), "Без имени");
    }
}
