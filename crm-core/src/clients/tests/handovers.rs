//! Clients given for a time: they go back by themselves, and never over what happened meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId, HandoverId,
    access::{Right, Scope, Viewer},
    clients::{
        ClientError,
        client::{self, Transfer, transfer},
        handover::{Outcome, due_unscoped, end_due_unscoped, give_back, keep, lasting, list, prolong},
        join::{ClientJoin, Side, join_clients},
    },
    fixture::{self, client as card, feed_for, minute, user},
    timeline::{conversation, feed::Message},
};

struct Stand {
    anna: Viewer,
    boris: Viewer,
    head: Viewer,
    client: ClientId,
}

/// The day on which Anna is back.
fn back() -> DateTime<Utc> {
    minute(0) + TimeDelta::days(14)
}

impl Stand {
    /// Anna's client is with Boris while she is on leave.
    async fn new(conn: &mut PgConnection) -> Self {
        let anna = user(conn, "Анна", "manager").await;
        let boris = user(conn, "Борис", "manager").await;
        let head = user(conn, "Роман", "head_of_sales").await;
        let client = card(conn, "Ромашка", Some(&anna)).await;
        let stand = Self { anna, boris, head, client };
        stand.give(conn, &stand.boris, Some(back())).await.unwrap();
        stand
    }

    async fn give(
        &self,
        conn: &mut PgConnection,
        to: &Viewer,
        until: Option<DateTime<Utc>>,
    ) -> Result<(), ClientError> {
        let wish = Transfer { until, ..Transfer::for_good(Some(to.user_id), "Отпуск") };
        transfer(conn, &self.head, minute(1), self.client, &wish).await
    }

    async fn id(&self, conn: &mut PgConnection) -> HandoverId {
        client::read(conn, &self.head, self.client).await.unwrap().handover.expect("it lasts").id
    }

    /// What the task did.
    async fn run(&self, conn: &mut PgConnection, now: DateTime<Utc>) -> Vec<Outcome> {
        let mut done = Vec::new();
        for id in due_unscoped(conn, now).await.unwrap().0 {
            done.extend(end_due_unscoped(conn, id, now).await.unwrap());
        }
        done
    }

    async fn whose(&self, conn: &mut PgConnection) -> String {
        let card = client::read(conn, &self.head, self.client).await.unwrap();
        card.responsible.expect("somebody answers for it").name
    }

