//! Sending: `POST`, `PUT` and `DELETE /messages`, <https://dev.max.ru/docs-api/methods/POST/messages>.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use connector_api::{
    Abilities, Accepted, Address, ConversationFacts, ConversationState, ExternalId, FetchError, FileAbility,
    LookUp, MediaKind, Outbound, OutboundMessage, Permission, SendAttempt, SendError, SendLimits,
};
use http::Method;
use provider_http::Answer;
use serde_json::{Value, json};

use crate::api::Request;
use crate::compose::{self, NewMessage, Piece, UploadKind};
use crate::failure::{self, Repeat};
use crate::split::LONGEST;
use crate::upload::Token;
use crate::wire::Sent;
use crate::{Max, ids, look_up};

#[async_trait]
impl Outbound for Max {
    fn limits(&self) -> SendLimits {
        SendLimits {
            account_per_second: 30,
            conversation_pause: Duration::from_millis(500),
            conversation_burst: 1,
            concurrent: 16,
            attempts: 8,
        }
    }

    fn abilities(&self) -> Abilities {
        let file = |kind, upload: UploadKind| FileAbility { kind, limit_bytes: upload.limit_bytes() };
        let longest = u32::try_from(LONGEST).ok();
        Abilities {
            text_limit: longest,
            caption_limit: longest,
            // Larger pictures, films and sounds go as plain files.
            files: vec![
                file(MediaKind::Image, UploadKind::Image),
                file(MediaKind::Video, UploadKind::Video),
                file(MediaKind::Audio, UploadKind::Audio),
                file(MediaKind::Voice, UploadKind::Audio),
                file(MediaKind::Document, UploadKind::File),
            ],
            location: true,
            contacts: true,
            quote: true,
            reaction: false,
            edit: true,
            delete: true,
            buttons: false,
            templates: false,
            writes_first: false,
            tells_read: false,
        }
    }

    fn can_send(&self, conversation: &ConversationFacts, _now: DateTime<Utc>) -> Permission {
        match conversation.state {
            Some(ConversationState::Blocked | ConversationState::Disconnected) => Permission::Closed {
                reason:
                    "Клиент остановил бота или удалил диалог в MAX. Написать можно после того, как он снова \
                         нажмёт «Начать» или напишет сам."
                        .into(),
            },
            _ => Permission::Open { until: None },
        }
    }

    /// A bot cannot write first: the dialog has a number only once the person has begun it.
    fn conversation_with(&self, _address: &Address) -> Option<ExternalId> {
        None
    }

    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError> {
        let pieces = compose::pieces_of(message)?.len();
        u16::try_from(pieces).map_err(|_| SendError::rejected("too_long", "Слишком длинное сообщение."))
    }

    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError> {
        compose::is_editable(attempt.message, attempt.now)?;
        let pieces = compose::pieces_of(attempt.message)?;
        match pieces.get(usize::from(attempt.part)) {
            Some(Piece::New(message)) => self.send_new(message, attempt).await,
            Some(change) => self.change(change).await,
            None => Err(SendError::rejected("part", "У сообщения нет такой части.")),
        }
    }

    async fn look_up(&self, attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        self.look_up_piece(attempt).await
    }

    async fn mark_read(&self, message: &ExternalId, typing: bool) -> Result<(), SendError> {
        let Some((chat, _)) = ids::read_message(message) else { return Ok(()) };
        // Newer descriptions do not name `mark_seen`; a refusal must not cost the sign of typing.
        let seen = self.act(chat, "mark_seen").await;
        if typing { self.act(chat, "typing_on").await } else { seen }
    }
}

impl Max {
    async fn send_new(
        &self,
        message: &NewMessage<'_>,
        attempt: &SendAttempt<'_>,
    ) -> Result<Accepted, SendError> {
        let tokens = self.uploaded(&message.files, attempt).await?;
        let mut answer = self.post(&request_for(message, &tokens, true)).await?;
        if message.quote.is_some() && refuses_the_quote(&answer) {
            // Refused, so certainly not sent: the words matter more than what they answer.
            answer = self.post(&request_for(message, &tokens, false)).await?;
        }
        if answer.status == 400 && tokens.iter().any(|token| token.is_old) && !is_not_ready(&answer) {
            // Perhaps the upload has expired: the next attempt uploads again.
            self.uploaded.forget(&tokens);
            return Err(SendError::Temporary(failure::status(&answer)));
        }
        let accepted = read_response(message.chat, &answer)?;
        self.accepted.add(accepted.external_id.as_ref());
        Ok(accepted)
    }

