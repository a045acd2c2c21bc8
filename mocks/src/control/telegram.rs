//! `/telegram/…`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Answer, Control, Said, bad, digits};
use crate::telegram::{Action, Author, Content, Message, Photo, Place, Press, User};

#[derive(Debug, Deserialize)]
struct Person {
    user_id: i64,
    #[serde(default)]
    name: String,
    username: Option<String>,
}

impl Person {
    fn user(&self) -> User {
        let name = if self.name.is_empty() { "Клиент" } else { &self.name };
        User { username: self.username.clone(), ..User::new(self.user_id, name) }
    }
}

/// Every manager has one connection.
fn connection(manager: i64) -> String {
    format!("BcExample{manager}")
}

#[derive(Debug, Deserialize)]
pub(super) struct Writes {
    #[serde(flatten)]
    person: Person,
    #[serde(flatten)]
    said: Said,
    start: Option<String>,
    /// His own number, by the button.
    contact: Option<String>,
    /// The manager in whose own account the chat is.
    manager: Option<i64>,
    #[serde(default)]
    by_manager: bool,
    message_id: Option<i64>,
}

impl Writes {
    fn message(self, control: &Control) -> Option<Message> {
        let client = self.person.user();
        let file = format!("{:x}", control.next());
        let said = self.said;
        let content = said
            .text
            .map(Content::Text)
            .or_else(|| self.start.map(Content::Start))
            .or_else(|| {
                let phone = digits(&self.contact?);
                Some(Content::Contact { phone, name: client.first_name.clone(), own: true })
            })
            .or_else(|| {
                let caption = Some(said.photo?);
                Some(Content::Photo(Photo { file: file.clone(), caption, album: None }))
            })
            .or_else(|| said.voice.then(|| Content::Voice { file: file.clone(), seconds: 12 }))
            .or_else(|| {
                let file_name = said.document?;
                Some(Content::Document { file: file.clone(), file_name, caption: None })
            })
            .or_else(|| {
                let (latitude, longitude) = said.location?;
                Some(Content::Location { latitude, longitude })
            })?;
        let place = self.manager.map_or(Place::Bot, |manager| Place::Business(connection(manager)));
        let message_id = self.message_id.unwrap_or_else(|| control.stand.telegram.next_message_id());
        let mut message = Message::new(place, message_id, client, control.now(), content);
        if let Some(manager) = self.manager.filter(|_| self.by_manager) {
            message.author = Author::Manager(User::new(manager, "Анна"));
        }
        Some(message)
    }
}

pub(super) async fn message(State(control): State<Control>, Json(asked): Json<Writes>) -> Answer {
    match asked.message(&control) {
        Some(message) => act(&control, &Action::Message(message)).await,
        None => bad("text or another content is needed"),
    }
}

pub(super) async fn edit(State(control): State<Control>, Json(asked): Json<Writes>) -> Answer {
    if asked.message_id.is_none() {
        return bad("message_id is needed");
    }
    match asked.message(&control) {
        Some(message) => act(&control, &Action::Edited(message, control.now())).await,
        None => bad("text or another content is needed"),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Blocks {
    #[serde(flatten)]
    person: Person,
    blocked: bool,
}

pub(super) async fn block(State(control): State<Control>, Json(asked): Json<Blocks>) -> Answer {
    let action = Action::Blocked { client: asked.person.user(), at: control.now(), blocked: asked.blocked };
    act(&control, &action).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Presses {
    #[serde(flatten)]
    person: Person,
    message_id: i64,
    /// What the button gives back, whatever stands under the message.
    data: Option<String>,
    /// Which button, from 1, row by row: it must stand there now.
    button: Option<usize>,
    /// A group; otherwise the person's own chat with the bot.
    chat: Option<i64>,
}

pub(super) async fn press(State(control): State<Control>, Json(asked): Json<Presses>) -> Answer {
    let user = asked.person.user();
    if let Some(button) = asked.button {
        let press = Press { chat: asked.chat, message_id: asked.message_id, button, user };
        let Some(object) = control.stand.telegram.press(&press) else {
            return bad("there is no such button under this message");
        };
        let queue = format!("press {}", press.user.id);
        return act(&control, &Action::Raw { kind: "callback_query".to_owned(), object, queue }).await;
    }
    let Some(data) = asked.data else { return bad("button or data is needed") };
    let action = Action::Pressed {
        id: control.next().to_string(),
        client: user,
        message_id: asked.message_id,
        data,
        at: control.now(),
    };
    act(&control, &action).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Connects {
    manager: i64,
    #[serde(default)]
    name: String,
    enabled: bool,
}

pub(super) async fn connection_change(State(control): State<Control>, Json(asked): Json<Connects>) -> Answer {
    let action = Action::Connection {
        id: connection(asked.manager),
        manager: User::new(asked.manager, if asked.name.is_empty() { "Анна" } else { &asked.name }),
        at: control.now(),
        enabled: asked.enabled,
    };
    act(&control, &action).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Deletes {
    #[serde(flatten)]
    person: Person,
    manager: i64,
    message_ids: Vec<i64>,
}

pub(super) async fn deletion(State(control): State<Control>, Json(asked): Json<Deletes>) -> Answer {
    let action = Action::Deleted {
        connection: connection(asked.manager),
        client: asked.person.user(),
        message_ids: asked.message_ids,
    };
    act(&control, &action).await
}

/// The message id comes back too: edits and deletions need it.
async fn act(control: &Control, action: &Action) -> Answer {
    let outgoing = control.stand.providers.telegram.request(control.stand.telegram.next_update_id(), action);
    let (status, Json(mut answer)) = control.deliver(outgoing).await;
    if let (Action::Message(message), true) = (action, status != StatusCode::INTERNAL_SERVER_ERROR) {
        answer["message_id"] = message.message_id.into();
    }
    (status, Json(answer))
}
