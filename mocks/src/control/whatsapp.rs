//! `/whatsapp/…`

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Answer, Control, Said, bad, digits};
use crate::whatsapp::graph::TemplateChange;
use crate::whatsapp::{Action, Content, Echo, Message, NumberChange, Reached, Sender, Status, wamid};

#[derive(Debug, Default, Deserialize)]
struct Words {
    #[serde(flatten)]
    said: Said,
    content: Option<Content>,
    reaction: Option<Reaction>,
    edit: Option<Edit>,
    revoke: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Reaction {
    to: String,
    emoji: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Edit {
    original: String,
    text: String,
}

impl Words {
    fn content(self, number: u64) -> Option<Content> {
        let said = self.said;
        self.content
            .or_else(|| said.text.map(Content::Text))
            .or_else(|| said.photo.map(|caption| Content::photo(number, &caption)))
            .or_else(|| said.voice.then(|| Content::voice(number)))
            .or_else(|| said.document.map(|name| Content::pdf(number, &name)))
            .or_else(|| {
                let (latitude, longitude) = said.location?;
                Some(Content::Location { latitude, longitude, name: None, address: None })
            })
            .or_else(|| {
                self.reaction.map(|reaction| Content::Reaction { to: reaction.to, emoji: reaction.emoji })
            })
            .or_else(|| {
                let edit = self.edit?;
                Some(Content::Edit { original: edit.original, content: Box::new(Content::Text(edit.text)) })
            })
            .or_else(|| self.revoke.map(|original| Content::Revoke { original }))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Writes {
    from: Option<String>,
    user_id: Option<String>,
    name: Option<String>,
    id: Option<String>,
    quote: Option<String>,
    #[serde(default)]
    forwarded: bool,
    #[serde(flatten)]
    words: Words,
}

pub(super) async fn message(State(control): State<Control>, Json(asked): Json<Writes>) -> Answer {
    let from = Sender {
        phone: asked.from.as_deref().map(digits),
        user_id: asked.user_id,
        name: asked.name,
        username: None,
    };
    let Some(address) = from.phone.clone().or_else(|| from.user_id.clone()) else {
        return bad("from or user_id is needed");
    };
    let number = control.next();
    let Some(content) = asked.words.content(number) else {
        return bad("text or another content is needed");
    };
    let whatsapp = &control.stand.providers.whatsapp;
    let id = asked.id.unwrap_or_else(|| wamid(&address, number, false));
    let mut message = Message::new(&id, control.now(), from, content);
    message.forwarded = asked.forwarded;
    if let Some(quoted) = asked.quote {
        message = message.quoting(&quoted, &whatsapp.config().display_phone);
    }
    let outgoing = whatsapp.request(&Action::Message(message));
    control.deliver(outgoing).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Answers {
    to: String,
    user_id: Option<String>,
    id: Option<String>,
    #[serde(flatten)]
    words: Words,
}

pub(super) async fn echo(State(control): State<Control>, Json(asked): Json<Answers>) -> Answer {
    let number = control.next();
    let Some(content) = asked.words.content(number) else {
        return bad("text or another content is needed");
    };
    let phone = digits(&asked.to);
    let id = asked.id.unwrap_or_else(|| wamid(&phone, number, true));
    let to = Sender { phone: Some(phone), user_id: asked.user_id, ..Sender::default() };
    let echo = Action::Echo(Echo { id, at: control.now(), to, content });
    control.deliver(control.stand.providers.whatsapp.request(&echo)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Becomes {
    id: String,
    to: String,
    user_id: Option<String>,
    status: Reached,
    callback_data: Option<String>,
}

pub(super) async fn status(State(control): State<Control>, Json(asked): Json<Becomes>) -> Answer {
    let to = Sender { phone: Some(digits(&asked.to)), user_id: asked.user_id, ..Sender::default() };
    let status = Action::Status(Status {
        id: asked.id,
        at: control.now(),
        to,
        reached: asked.status,
        callback_data: asked.callback_data,
    });
    control.deliver(control.stand.providers.whatsapp.request(&status)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Moves {
    from: String,
    to: String,
    #[serde(default)]
    name: String,
    previous_user_id: Option<String>,
    user_id: Option<String>,
}

pub(super) async fn number_change(State(control): State<Control>, Json(asked): Json<Moves>) -> Answer {
    let (old, new) = (digits(&asked.from), digits(&asked.to));
    let change = Action::NumberChange(NumberChange {
        id: wamid(&old, control.next(), false),
        at: control.now(),
        name: asked.name,
        before: Sender { phone: Some(old), user_id: asked.previous_user_id, ..Sender::default() },
        after: Sender { phone: Some(new), user_id: asked.user_id, ..Sender::default() },
    });
    control.deliver(control.stand.providers.whatsapp.request(&change)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Wrote {
    from: Option<String>,
    user_id: Option<String>,
}

/// Opens the window without a message.
pub(super) async fn window(State(control): State<Control>, Json(asked): Json<Wrote>) {
    let from =
        Sender { phone: asked.from.as_deref().map(digits), user_id: asked.user_id, ..Sender::default() };
    control.stand.whatsapp.heard(&from, control.now());
}

#[derive(Debug, Deserialize)]
pub(super) struct Changes {
    /// Without a word to the hub: what a lost webhook looks like.
    #[serde(default)]
    quietly: bool,
    #[serde(flatten)]
    change: TemplateChange,
}

pub(super) async fn template(State(control): State<Control>, Json(asked): Json<Changes>) -> Answer {
    let news = control.stand.whatsapp.change_template(asked.change);
    let mut answer = (StatusCode::OK, Json(Value::Null));
    for outgoing in news.into_iter().filter(|_| !asked.quietly) {
        answer = control.deliver(outgoing).await;
    }
    answer
}

#[derive(Debug, Deserialize)]
pub(super) struct OneTemplate {
    name: String,
    language: String,
}

pub(super) async fn forget_template(
    State(control): State<Control>,
    Query(asked): Query<OneTemplate>,
) -> StatusCode {
    let was_there = control.stand.whatsapp.remove_template(&asked.name, &asked.language);
    if was_there { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

pub(super) async fn number(State(control): State<Control>, Json(fields): Json<Map<String, Value>>) {
    for (field, value) in fields {
        control.stand.whatsapp.set_number_field(&field, value);
    }
}