    /// What the card tells the head, if anything.
    async fn told(&self, conn: &mut PgConnection) -> Option<Option<Outcome>> {
        client::read(conn, &self.head, self.client).await.unwrap().handover.map(|one| one.outcome)
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn it_goes_back_by_itself_with_its_chats_and_open_tabs_hear_of_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let person = fixture::contact(&mut conn, "Ольга", stand.client).await;
    let account = fixture::account(&mut conn, "whatsapp").await;
    let talk = fixture::conversation(&mut conn, account, person, minute(0)).await;
    conversation::read(&mut conn, &stand.boris, talk).await.expect("what waits for an answer went along");
    let his = client::read(&mut conn, &stand.boris, stand.client).await.unwrap().handover.unwrap();
    assert_eq!((his.from.name.as_str(), his.ends_at, his.reason.as_str()), ("Анна", back(), "Отпуск"));
    assert!(!his.may_change);

    let early = back() - TimeDelta::seconds(1);
    assert_eq!(due_unscoped(&mut conn, early).await.unwrap(), (vec![], Some(back())));
    assert_eq!(stand.run(&mut conn, back()).await, [Outcome::Returned]);
    assert_eq!(stand.run(&mut conn, back()).await, []);
    assert_eq!(stand.whose(&mut conn).await, "Анна");
    conversation::read(&mut conn, &stand.anna, talk).await.expect("and back");
    assert!(client::read(&mut conn, &stand.boris, stand.client).await.is_err());
    let told = feed_for(&mut conn, &stand.boris).await;
    assert!(told.contains(&Message::AccessLost { client_id: stand.client }), "{told:?}");
    assert_eq!(stand.told(&mut conn).await, None);
    let trace: Vec<(String, String)> =
        sqlx::query_as("select action, actor from audit_log where action like 'client.%' order by id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(
        trace.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(),
        ["client.transfer", "client.give_back"]
    );
    assert_eq!(trace[0].1, "Роман");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_transfer_meanwhile_is_not_undone(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let vera = user(&mut conn, "Вера", "manager").await;
    stand.give(&mut conn, &vera, None).await.unwrap();
    assert_eq!(stand.run(&mut conn, back()).await, []);
    assert_eq!(stand.whose(&mut conn).await, "Вера");
    let rows = list(&mut conn, &stand.head, minute(2)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.outcome).collect::<Vec<_>>(), [Some(Outcome::Moved)]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nothing_goes_back_to_whom_it_cannot_and_the_head_sees_why(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let id = stand.id(&mut conn).await;
    sqlx::query("update users set disabled_at = now() where id = $1")
        .bind(stand.anna.user_id)
        .execute(&mut *conn)
        .await
        .unwrap();
    let refused = give_back(&mut conn, &stand.head, id, minute(3)).await;
    assert!(matches!(refused, Err(ClientError::NotNow(_))));
    assert_eq!(stand.run(&mut conn, back()).await, [Outcome::Disabled]);
    assert_eq!(stand.whose(&mut conn).await, "Борис");
    assert_eq!(stand.told(&mut conn).await, Some(Some(Outcome::Disabled)));
    let his = client::read(&mut conn, &stand.boris, stand.client).await.unwrap();
    assert_eq!(his.handover, None, "it is no matter of his");
    assert_eq!(list(&mut conn, &stand.head, back()).await.unwrap().len(), 1);
    assert!(matches!(list(&mut conn, &stand.boris, back()).await, Err(ClientError::Forbidden(_))));
    assert!(list(&mut conn, &stand.head, back() + TimeDelta::days(31)).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_card_that_was_joined_meanwhile_stays_where_it_is(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let other = card(&mut conn, "Лютик", Some(&stand.head)).await;
    let join = ClientJoin {
        survivor_id: other,
        absorbed_id: stand.client,
        choices: [("name".into(), Side::Survivor), ("responsible_id".into(), Side::Survivor)].into(),
        dry_run: false,
    };
    join_clients(&mut conn, &stand.head, minute(3), &join).await.unwrap();
    assert_eq!(stand.run(&mut conn, back()).await, [Outcome::Joined]);
    assert_eq!(stand.whose(&mut conn).await, "Роман");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn it_is_prolonged_ended_early_or_left_for_good(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let id = stand.id(&mut conn).await;
    let refused = prolong(&mut conn, &stand.boris, id, back(), minute(2)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))), "not by whom it was given to");
    let past = prolong(&mut conn, &stand.head, id, minute(1), minute(2)).await;
    assert!(matches!(past, Err(ClientError::Invalid { field: "until", .. })));
    prolong(&mut conn, &stand.head, id, back() + TimeDelta::days(7), minute(2)).await.unwrap();
    assert_eq!(stand.run(&mut conn, back()).await, []);
    give_back(&mut conn, &stand.head, id, minute(3)).await.unwrap();
    assert_eq!(stand.whose(&mut conn).await, "Анна");
    let twice = give_back(&mut conn, &stand.head, id, minute(4)).await;
    assert!(matches!(twice, Err(ClientError::NotNow(_))));

    stand.give(&mut conn, &stand.boris, Some(back())).await.unwrap();
    let again = stand.id(&mut conn).await;
    keep(&mut conn, &stand.head, again, minute(5)).await.unwrap();
    assert_eq!(stand.run(&mut conn, back()).await, []);
    assert_eq!((stand.whose(&mut conn).await.as_str(), stand.told(&mut conn).await), ("Борис", None));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_day_of_return_wants_a_future_and_somebody_at_both_ends(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let past = stand.give(&mut conn, &stand.anna, Some(minute(1))).await;
    assert!(matches!(past, Err(ClientError::Invalid { field: "until", .. })));
    let common = card(&mut conn, "Лютик", None).await;
    let wish = |to| Transfer { until: Some(back()), ..Transfer::for_good(to, "Отпуск") };
    let mut tx = pool.begin().await.unwrap();
    let nobody = transfer(&mut tx, &stand.head, minute(2), stand.client, &wish(None)).await;
    assert!(matches!(nobody, Err(ClientError::Invalid { field: "until", .. })));
    let from_nobody =
        transfer(&mut tx, &stand.head, minute(2), common, &wish(Some(stand.anna.user_id))).await;
    assert!(matches!(from_nobody, Err(ClientError::NotNow(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn given_for_good_to_whom_it_was_given_for_a_time_it_stays(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let boris = Some(stand.boris.user_id);
    let longer =
        Transfer { until: Some(back() + TimeDelta::days(3)), ..Transfer::for_good(boris, "Дольше") };
    transfer(&mut conn, &stand.head, minute(2), stand.client, &longer).await.unwrap();
    assert_eq!(stand.run(&mut conn, back()).await, [], "it was put off");

    transfer(&mut conn, &stand.head, minute(3), stand.client, &Transfer::for_good(boris, "Насовсем"))
        .await
        .unwrap();
    assert_eq!(stand.run(&mut conn, back() + TimeDelta::days(9)).await, []);
    assert_eq!(stand.whose(&mut conn).await, "Борис");
    let again = transfer(&mut conn, &stand.head, minute(4), stand.client, &longer).await;
    assert!(matches!(again, Err(ClientError::NotNow(_))), "nobody would get it back");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn before_a_transfer_the_giver_is_told_what_it_ends(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let other = card(&mut conn, "Лютик", Some(&stand.anna)).await;
    let both = [stand.client, other];
    let told = lasting(&mut conn, &stand.head, &both).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.client_id, one.from.name.as_str(), one.ends_at)).collect();
    assert_eq!(told, [(stand.client, "Анна", back())]);
    assert!(lasting(&mut conn, &stand.head, &[other]).await.unwrap().is_empty());
    let refused = lasting(&mut conn, &stand.boris, &both).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    // Who hands over his own clients alone hears of no other's.
    let mut own = stand.anna.clone();
    own.rights.insert(Right::ClientsTransfer, Scope::Own);
    assert!(lasting(&mut conn, &own, &both).await.unwrap().is_empty());

    let vera = user(&mut conn, "Вера", "manager").await;
    stand.give(&mut conn, &vera, None).await.unwrap();
    assert!(lasting(&mut conn, &stand.head, &both).await.unwrap().is_empty(), "it has ended");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_responsible_whom_a_join_brought_keeps_the_client(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = Stand::new(&mut conn).await;
    let vera = user(&mut conn, "Вера", "manager").await;
    let other = card(&mut conn, "Лютик", Some(&vera)).await;
    let join = ClientJoin {
        survivor_id: stand.client,
        absorbed_id: other,
        choices: [("name".into(), Side::Survivor), ("responsible_id".into(), Side::Absorbed)].into(),
        dry_run: false,
    };
    join_clients(&mut conn, &stand.head, minute(3), &join).await.unwrap();
    assert!(lasting(&mut conn, &stand.head, &[stand.client]).await.unwrap().is_empty(), "no return is left");
    assert_eq!(stand.run(&mut conn, back()).await, [Outcome::Moved]);
    assert_eq!(stand.whose(&mut conn).await, "Вера");
}
