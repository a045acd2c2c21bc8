//! Lists have no gaps and no repeats, and hold what the viewer reads.

use std::collections::BTreeSet;

use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId,
    access::Viewer,
    clients::{
        client::ContractMark,
        list::{ClientFilter, ClientRow, ClientSort, Wanted, list},
    },
    fixture::{client, user},
};

async fn pages(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &ClientFilter,
    sort: ClientSort,
) -> Vec<ClientRow> {
    let mut all: Vec<ClientRow> = Vec::new();
    loop {
        let after = all.last().map(ClientRow::cursor);
        let page = list(conn, viewer, filter, sort, after.as_ref(), 3).await.expect("the list works");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn paging_has_no_gaps_and_no_repeats(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let mut own = BTreeSet::new();
    let mut all = BTreeSet::new();
    for at in 0..10 {
        // Names repeat: the id tells them apart.
        for (responsible, mine) in [(Some(&owner), true), (Some(&other), false), (None, true)] {
            let id = client(&mut conn, ["Альфа", "Ель", "Ёлка", "Яблоко"][at % 4], responsible).await;
            all.insert(id);
            if mine {
                own.insert(id);
            }
        }
    }
    for sort in [ClientSort::Name, ClientSort::Created, ClientSort::CreatedNewest, ClientSort::Responsible] {
        for (viewer, expected) in [(&owner, &own), (&director, &all)] {
            let rows = pages(&mut conn, viewer, &ClientFilter::default(), sort).await;
            let ids: Vec<ClientId> = rows.iter().map(|row| row.id).collect();
            assert_eq!(ids.len(), expected.len(), "{sort:?}");
            assert_eq!(&ids.into_iter().collect::<BTreeSet<_>>(), expected, "{sort:?}");
        }
    }
    let names: Vec<String> = pages(&mut conn, &director, &ClientFilter::default(), ClientSort::Name)
        .await
        .into_iter()
        .map(|row| row.name)
        .collect();
    let mut runs = names.clone();
    runs.dedup();
    assert_eq!(runs, ["Альфа", "Ёлка", "Ель", "Яблоко"], "ё stands with е");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn filters_hold_for_every_order(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let ufa = client(&mut conn, "Альфа", Some(&owner)).await;
    let common = client(&mut conn, "Бета", None).await;
    let foreign = client(&mut conn, "Гамма", Some(&other)).await;
    sqlx::query("update clients set city = 'Уфа', contract_mark = 'scan' where id = any($1)")
        .bind(vec![ufa, foreign])
        .execute(&mut *conn)
        .await
        .expect("the cards are there");
    let city = |name: &str| ClientFilter { city: Some(Wanted::Is(name.into())), ..Default::default() };
    let of = |wanted| ClientFilter { responsible: Some(wanted), ..Default::default() };
    let mark = |wanted| ClientFilter { contract_mark: Some(wanted), ..Default::default() };
    for sort in [ClientSort::Name, ClientSort::CreatedNewest, ClientSort::Responsible] {
        for (viewer, filter, expected) in [
            (&owner, city("Уфа"), vec![ufa]),
            (&director, city("Уфа"), vec![ufa, foreign]),
            (&owner, of(Wanted::None), vec![common]),
            (&owner, of(Wanted::Is(other.user_id)), vec![]),
            (&director, of(Wanted::Is(other.user_id)), vec![foreign]),
            (&owner, mark(Wanted::None), vec![common]),
            (&owner, mark(Wanted::Is(ContractMark::Scan)), vec![ufa]),
            (&owner, ClientFilter { has_inn: Some(true), ..Default::default() }, vec![]),
        ] {
            let rows = pages(&mut conn, viewer, &filter, sort).await;
            let ids: BTreeSet<ClientId> = rows.iter().map(|row| row.id).collect();
            assert_eq!(ids, expected.into_iter().collect(), "{filter:?} {sort:?}");
        }
    }
}
