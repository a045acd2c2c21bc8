//! Messages of the rule that go by another channel.

use super::*;

/// A message for which the rule chose the first channel.
fn by_rule(number: u128) -> NewMessage {
    let message =
        RuleMessage {
            text: "Бронь кончается".into(), template: None, template_account: None, purpose: None
        };
    let chosen = Chosen {
        because: "Окно переписки открыто.".into(), passed_over: Vec::new(), message
    };
    NewMessage { chosen: Some(chosen), ..text(number, "Бронь кончается") }
}

fn rejected() -> Outcome {
    Outcome::Rejected { code: "131047".into(), reason: "Окно закрыто.".into(), remedy: None }
}

impl Office {
    /// The first press goes out and comes to this.
    async fn comes_to(&self, conn: &mut PgConnection, sender: Sender, outcome: Outcome) {
        assert!(self.take(conn, sender, minute(1)).await);
        let first = work(self.turn(conn, sender, None, minute(1)).await);
        self.turn(conn, sender, Some((first, outcome)), minute(1)).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_the_rule_sent_in_vain_goes_by_another_channel_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let sms = fixture::account(&mut conn, "sms").await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    office.comes_to(&mut conn, sender, rejected()).await;

    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    let refused = press::retry(&mut tx, &office.manager, minute(2), id).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotNow(_)), "a repeat would be a second copy: {refused}");
    let failed = failover::claim(&mut tx).await.unwrap().expect("it wants another channel");
    let mut elsewhere = pool.acquire().await.unwrap();
    let mut other = elsewhere.begin().await.unwrap();
    assert!(failover::claim(&mut other).await.unwrap().is_none(), "each is taken once");
    drop(other);
    let person = route::person_of_root(&mut tx, failed.root).await.unwrap();
    let key = |address: &connector_api::Address| Some(ExternalId::new(address.key()));
    let route = Route {
        place: person.place_in(sms, key).expect("he has a number"),
        account: "sms".into(),
        channel: "sms".into(),
        content: OutboundContent::Text { text: failed.message.text.clone() },
        parts: 1,
        because: "Сообщение дойдёт на номер клиента.".into(),
    };
    failover::hand_over(&mut tx, &failed, route, Moscow, minute(2)).await.unwrap();
    assert!(failover::claim(&mut tx).await.unwrap().is_none());
    tx.commit().await.unwrap();

    let first = office.entry(&mut conn, 1).await.delivery.unwrap();
    let stead = DeliveryId::in_stead_of(id);
    assert_eq!((first.step, first.replaced_by), (DeliveryStep::Failed, Some(stead)));
    let page = read::of_contact(
        &mut conn,
        &office.manager,
        failed.root,
        &TimelineFilter::default(),
        Part::Latest,
        50,
    )
    .await
    .unwrap();
    let second = page.entries.into_iter().find(|entry| entry.id.0 == stead.0).expect("it stands there too");
    assert_eq!(second.author.unwrap().name, "Анна", "whoever pressed wrote both");
    let second = second.delivery.unwrap();
    assert_eq!(
        second.chosen_because.as_deref(),
        Some("«whatsapp» не отправил. Сообщение дойдёт на номер клиента.")
    );
    assert_eq!(second.passed_over[0].reason, "Не отправлено: Окно закрыто.");

    let lane = lane::take(&mut conn, sender, sms, 1, minute(2)).await.unwrap()[0];
    let turn = lane::turn(&mut conn, sender, lane, None, None, Moscow, minute(2)).await.unwrap();
    let finished = Finished { work: work(turn), outcome: rejected(), pacing: PACING };
    lane::turn(&mut conn, sender, lane, Some(&finished), None, Moscow, minute(2)).await.unwrap();
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "once, and no further");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_may_have_arrived_and_what_a_person_addressed_stay_where_they_are(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    let unknown = Outcome::Unknown { reason: "timeout".into() };
    office.comes_to(&mut conn, sender, unknown).await;
    let asked = work(office.turn(&mut conn, sender, None, minute(1)).await);
    office.turn(&mut conn, sender, Some((asked, Outcome::CannotTell)), minute(1)).await;
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unknown);
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "nobody knows");

    office.press(&mut conn, text(2, "сам"), minute(1)).await;
    office.comes_to(&mut conn, sender, rejected()).await;
    assert_eq!(step(&office.entry(&mut conn, 2).await), DeliveryStep::Failed);
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "a person chose this channel");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn without_another_channel_the_failure_stays_and_can_be_repeated(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    let (manager, id) = (&office.manager, office.conversation);
    conversation::rest::lay_aside(&mut conn, manager, minute(1), id, fixture::aside(Some(1), None))
        .await
        .unwrap();
    office.comes_to(&mut conn, sender, rejected()).await;
    let closed = conversation::read(&mut conn, manager, id).await.unwrap().rest;
    assert!(closed.is_some(), "another channel may still take it");
    let mut tx = conn.begin().await.unwrap();
    let failed = failover::claim(&mut tx).await.unwrap().expect("it wants another channel");
    let passed_over = [PassedOver {
        account_id: AccountId(Uuid::from_u128(5)),
        account: "SMS".into(),
        channel: "sms".into(),
        reason: "Канал недоступен: нет денег".into(),
    }];
    failover::give_up(&mut tx, &failed, &passed_over, minute(2)).await.unwrap();
    assert_eq!(
        conversation::read(&mut tx, manager, id).await.unwrap().rest,
        None,
        "now somebody has to look"
    );
    press::retry(&mut tx, &office.manager, minute(2), failed.delivery).await.unwrap();
    tx.commit().await.unwrap();
    let delivery = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!((delivery.step, delivery.passed_over.as_slice()), (DeliveryStep::Queued, &passed_over[..]));
}
