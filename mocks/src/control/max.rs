//! `/max/…`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Control, Said, bad, digits};
use crate::max::{Action, Content, Message, User};

#[derive(Debug, Deserialize)]
struct Person {
    /// Which of the invented people: 1, 2, …
    client: i64,
    #[serde(default)]
    name: String,
}

impl Person {
    fn user(&self) -> User {
        User::new(self.client, if self.name.is_empty() { "Клиент" } else { &self.name })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Writes {
    #[serde(flatten)]
    person: Person,
    #[serde(flatten)]
    said: Said,
    /// His own number, by the button.
    contact: Option<String>,
    /// Somebody else's words.
    forward: Option<String>,
    /// The `mid` that he answers.
    quote: Option<String>,
}

impl Writes {
    fn message(self, control: &Control) -> Option<Message> {
        let client = self.person.user();
        let count = control.next();
        let named = |ending: &str| format!("{count:x}.{ending}");
        let said = self.said;
        let content = said
            .text
            .map(Content::Text)
            .or_else(|| Some(Content::Photos { text: Some(said.photo?), names: vec![named("png")] }))
            .or_else(|| said.voice.then(|| Content::Voice { name: named("ogg"), seconds: 12 }))
            .or_else(|| Some(Content::File { name: said.document?, text: None }))
            .or_else(|| {
                let (latitude, longitude) = said.location?;
                Some(Content::Location { latitude, longitude })
            })
            .or_else(|| {
                let phone = digits(&self.contact?);
                Some(Content::Contact { phone, name: client.first_name.clone(), own: true })
            })
            .or_else(|| Some(Content::Forward { from: "Склад".to_owned(), text: self.forward? }))?;
        let count = u16::try_from(count % 65_536).unwrap_or(0);
        let mut message = Message::new(client, count, control.now(), content);
        message.reply_to = self.quote.map(|mid| (mid, "…".to_owned()));
        Some(message)
    }
}

pub(super) async fn message(State(control): State<Control>, Json(asked): Json<Writes>) -> Answer {
    match asked.message(&control) {
        Some(message) => act(&control, &Action::Message(message)).await,
        None => bad("text or another content is needed"),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct About {
    #[serde(flatten)]
    person: Person,
    /// What the update is about, where it is about something.
    mid: Option<String>,
    payload: Option<String>,
    title: Option<String>,
}

pub(super) async fn start(State(control): State<Control>, Json(asked): Json<About>) -> Answer {
    let action = Action::Started { client: asked.person.user(), payload: asked.payload, at: control.now() };
    act(&control, &action).await
}

pub(super) async fn stop(State(control): State<Control>, Json(asked): Json<About>) -> Answer {
    act(&control, &Action::Stopped { client: asked.person.user(), at: control.now() }).await
}

pub(super) async fn removal(State(control): State<Control>, Json(asked): Json<About>) -> Answer {
    let Some(mid) = asked.mid else { return bad("mid is needed") };
    act(&control, &Action::Removed { client: asked.person.user(), mid, at: control.now() }).await
}

pub(super) async fn press(State(control): State<Control>, Json(asked): Json<About>) -> Answer {
    let (Some(mid), Some(payload)) = (asked.mid, asked.payload) else {
        return bad("mid and payload are needed");
    };
    let title = asked.title.unwrap_or_else(|| payload.clone());
    let button = (title, payload);
    let action = Action::Pressed { client: asked.person.user(), mid, button, at: control.now() };
    act(&control, &action).await
}

/// What the provider does after eight hours without a success.
pub(super) async fn forget(State(control): State<Control>) -> Json<Value> {
    let urls = control.stand.max.subscriptions();
    control.stand.max.unsubscribe_all();
    Json(json!({ "removed": urls }))
}

pub(super) async fn subscriptions(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "subscriptions": control.stand.max.subscriptions() }))
}

/// The `mid` comes back too: removals need it.
async fn act(control: &Control, action: &Action) -> Answer {
    let outgoing = control.stand.providers.max.request(action);
    let (status, Json(mut answer)) = control.deliver(outgoing).await;
    if let (Action::Message(message), true) = (action, status != StatusCode::INTERNAL_SERVER_ERROR) {
        answer["mid"] = message.mid().into();
    }
    (status, Json(answer))
}
