//! The copy of a provider's templates against a database: lists, notices, and what can be sent.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, MediaKind, ProviderTemplate, TemplateComponent, TemplateNews};
use sqlx::{Connection, PgConnection, PgPool};

use super::sync::{self, Tally};
use super::{Binding, Bindings, FillError, Template, TemplateError, TemplatePress};
use crate::access::Viewer;
use crate::delivery::press::{self, Place};
use crate::fixture::{self, minute};
use crate::phrases::{Source, Values};
use crate::{AccountId, ConversationId, TemplateId};

fn template(name: &str, status: &str) -> ProviderTemplate {
    ProviderTemplate {
        external_id: ExternalId::new(format!("id of {name}")),
        name: name.into(),
        language: "ru".into(),
        category: "utility".into(),
        status: status.into(),
        reason: None,
        quality: Some("green".into()),
        components: vec![TemplateComponent::Body { text: "{{1}}, заказ {{2}} готов".into() }],
    }
}

struct Office {
    head: Viewer,
    manager: Viewer,
    account: AccountId,
    conversation: ConversationId,
}

async fn office(conn: &mut PgConnection) -> Office {
    let head = fixture::user(conn, "Ольга", "administrator").await;
    let manager = fixture::user(conn, "Анна", "manager").await;
    let client = fixture::client(conn, "Ромашка", Some(&manager)).await;
    let contact = fixture::contact(conn, "Пётр", client).await;
    let account = fixture::account(conn, "whatsapp").await;
    let conversation = fixture::conversation(conn, account, contact, minute(0)).await;
    Office { head, manager, account, conversation }
}

impl Office {
    async fn take(&self, conn: &mut PgConnection, list: &[ProviderTemplate], at: DateTime<Utc>) -> Tally {
        let mut tx = conn.begin().await.unwrap();
        let tally = sync::take(&mut tx, self.account, list, at, at).await.unwrap();
        tx.commit().await.unwrap();
        tally
    }

    async fn hear(&self, conn: &mut PgConnection, news: TemplateNews, at: DateTime<Utc>) {
        sync::heard(conn, &[(self.account, at, &news)], at).await.unwrap();
    }

    async fn all(&self, conn: &mut PgConnection) -> Vec<Template> {
        super::of_account(conn, &self.head, self.account).await.unwrap()
    }

    async fn only(&self, conn: &mut PgConnection) -> Template {
        self.all(conn).await.remove(0)
    }

    async fn place(&self, conn: &mut PgConnection) -> Place {
        press::place(conn, &self.manager, self.conversation).await.unwrap()
    }
}

fn news(status: &str) -> TemplateNews {
    TemplateNews {
        name: "order_ready".into(),
        language: "ru".into(),
        status: Some(status.into()),
        reason: (status == "paused").then(|| "жалобы клиентов".into()),
        ..TemplateNews::default()
    }
}

