//! Which calls are listed, and in which order.

use sqlx::PgPool;

use super::{CallFilter, list};
use crate::fixture::{account, call, client, contact, minute, user};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn calls_of_several_outcomes_are_one_list_in_pages(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let anna = contact(&mut conn, "Анна", company).await;
    let (first, second) = (account(&mut conn, "telephony").await, account(&mut conn, "telephony").await);
    let mut calls = Vec::new();
    for (at, outcome) in (0..).zip(["missed", "busy", "answered", "missed", "failed", "busy", "missed"]) {
        let line = if at < 6 { first } else { second };
        calls.push(call(&mut conn, line, Some(anna), minute(at), outcome).await);
    }

    let of = |outcomes: &[&str]| CallFilter {
        outcomes: outcomes.iter().map(|&outcome| outcome.to_owned()).collect(),
        ..CallFilter::default()
    };
    for (filter, expected) in [
        (of(&[]), vec![6, 5, 4, 3, 2, 1, 0]),
        (of(&["failed"]), vec![4]),
        (of(&["busy", "missed", "busy"]), vec![6, 5, 3, 1, 0]),
        (of(&["ringing"]), vec![]),
        (CallFilter { accounts: vec![first], ..of(&["busy", "missed"]) }, vec![5, 3, 1, 0]),
        (CallFilter { from: Some(minute(1)), until: Some(minute(5)), ..of(&["busy", "missed"]) }, vec![3, 1]),
    ] {
        for rows in [1, 2, 50] {
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let page = list(&mut conn, &owner, &filter, before, rows).await.expect("a page");
                let Some(last) = page.last() else { break };
                before = Some(last.cursor());
                assert!(i64::try_from(page.len()).expect("few") <= rows);
                found.extend(page.iter().map(|entry| entry.id));
            }
            let expected: Vec<_> = expected.iter().map(|&at: &usize| calls[at]).collect();
            assert_eq!(found, expected, "{filter:?} by {rows}");
        }
        assert_eq!(list(&mut conn, &other, &filter, None, 50).await.expect("a list"), [], "a foreign client");
    }
}
