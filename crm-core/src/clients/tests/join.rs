//! Joins, and that a split restores.

use sqlx::PgPool;

use crate::{
    clients::{
        ClientError,
        client::{ClientEdit, edit, read},
        contact::read as read_contact,
        join::{ClientJoin, ContactJoin, Side, join_clients, join_contacts, split},
        proposal,
    },
    fixture::{Said, account, client, contact, dump, message, minute, phone, proposal as propose, user},
    timeline::read::{Part, TimelineFilter, of_client},
};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_split_restores_both_cards_and_leaves_what_came_between(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let (one, two) = (user(&mut conn, "Иванов", "manager").await, user(&mut conn, "Петров", "manager").await);
    let a = client(&mut conn, "Альфа", Some(&one)).await;
    let b = client(&mut conn, "Бета", Some(&two)).await;
    let c = client(&mut conn, "Гамма", Some(&two)).await;
    sqlx::query("update clients set city = 'Уфа', inn = '7707083893' where id = $1")
        .bind(b)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    let (anna, boris) = (contact(&mut conn, "Анна", a).await, contact(&mut conn, "Борис", b).await);
    let account = account(&mut conn, "whatsapp").await;
    let said = |contact, at, text| Said {
        account,
        contact,
        conversation: None,
        at: minute(at),
        direction: "inbound",
        text,
    };
    message(&mut conn, said(anna, 1, "до, Анна")).await;
    message(&mut conn, said(boris, 2, "до, Борис")).await;

    // B has a card of its own behind it: splitting A and B must not tear B and C apart.
    let choose =
        |fields: &[(&str, Side)]| fields.iter().map(|(field, side)| ((*field).to_owned(), *side)).collect();
    let first = ClientJoin {
        survivor_id: b,
        absorbed_id: c,
        choices: choose(&[("name", Side::Survivor)]),
        dry_run: false,
    };
    join_clients(&mut conn, &head, minute(3), &first).await.expect("both are within reach");
    let before = dump(&mut conn).await;

    let mut join = ClientJoin { survivor_id: a, absorbed_id: b, choices: choose(&[]), dry_run: false };
    let asked = join_clients(&mut conn, &head, minute(4), &join).await;
    let Err(ClientError::Conflicts(conflicts)) = asked else { panic!("{asked:?}") };
    assert_eq!(conflicts.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["name", "responsible_id"]);
    join.choices = choose(&[("name", Side::Absorbed), ("responsible_id", Side::Survivor)]);
    join.dry_run = true;
    let told = join_clients(&mut conn, &head, minute(4), &join).await.expect("all is chosen");
    assert_eq!(told.join_id, None);
    assert_eq!(dump(&mut conn).await, before, "a dry run changes nothing");

    join.dry_run = false;
    let done = join_clients(&mut conn, &head, minute(4), &join).await.expect("all is chosen");
    assert_eq!(done.changes, told.changes);
    let card = read(&mut conn, &head, c).await.expect("the last card answers with the root");
    assert_eq!((card.id, card.name.as_str(), card.city.as_deref()), (a, "Бета", Some("Уфа")));
    assert_eq!(card.joined.len(), 2);
    message(&mut conn, said(boris, 5, "между, Борис")).await;
    let page = of_client(&mut conn, &head, a, &TimelineFilter::default(), Part::Latest, 10).await;
    let texts: Vec<_> = page.expect("the root").entries.into_iter().filter_map(|entry| entry.text).collect();
    assert_eq!(texts, ["между, Борис", "до, Борис", "до, Анна"]);
    assert!(matches!(read(&mut conn, &two, b).await, Err(ClientError::Foreign(_))), "it is Иванов's now");

    let join_id = done.join_id.expect("it was done");
    split(&mut conn, &head, minute(6), join_id).await.expect("it is joined");
    let between: Vec<String> = dump(&mut conn).await.lines().map(str::to_owned).collect();
    let added: Vec<&String> = between.iter().filter(|line| !before.contains(line.as_str())).collect();
    assert_eq!(added.len(), 1, "all is as before but for the row between: {added:?}");
    assert!(added[0].contains("между"));
    assert_eq!(between.len(), before.lines().count() + 1);
    let page = of_client(&mut conn, &head, c, &TimelineFilter::default(), Part::Latest, 10).await;
    assert_eq!(page.expect("B is the root of C").entries.len(), 2);
    assert!(matches!(split(&mut conn, &head, minute(7), join_id).await, Err(ClientError::NotNow(_))));
    assert!(matches!(split(&mut conn, &one, minute(7), join_id).await, Err(ClientError::Forbidden(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_split_keeps_what_was_edited_since(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let a = client(&mut conn, "Альфа", None).await;
    let b = client(&mut conn, "Бета", None).await;
    sqlx::query("update clients set city = 'Уфа', features = 'звонить утром' where id = $1")
        .bind(b)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    let choices = [("name".to_owned(), Side::Survivor)].into();
    let join = ClientJoin { survivor_id: a, absorbed_id: b, choices, dry_run: false };
    let done = join_clients(&mut conn, &head, minute(1), &join).await.expect("all is chosen");
    let version = read(&mut conn, &head, a).await.expect("the root").version;
    let omsk = ClientEdit { version, city: Some(Some("Омск".into())), ..Default::default() };
    edit(&mut conn, &head, minute(2), a, omsk).await.expect("the version is right");
    split(&mut conn, &head, minute(3), done.join_id.expect("done")).await.expect("it is joined");
    let card = read(&mut conn, &head, a).await.expect("the survivor");
    assert_eq!((card.city.as_deref(), card.features), (Some("Омск"), None));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_accepted_proposal_joins_the_people_and_the_automatic_card(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let anna = contact(&mut conn, "Анна", company).await;
    let automatic = client(&mut conn, "+79164569812", None).await;
    sqlx::query("update clients set automatic = true where id = $1")
        .bind(automatic)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    let caller = contact(&mut conn, "+79164569812", automatic).await;
    phone(&mut conn, caller, "+79164569812").await;
    let id = propose(&mut conn, anna, caller, "phone:+79164569812").await;
    let before = dump(&mut conn).await;

    let listed = |list: Vec<proposal::Proposal>| list.into_iter().map(|p| p.id).collect::<Vec<_>>();
    assert_eq!(listed(proposal::list(&mut conn, &owner, None, 10).await.expect("he reads both")), [id]);
    assert!(listed(proposal::list(&mut conn, &other, None, 10).await.expect("he reads one")).is_empty());
    let refused = proposal::accept(&mut conn, &owner, minute(1), id, [].into()).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));

    let keep = [("name".to_owned(), Side::Survivor)].into();
    let done = proposal::accept(&mut conn, &head, minute(1), id, keep).await.expect("both are within reach");
    let person = read_contact(&mut conn, &owner, caller).await.expect("one of them");
    assert_eq!(person.identities.len(), 1);
    let clients: Vec<_> = person.clients.iter().map(|client| client.id).collect();
    assert_eq!(clients, [company], "the automatic card went into the company");
    assert!(proposal::list(&mut conn, &head, None, 10).await.expect("all").is_empty());
    let again = proposal::reject(&mut conn, &head, minute(2), id).await;
    assert!(matches!(again, Err(ClientError::NotNow(_))));

    split(&mut conn, &head, minute(3), done.join_id.expect("done")).await.expect("it is joined");
    assert_eq!(dump(&mut conn).await, before, "the card came apart with the person");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_join_by_hand_settles_the_proposal(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let company = client(&mut conn, "Ромашка", None).await;
    let (one, two) = (contact(&mut conn, "Анна", company).await, contact(&mut conn, "Аня", company).await);
    propose(&mut conn, one, two, "email:a@example.org").await;
    let join = ContactJoin {
        survivor_id: two,
        absorbed_id: one,
        choices: [("name".to_owned(), Side::Absorbed)].into(),
        dry_run: false,
    };
    join_contacts(&mut conn, &head, minute(1), &join).await.expect("both are within reach");
    let state: String =
        sqlx::query_scalar("select state from proposals").fetch_one(&mut *conn).await.expect("one proposal");
    assert_eq!(state, "accepted");
    assert_eq!(read_contact(&mut conn, &head, one).await.expect("the root").name, "Анна");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_join_that_events_made_comes_apart_with_its_cards_and_stays_apart(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let (a, b) =
        (client(&mut conn, "+79160000001", None).await, client(&mut conn, "+79160000002", None).await);
    let (anna, boris) = (contact(&mut conn, "Анна", a).await, contact(&mut conn, "Борис", b).await);
    let before = dump(&mut conn).await;
    // As the ingest joins on a provider's word.
    for (table, survivor, absorbed) in [("client", a.0, b.0), ("contact", anna.0, boris.0)] {
        let point = format!("update {table}s set automatic = true, root_id = $1 where id in ($1, $2)");
        let point = sqlx::query(sqlx::AssertSqlSafe(point)).bind(survivor).bind(absorbed);
        point.execute(&mut *conn).await.expect("the cards are there");
        sqlx::query(
            "insert into join_ledger (id, subject, survivor_id, absorbed_id, reason, joined_at)
             values (gen_random_uuid(), $1, $2, $3, 'provider', $4)",
        )
        .bind(table)
        .bind(survivor)
        .bind(absorbed)
        .bind(minute(1))
        .execute(&mut *conn)
        .await
        .expect("the entry is new");
    }
    let person = read_contact(&mut conn, &head, boris).await.expect("the root");
    assert_eq!((person.id, person.joined.len()), (anna, 1));
    split(&mut conn, &head, minute(2), person.joined[0].join_id).await.expect("it is joined");
    assert_eq!(dump(&mut conn).await, before, "the cards came apart with the people");
    let automatic: bool = sqlx::query_scalar("select bool_or(automatic) from contacts")
        .fetch_one(&mut *conn)
        .await
        .expect("two contacts");
    assert!(!automatic, "a person decided: no event joins them again");
}
