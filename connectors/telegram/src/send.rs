//! The way out: <https://core.telegram.org/bots/api#available-methods>.

mod memory;
mod piece;
mod refusal;
mod request;
mod response;
mod shape;
mod text;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod outcomes;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod wire_checks;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Abilities, Accepted, Address, ConversationFacts, ConversationState, ExternalId, FetchError, LookUp,
    Outbound, OutboundMessage, Permission, Remedy, SendAttempt, SendError, SendLimits,
};

pub(crate) use memory::Memory;

use crate::place::Place;
use crate::{Telegram, connection, press};

/// How long after the client's newest message a manager's account can be answered through.
const BUSINESS_WINDOW: TimeDelta = TimeDelta::hours(24);

#[async_trait]
impl Outbound for Telegram {
    /// <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>
    fn limits(&self) -> SendLimits {
        SendLimits {
            account_per_second: 30,
            conversation_pause: Duration::from_secs(1),
            conversation_burst: 3,
            concurrent: 8,
            attempts: 8,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            text_limit: u32::try_from(text::TEXT_LIMIT).ok(),
            caption_limit: u32::try_from(text::CAPTION_LIMIT).ok(),
            files: shape::abilities(),
            location: true,
            contacts: true,
            quote: true,
            reaction: true,
            edit: true,
            delete: true,
            buttons: true,
            ..Abilities::default()
        }
    }

    fn can_send(&self, conversation: &ConversationFacts, now: DateTime<Utc>) -> Permission {
        permission(conversation, now)
    }

    /// A bot cannot write first, and nobody writes first through a manager's connection.
    fn conversation_with(&self, _: &Address) -> Option<ExternalId> {
        None
    }

    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError> {
        let count = piece::pieces(message)?.len();
        u16::try_from(count).map_err(|_| SendError::rejected("too_long", "Сообщение слишком длинное."))
    }

    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError> {
        let request = request::request_for(&self.memory, attempt)?;
        if let Some(id) = request.place.connection {
            self.memory.used(id);
        }
        let answer = match self.carry(&request.call, attempt.files).await {
            Err(SendError::Unknown(source)) if response::repeatable(&request.piece) => {
                return Err(SendError::Temporary(source));
            }
            carried => carried?,
        };
        let mut outcome = response::read_response(&request, &answer);
        response::learn(&self.memory, &request, &answer, &mut outcome);
        match (outcome, request.place.connection) {
            (Err(SendError::Rejected { code, .. }), Some(id)) if code == refusal::NEVER_STARTED => {
                Err(self.forgotten_connection(id).await)
            }
            (outcome, _) => outcome,
        }
    }

    /// Nobody can ask after a message that was sent. What changes one may be done again without anybody noticing.
    async fn look_up(&self, attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        let request = request::request_for(&self.memory, attempt);
        let again = request.is_ok_and(|request| response::repeatable(&request.piece));
        Ok(if again { LookUp::NotArrived } else { LookUp::CannotTell })
    }

    async fn mark_read(&self, message: &ExternalId, typing: bool) -> Result<(), SendError> {
        if press::id(message).is_some() {
            return self.answer_press(message, None).await;
        }
        for call in attention_for(message, typing) {
            self.ask(&call)
                .await
                .and_then(|answer| crate::reply::result(&answer))
                .map_err(connection::of_fetch)?;
        }
        Ok(())
    }
}

impl Telegram {
    /// The server refuses a connection that it has not seen since its own start until it is asked after it:
    /// then the message can go.
    async fn forgotten_connection(&self, id: &str) -> SendError {
        match self.connection(id).await {
            Ok(Some(state)) if state.may_write => SendError::Temporary(
                crate::reply::Trouble("the server had forgotten the connection".into()).into(),
            ),
            Ok(_) => SendError::Rejected {
                code: "business_cut".into(),
                reason: CUT.into(),
                remedy: Some(Remedy::AnotherChannel),
            },
            Err(error) => connection::of_fetch(error),
        }
    }
}

const CUT: &str = "Менеджер отключил бота от своего аккаунта Telegram или не дал ему право отвечать. Подключите бота снова: \
                   Telegram, «Настройки», «Автоматизация чатов».";

fn permission(facts: &ConversationFacts, now: DateTime<Utc>) -> Permission {
    let closed = |reason: &str| Permission::Closed { reason: reason.to_owned() };
    match facts.state {
        Some(ConversationState::Blocked) => {
            return closed(
                "Клиент заблокировал бота. Написать сюда можно будет, когда он разблокирует бота.",
            );
        }
        Some(ConversationState::Disconnected) => return closed(CUT),
        _ => {}
    }
    let in_business =
        facts.conversation.as_ref().and_then(Place::read).is_some_and(|place| place.connection.is_some());
    if !in_business {
        return Permission::Open { until: None };
    }
    match facts.last_inbound_at.map(|at| at + BUSINESS_WINDOW) {
        Some(until) if now < until => Permission::Open { until: Some(until) },
        _ => closed(
            "Клиент не писал последние 24 часа. Через аккаунт менеджера Telegram разрешает отвечать только в течение \
             суток после сообщения клиента: напишите с телефона или дождитесь его сообщения.",
        ),
    }
}

/// What shows the client that somebody reads and writes. In the bot's own chat nothing shows that it has read.
fn attention_for(message: &ExternalId, typing: bool) -> Vec<crate::api::Call> {
    use serde_json::json;

    let Some((Place { connection, chat, .. }, number)) = Place::read_message(message) else {
        return Vec::new();
    };
    let read = connection.map(|id| {
        let fields = json!({ "business_connection_id": id, "chat_id": chat, "message_id": number });
        crate::api::Call::new("readBusinessMessage", fields)
    });
    let types = typing.then(|| {
        let fields = json!({ "business_connection_id": connection, "chat_id": chat, "action": "typing" });
        crate::api::Call::new("sendChatAction", fields)
    });
    read.into_iter().chain(types).collect()
}