fn tally(listed: u64, changed: u64, gone: u64) -> Tally {
    Tally { listed, changed, gone }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_template_that_vanished_stays_and_is_marked_until_it_is_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let list = [template("order_ready", "approved"), template("sale", "approved")];
    assert_eq!(office.take(&mut conn, &list, minute(1)).await, tally(2, 2, 0));
    assert_eq!(office.take(&mut conn, &list, minute(2)).await, tally(2, 0, 0), "nothing is new");
    assert_eq!(office.take(&mut conn, &list[..1], minute(3)).await, tally(1, 0, 1));
    let all = office.all(&mut conn).await;
    assert_eq!((all.len(), all[1].gone_at, all[1].last_seen_at), (2, Some(minute(3)), minute(2)));
    assert!(all[1].refusal.as_ref().is_some_and(|why| why.contains("удалён")));
    assert_eq!(office.take(&mut conn, &list, minute(4)).await, tally(2, 1, 0));
    assert_eq!(office.all(&mut conn).await[1].gone_at, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_list_that_was_asked_for_before_a_notice_does_not_undo_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let list = [template("order_ready", "approved")];
    office.take(&mut conn, &list, minute(1)).await;
    office.hear(&mut conn, news("paused"), minute(3)).await;
    let paused = office.only(&mut conn).await;
    assert_eq!((paused.status.as_str(), paused.reason.as_deref()), ("paused", Some("жалобы клиентов")));
    office.take(&mut conn, &list, minute(2)).await;
    assert_eq!(office.only(&mut conn).await.status, "paused");
    office.hear(&mut conn, news("rejected"), minute(2)).await;
    assert_eq!(office.only(&mut conn).await.status, "paused", "an older notice says nothing new");
    office.take(&mut conn, &list, minute(4)).await;
    let healed = office.only(&mut conn).await;
    assert_eq!((healed.status.as_str(), healed.reason), ("approved", None));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_notices_of_one_second_both_count_and_make_the_list_due(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let plan = crate::schedule::Plan::Every(chrono::TimeDelta::minutes(10));
    crate::schedule::register(&mut conn, sync::TASK, "Шаблоны", plan, minute(60)).await.unwrap();
    office.take(&mut conn, &[template("order_ready", "approved")], minute(1)).await;
    office.hear(&mut conn, news("paused"), minute(3)).await;
    let quality = TemplateNews { status: None, quality: Some("red".into()), ..news("") };
    office.hear(&mut conn, quality, minute(3)).await;
    let told = office.only(&mut conn).await;
    assert_eq!((told.status.as_str(), told.quality.as_deref()), ("paused", Some("red")));
    let unknown = TemplateNews { name: "never_listed".into(), ..news("approved") };
    office.hear(&mut conn, unknown, minute(4)).await;
    assert_eq!(office.all(&mut conn).await.len(), 1, "the list tells what it is");
    let due = crate::schedule::next_due(&mut conn, &[sync::TASK.to_owned()]).await.unwrap();
    assert_eq!(due, Some(minute(4)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_list_that_could_not_be_had_leaves_everything_and_says_why(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    assert_eq!(sync::state(&mut conn, &office.head, office.account).await.unwrap(), None);
    office.take(&mut conn, &[template("order_ready", "approved")], minute(1)).await;
    sync::failed(&mut conn, office.account, "Провайдер не ответил.", minute(2)).await.unwrap();
    let state = sync::state(&mut conn, &office.head, office.account).await.unwrap().unwrap();
    assert_eq!((state.asked_at, state.done_at), (minute(2), Some(minute(1))));
    assert_eq!(state.error.as_deref(), Some("Провайдер не ответил."));
    assert_eq!(office.only(&mut conn).await.refusal, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn only_what_can_be_sent_is_offered_with_what_is_known_for_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let states = ["approved", "pending", "rejected", "paused", "disabled", "limit_exceeded"];
    let list: Vec<_> = states.iter().map(|status| template(status, status)).collect();
    office.take(&mut conn, &list, minute(1)).await;
    let all = office.all(&mut conn).await;
    let ready: Vec<_> = all.iter().filter(|known| known.refusal.is_none()).map(|known| &known.name).collect();
    assert_eq!(ready, ["approved"]);

    let approved = all.into_iter().find(|known| known.name == "approved").unwrap();
    let binding = Binding { label: None, source: Some(Source::ClientName) };
    let bindings: Bindings = [("body.1".to_owned(), binding)].into();
    super::bind(&mut conn, &office.head, approved.id, bindings, minute(2)).await.unwrap();
    let place = office.place(&mut conn).await;
    let offers = super::offers(&mut conn, &office.manager, &place).await.unwrap();
    let fields: Vec<_> =
        offers[0].fields.iter().map(|field| (field.label.as_str(), field.value.as_deref())).collect();
    assert_eq!((offers.len(), fields), (1, vec![("имя клиента", Some("Пётр")), ("поле 2", None)]));
    let names = super::ready(&mut conn, &place).await.unwrap();
    assert_eq!((names.len(), names[0].name.as_str()), (1, "approved"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_fills_the_fields_outlives_the_list_and_is_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.take(&mut conn, &[template("order_ready", "approved")], minute(1)).await;
    let id = office.only(&mut conn).await.id;
    let bindings = |key: &str| -> Bindings {
        [(key.to_owned(), Binding { label: Some("номер заказа".into()), source: None })].into()
    };
    let refused = super::bind(&mut conn, &office.manager, id, bindings("body.2"), minute(2)).await;
    assert!(matches!(refused, Err(TemplateError::Forbidden(_))));
    let refused = super::bind(&mut conn, &office.head, id, bindings("body.3"), minute(2)).await;
    assert!(matches!(refused, Err(TemplateError::Binding(key)) if key == "body.3"));
    for _ in 0..2 {
        super::bind(&mut conn, &office.head, id, bindings("body.2"), minute(2)).await.unwrap();
    }
    office.take(&mut conn, &[template("order_ready", "approved")], minute(3)).await;
    assert_eq!(office.only(&mut conn).await.fields[1].label, "номер заказа");
    let lines: i64 = sqlx::query_scalar("select count(*) from audit_log where action = 'template.bind'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(lines, 1, "no change, no line");
}

async fn filled(
    conn: &mut PgConnection,
    office: &Office,
    id: TemplateId,
    number: &str,
) -> Result<String, TemplateError> {
    let place = office.place(conn).await;
    let values: Values =
        [("body.1".to_owned(), "Пётр".to_owned()), ("body.2".to_owned(), number.to_owned())].into();
    let press = TemplatePress { template_id: id, values, head_file: None };
    let preview = super::preview(conn, &office.manager, &place, None, &press).await?;
    let filled = super::filled(conn, &office.manager, &place, None, press).await?;
    assert_eq!(filled.text, preview.text, "what is shown is what is sent");
    Ok(filled.text)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_template_is_sent_whole_or_not_at_all(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.take(&mut conn, &[template("order_ready", "approved")], minute(1)).await;
    let id = office.only(&mut conn).await.id;
    assert_eq!(filled(&mut conn, &office, id, "17").await.unwrap(), "Пётр, заказ 17 готов");
    match filled(&mut conn, &office, id, "").await {
        Err(TemplateError::NotFilled(FillError::Missing(missing))) => assert_eq!(missing[0].label, "поле 2"),
        other => panic!("{other:?}"),
    }
    office.hear(&mut conn, news("paused"), minute(2)).await;
    match filled(&mut conn, &office, id, "17").await {
        Err(TemplateError::NotReady(why)) => assert!(why.contains("жалобы клиентов"), "{why}"),
        other => panic!("{other:?}"),
    }
    let nothing = filled(&mut conn, &office, TemplateId::at(minute(0)), "17").await;
    assert!(matches!(nothing, Err(TemplateError::Missing)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_template_of_another_account_is_not_there(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let other = fixture::account(&mut conn, "whatsapp").await;
    let head = TemplateComponent::HeaderFile { kind: MediaKind::Image };
    let foreign = ProviderTemplate { components: vec![head], ..template("order_ready", "approved") };
    sync::take(&mut conn, other, &[foreign], minute(1), minute(1)).await.unwrap();
    let id = super::of_account(&mut conn, &office.head, other).await.unwrap()[0].id;
    assert!(matches!(filled(&mut conn, &office, id, "17").await, Err(TemplateError::Missing)));
    let place = office.place(&mut conn).await;
    assert_eq!(super::offers(&mut conn, &office.manager, &place).await.unwrap(), []);
}
