//! A closed window: the templates that can be sent are offered by buttons, and a press sends one of them.

use chrono::{DateTime, Utc};
use connector_api::{BridgeAct, Button, OutboundContent};
use sqlx::{Connection, PgConnection};

use super::store;
use super::turn::{Heard, answer_with};
use crate::{
    DeliveryId, TemplateId,
    access::Viewer,
    bridge::arrive::{Bridged, store::thread_at},
    phrases::Values,
    templates::{self, Template, TemplateError, TemplatePress},
};

/// More of them are found faster in the product.
const MOST_BUTTONS: usize = 8;

/// The messenger shows about so much of a label.
const LONGEST_LABEL: usize = 60;

/// Begins the data of our buttons; the template's id follows, then the place of what was refused in the inbox.
const DATA: &str = "template/";

const SENDING: &str = "Отправляем шаблон.";

const CLOSED: &str = "Не передано: окно переписки закрыто, клиент давно не писал.";

/// Tells that the window is closed, and offers what can be sent all the same. `link` leads to the conversation in the
/// product.
pub async fn offer_templates(
    conn: &mut PgConnection,
    heard: &Heard,
    link: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let offers = match templates::offers(conn, &heard.viewer, &heard.place).await {
        Err(TemplateError::Database(error)) => return Err(error),
        offers => offers.unwrap_or_default(),
    };
    let mut tx = conn.begin().await?;
    let content = offer(&offers, link, store::position(&mut tx, heard.id).await?);
    if store::finish(&mut tx, heard.id, "refused", Some(CLOSED), now).await? {
        answer_with(&mut tx, &heard.by, content, now).await?;
    }
    tx.commit().await
}

/// Pure.
fn offer(offers: &[Template], link: &str, position: i64) -> OutboundContent {
    let is_whole = |template: &&Template| {
        template.head_file.is_none() && template.fields.iter().all(|field| field.value.is_some())
    };
    let button = |template: &Template| {
        let label = template.text.replace('\n', " ").chars().take(LONGEST_LABEL).collect();
        vec![Button { label, data: format!("{DATA}{}/{position}", template.id.0.simple()) }]
    };
    let rows: Vec<_> = offers.iter().filter(is_whole).take(MOST_BUTTONS).map(button).collect();
    match (rows.is_empty(), offers.len() > rows.len()) {
        (true, true) => OutboundContent::Text {
            text: format!("{CLOSED} Шаблоны требуют заполнения: выберите и заполните в Узле: {link}"),
        },
        (true, false) => OutboundContent::Text {
            text: format!("{CLOSED} Готовых шаблонов нет: дождитесь его сообщения или позвоните. {link}"),
        },
        (false, more) => {
            let others = if more {
                format!(" Остальные, с полями, в Узле: {link}")
            } else {
                String::new()
            };
            OutboundContent::Buttons {
                text: format!("{CLOSED} Выберите шаблон.{others}"), rows
            }
        }
    }
}

/// A press on one of the buttons: what is shown to whoever pressed; `None` for a button of somebody else. Of one offer one
/// template is sent. Wants the transaction of the ingest.
pub(in crate::bridge) async fn press(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<&'static str>> {
    let BridgeAct::Press { message, data } = &event.told.act else { return Ok(None) };
    let Some(chosen) = data.strip_prefix(DATA) else { return Ok(None) };
    let account = event.account_id;
    let (template, position) = chosen.split_once('/').unwrap_or((chosen, ""));
    let thread = match position.parse() {
        Ok(position) => store::thread_of(conn, account, position).await?,
        // A button of a former release.
        Err(_) => {
            let thread = thread_at(conn, account, &event.told.chat.id, &event.told.place).await?;
            thread.filter(|thread| thread.room_id.is_none()).map(|thread| thread.id)
        }
    };
    let Some(thread) = thread else {
        return Ok(Some("Этот диалог больше не связан с Telegram."));
    };
    let fresh = store::Fresh {
        id: DeliveryId::heard(account, &format!("{DATA}{message}")),
        thread,
        user: viewer.user_id,
        account,
        external_id: message,
        act: "template",
        content: &[],
        album: false,
        words: Some(template),
        target: None,
    };
    if store::insert(conn, &fresh, now).await? {
        return Ok(Some(SENDING));
    }
    if store::is_chosen(conn, &fresh).await? {
        return Ok(Some("Шаблон уже выбран."));
    }
    // What was chosen before did not go.
    let anew = store::Fresh { id: DeliveryId::heard(account, event.external_id.as_str()), ..fresh };
    store::insert(conn, &anew, now).await?;
    Ok(Some(SENDING))
}

/// What the chosen template says; else the sentence why it cannot be sent.
pub async fn template(
    conn: &mut PgConnection,
    heard: &Heard,
    template_id: TemplateId,
) -> sqlx::Result<Result<OutboundContent, String>> {
    let press = TemplatePress { template_id, values: Values::default(), head_file: None };
    match templates::filled(conn, &heard.viewer, &heard.place, None, press).await {
        Ok(filled) => Ok(Ok(OutboundContent::Template(filled))),
        Err(TemplateError::Database(error)) => Err(error),
        Err(TemplateError::NotReady(reason)) => Ok(Err(format!("Не передано: {reason}"))),
        Err(_) => Ok(Err("Не передано: этот шаблон без Узла не отправить.".to_owned())),
    }
}
