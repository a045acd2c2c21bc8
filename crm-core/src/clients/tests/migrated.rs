//! What migrations make of cards that were there before.

use sqlx::{Executor, PgConnection, PgPool};

use crate::{
    ClientId, MIGRATOR,
    access::Viewer,
    clients::client,
    fixture::{minute, user},
};

/// Brings the schema from one version, which is in place, to another.
async fn migrate(conn: &mut PgConnection, versions: std::ops::RangeInclusive<i64>) {
    for migration in MIGRATOR.iter().filter(|migration| versions.contains(&migration.version)) {
        conn.execute(migration.sql.as_str()).await.unwrap();
    }
}

/// A card with the mark that it has, joined into another one or not.
async fn old_card(conn: &mut PgConnection, head: &Viewer, mark: Option<&str>) -> ClientId {
    let id = ClientId::at(minute(0));
    sqlx::query(
        "insert into clients (id, root_id, name, automatic, contract_mark, responsible_id, search_key, created_at, updated_at)
         values ($1, $1, 'Ромашка', false, $2, $3, 'ромашка', $4, $4)",
    )
    .bind(id)
    .bind(mark)
    .bind(head.user_id)
    .bind(minute(0))
    .execute(conn)
    .await
    .unwrap();
    id
}

/// Joined as it was before 0161, when the mark was a field of the card; `copied` is what the ledger says of it.
async fn old_join(conn: &mut PgConnection, survivor: ClientId, absorbed: ClientId, copied: Option<&str>) {
    let fields = copied.map_or(
        serde_json::json!({}),
        |mark| serde_json::json!({ "contract_mark": { "before": null, "after": mark } }),
    );
    sqlx::query("update clients set root_id = $2 where id = $1")
        .bind(absorbed)
        .bind(survivor)
        .execute(&mut *conn)
        .await
        .unwrap();
    sqlx::query(
        "insert into join_ledger (id, subject, survivor_id, absorbed_id, reason, fields, joined_at)
         values ($1, 'client', $2, $3, 'person', $4, $5)",
    )
    .bind(uuid::Uuid::now_v7())
    .bind(survivor)
    .bind(absorbed)
    .bind(fields)
    .bind(minute(1))
    .execute(conn)
    .await
    .unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_mark_that_a_join_had_copied_is_one_contract(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    migrate(&mut conn, 1..=160).await;
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let [copy, source, own, too, touched, its] = [
        old_card(&mut conn, &head, Some("scan")).await,
        old_card(&mut conn, &head, Some("scan")).await,
        old_card(&mut conn, &head, Some("scan")).await,
        old_card(&mut conn, &head, Some("scan")).await,
        old_card(&mut conn, &head, Some("original")).await,
        old_card(&mut conn, &head, Some("original")).await,
    ];
    old_join(&mut conn, copy, source, Some("scan")).await;
    old_join(&mut conn, own, too, None).await;
    old_join(&mut conn, touched, its, Some("original")).await;
    migrate(&mut conn, 161..=179).await;
    sqlx::query("update client_contracts set number = '17/26', version = 2 where client_id = $1")
        .bind(touched)
        .execute(&mut *conn)
        .await
        .unwrap();
    let shown = async |conn: &mut PgConnection, id| {
        let card = client::read(conn, &head, id).await.unwrap();
        (card.contracts.len(), card.contract_mark.map(client::ContractMark::as_str))
    };
    assert_eq!(shown(&mut conn, copy).await, (2, Some("scan")), "the defect");

    migrate(&mut conn, 180..=i64::MAX).await;
    assert_eq!(shown(&mut conn, copy).await, (1, Some("scan")));
    assert_eq!(shown(&mut conn, own).await, (2, Some("scan")), "either had its own");
    assert_eq!(shown(&mut conn, touched).await, (2, Some("original")), "somebody wrote of it since");
    let left: Vec<ClientId> =
        sqlx::query_scalar("select client_id from client_contracts where client_id = any($1)")
            .bind([copy, source])
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(left, [source], "a split leaves it where it was from the first");
}

#[sqlx::test(migrations = false)]
async fn a_name_of_an_event_is_free_again_and_every_other_stays_frozen(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    migrate(&mut conn, 1..=178).await;
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let [of_event, entered, of_nobody] = [
        old_card(&mut conn, &head, None).await,
        old_card(&mut conn, &head, None).await,
        old_card(&mut conn, &head, None).await,
    ];
    for id in [of_event, entered] {
        sqlx::query(
            "with person as (
                 insert into contacts (id, root_id, name, automatic, created_at, updated_at)
                 select new.id, new.id, 'Ромашка', true, $2, $2 from (select gen_random_uuid() as id) new returning id)
             insert into contact_clients (contact_id, client_id, created_at) select id, $1, $2 from person",
        )
        .bind(id)
        .bind(minute(0))
        .execute(&mut *conn)
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into audit_log (id, at, actor, action, subject_kind, subject_id, after)
         values (gen_random_uuid(), $2, 'Роман', 'client.edit', 'client', $1, '{\"name\": \"Ромашка\"}')",
    )
    .bind(entered.to_string())
    .bind(minute(1))
    .execute(&mut *conn)
    .await
    .unwrap();
    migrate(&mut conn, 179..=i64::MAX).await;
    for (id, is_chosen) in [(of_event, false), (entered, true), (of_nobody, true)] {
        let card = client::read(&mut conn, &head, id).await.unwrap();
        assert_eq!(card.name_is_chosen, is_chosen);
    }
}
