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
    fixture::{client, minute, user},
};

const EVERY_SORT: [ClientSort; 14] = [
    ClientSort::Name,
    ClientSort::NameFromEnd,
    ClientSort::Created,
    ClientSort::CreatedNewest,
    ClientSort::Responsible,
    ClientSort::ResponsibleFromEnd,
    ClientSort::Status,
    ClientSort::StatusFromEnd,
    ClientSort::Inn,
    ClientSort::InnFromEnd,
    ClientSort::City,
    ClientSort::CityFromEnd,
    ClientSort::Contract,
    ClientSort::ContractFromEnd,
];

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
    for sort in EVERY_SORT {
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
    for sort in EVERY_SORT {
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

/// A card with all that the table can be sorted by.
struct Card {
    name: &'static str,
    responsible: Option<usize>,
    status: &'static str,
    inn: Option<&'static str>,
    city: Option<&'static str>,
    mark: Option<&'static str>,
}

const CARDS: [Card; 7] = [
    Card {
        name: "А",
        responsible: Some(0),
        status: "client",
        inn: Some("7707083893"),
        city: None,
        mark: None,
    },
    Card {
        name: "Б",
        responsible: None,
        status: "client",
        inn: None,
        city: Some("Ейск"),
        mark: Some("one_off"),
    },
    Card {
        name: "В",
        responsible: Some(1),
        status: "common_base",
        inn: None,
        city: Some("Ёлкино"),
        mark: None,
    },
    Card {
        name: "Г",
        responsible: None,
        status: "client",
        inn: Some("500100732259"),
        city: None,
        mark: None,
    },
    Card {
        name: "Д",
        responsible: Some(0),
        status: "client",
        inn: None,
        city: Some("Уфа"),
        mark: Some("original"),
    },
    Card {
        name: "Е",
        responsible: Some(2),
        status: "common_base",
        inn: None,
        city: Some("Уфа"),
        mark: Some("scan"),
    },
    Card { name: "Ж", responsible: Some(1), status: "client", inn: None, city: None, mark: Some("scan") },
];

async fn put(conn: &mut PgConnection, people: &[Viewer], at: i64, card: &Card) {
    let id = client(conn, card.name, card.responsible.map(|at| &people[at])).await;
    sqlx::query("update clients set status = $2, inn = $3, city = $4, contract_mark = $5, created_at = $6 where id = $1")
        .bind(id)
        .bind(card.status)
        .bind(card.inn)
        .bind(card.city)
        .bind(card.mark)
        .bind(minute(at))
        .execute(conn)
        .await
        .expect("the card is there");
}

/// The names in one line, read page by page.
async fn line(conn: &mut PgConnection, viewer: &Viewer, filter: &ClientFilter, sort: ClientSort) -> String {
    pages(conn, viewer, filter, sort).await.into_iter().map(|row| row.name).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn every_column_sorts_both_ways_with_the_empty_last(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    // Made in another order than that of their names.
    let people = [
        user(&mut conn, "Петров", "manager").await,
        user(&mut conn, "Иванов", "manager").await,
        user(&mut conn, "Ященко", "manager").await,
    ];
    let director = user(&mut conn, "Директор", "director").await;
    for (at, card) in (1..).zip(&CARDS) {
        put(&mut conn, &people, at, card).await;
    }
    let scans = ClientFilter { contract_mark: Some(Wanted::Is(ContractMark::Scan)), ..Default::default() };
    for (sort, all, own, filtered) in [
        (ClientSort::Name, "АБВГДЕЖ", "АБГД", "ЕЖ"),
        (ClientSort::NameFromEnd, "ЖЕДГВБА", "ДГБА", "ЖЕ"),
        (ClientSort::Created, "АБВГДЕЖ", "АБГД", "ЕЖ"),
        (ClientSort::CreatedNewest, "ЖЕДГВБА", "ДГБА", "ЖЕ"),
        (ClientSort::Responsible, "ВЖАДЕБГ", "АДБГ", "ЖЕ"),
        (ClientSort::ResponsibleFromEnd, "ЕДАЖВБГ", "ДАБГ", "ЕЖ"),
        (ClientSort::Status, "АБГДЖВЕ", "АБГД", "ЖЕ"),
        (ClientSort::StatusFromEnd, "ЕВЖДГБА", "ДГБА", "ЕЖ"),
        (ClientSort::Inn, "ГАБВДЕЖ", "ГАБД", "ЕЖ"),
        (ClientSort::InnFromEnd, "АГБВДЕЖ", "АГБД", "ЕЖ"),
        (ClientSort::City, "БВДЕАГЖ", "БДАГ", "ЕЖ"),
        (ClientSort::CityFromEnd, "ЕДВБАГЖ", "ДБАГ", "ЕЖ"),
        (ClientSort::Contract, "ДЕЖБАВГ", "ДБАГ", "ЕЖ"),
        (ClientSort::ContractFromEnd, "БЖЕДАВГ", "БДАГ", "ЖЕ"),
    ] {
        let everything = ClientFilter::default();
        assert_eq!(line(&mut conn, &director, &everything, sort).await, all, "{sort:?}");
        assert_eq!(line(&mut conn, &people[0], &everything, sort).await, own, "{sort:?} of a manager");
        assert_eq!(line(&mut conn, &director, &scans, sort).await, filtered, "{sort:?} of those with a scan");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_lent_stands_with_its_manager_in_every_order(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let vera = user(&mut conn, "Вера", "manager").await;
    let yana = user(&mut conn, "Яна", "manager").await;
    let mut lent = Vec::new();
    for name in ["А", "Б", "В", "Г"] {
        for owner in [&anna, &vera, &yana] {
            let id = client(&mut conn, name, Some(owner)).await;
            if owner.user_id != vera.user_id && name != "Г" {
                lent.push(id);
            }
        }
    }
    let vera = Viewer { lent, ..vera };
    for (sort, expected) in
        [(ClientSort::Responsible, "АБВАБВГАБВ"), (ClientSort::ResponsibleFromEnd, "ВБАГВБАВБА")]
    {
        assert_eq!(line(&mut conn, &vera, &ClientFilter::default(), sort).await, expected, "{sort:?}");
    }
    for sort in EVERY_SORT {
        assert_eq!(pages(&mut conn, &vera, &ClientFilter::default(), sort).await.len(), 10, "{sort:?}");
    }
}