    async fn post(&self, request: &Request) -> Result<Answer, SendError> {
        self.call(request).await.map_err(|error| failure::of_call(error, Repeat::Doubles))
    }

    async fn change(&self, piece: &Piece<'_>) -> Result<Accepted, SendError> {
        let Some(request) = change_for(piece) else { unreachable!("a new message is no change") };
        let answer = self.call(&request).await.map_err(|error| failure::of_call(error, Repeat::Harmless))?;
        read_change(&request, &answer)
    }

    async fn act(&self, chat: i64, action: &str) -> Result<(), SendError> {
        let request =
            Request::new(Method::POST, format!("/chats/{chat}/actions")).saying(json!({ "action": action }));
        let answer = self.call(&request).await.map_err(|error| failure::of_call(error, Repeat::Harmless))?;
        read_change(&request, &answer).map(drop)
    }
}

/// A new message. Text goes without `format`: what people write is no mark-up.
fn request_for(message: &NewMessage<'_>, tokens: &[Token], with_quote: bool) -> Request {
    let mut body = json!({ "text": message.text });
    let uploaded =
        tokens.iter().map(|token| json!({ "type": token.kind.word(), "payload": { "token": token.text } }));
    let attachments: Vec<Value> = uploaded.chain(message.attachments.iter().cloned()).collect();
    if !attachments.is_empty() {
        body["attachments"] = attachments.into();
    }
    if let Some(mid) = message.quote.filter(|_| with_quote) {
        body["link"] = json!({ "type": "reply", "mid": mid });
    }
    Request::new(Method::POST, "/messages").with("chat_id", message.chat).saying(body)
}

/// What an answer to a new message means.
fn read_response(chat: i64, answer: &Answer) -> Result<Accepted, SendError> {
    if !answer.status.is_success() {
        return Err(failure::of_answer(answer, Repeat::Doubles));
    }
    let sent: Option<Sent> = failure::read(answer);
    let mid = sent.and_then(|sent| sent.message?.body?.mid).filter(|mid| !mid.is_empty());
    match mid {
        Some(mid) => Ok(Accepted { external_id: Some(ids::message(chat, &mid)), ..Accepted::default() }),
        None => match failure::of_done(answer) {
            Err(rejected @ SendError::Rejected { .. }) => Err(rejected),
            // A success whose id cannot be read: the message is there.
            _ => Err(SendError::Unknown(failure::unreadable(answer))),
        },
    }
}

/// A new text, or the end of a message. `None` for a new message.
fn change_for(piece: &Piece<'_>) -> Option<Request> {
    Some(match piece {
        Piece::Edit { mid, text } => {
            Request::new(Method::PUT, "/messages").with("message_id", mid).saying(json!({ "text": text }))
        }
        Piece::Delete { mid } => Request::new(Method::DELETE, "/messages").with("message_id", mid),
        Piece::New(_) => return None,
    })
}

/// What an answer to a change means. What is gone already need not be deleted.
fn read_change(request: &Request, answer: &Answer) -> Result<Accepted, SendError> {
    if request.method == Method::DELETE && answer.status == 404 {
        return Ok(Accepted::done());
    }
    if !answer.status.is_success() {
        return Err(failure::of_answer(answer, Repeat::Harmless));
    }
    failure::of_done(answer).map(|()| Accepted::done())
}

/// The message answered is gone: the refusal speaks of the link.
fn refuses_the_quote(answer: &Answer) -> bool {
    let (code, words) = failure::told(answer);
    let named = format!("{code} {words}").to_lowercase();
    matches!(answer.status.as_u16(), 400 | 404) && (named.contains("link") || named.contains("mid"))
}

fn is_not_ready(answer: &Answer) -> bool {
    matches!(failure::of_answer(answer, Repeat::Doubles), SendError::NotReady(_))
}

impl Max {
    /// A change does no harm when it is made twice, so it need not be looked for.
    async fn look_up_piece(&self, attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        let Ok(pieces) = compose::pieces_of(attempt.message) else { return Ok(LookUp::NotArrived) };
        let Some(Piece::New(message)) = pieces.get(usize::from(attempt.part)) else {
            return Ok(LookUp::NotArrived);
        };
        let request = Request::get("/messages").with("chat_id", message.chat).with("count", look_up::PAGE);
        let answer = self.ask(&request).await?;
        look_up::read(&answer, &look_up::Wanted::of(message, attempt), &self.accepted)
    }
}

#[cfg(test)]
mod checks;
