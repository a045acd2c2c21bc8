//! From an answer to what became of an attempt. Pure.

use connector_api::{Accepted, ExternalId, SendError};
use provider_http::Answer;
use serde::Deserialize;
use serde_json::Value;

use super::memory::Memory;
use super::piece::{Piece, Shaped};
use super::refusal;
use super::request::Request;
use crate::place::Place;
use crate::reply::{Reply, Trouble};
use crate::wire::{Chat, File};

/// What the provider's answer means for the attempt.
pub(crate) fn read_response(request: &Request<'_>, answer: &Answer) -> Result<Accepted, SendError> {
    match Reply::read(answer) {
        Reply::Done(result) => accepted(request, &result),
        Reply::Refused(refusal) if refusal::is_what_we_wanted(&request.piece, &refusal) => {
            Ok(changed(request))
        }
        Reply::Refused(refusal) => Err(refusal::read(request, &refusal)),
        Reply::Failed(status) => Err(unclear(&request.piece, &format!("status {status}"))),
        Reply::Unreadable => Err(unclear(&request.piece, "an answer that cannot be read")),
        Reply::Foreign(status) => {
            Err(SendError::Temporary(Trouble(format!("status {status}, not from the provider")).into()))
        }
    }
}

/// Nobody knows what was done. What may be done twice without anybody noticing is simply done again.
pub(super) fn unclear(piece: &Piece<'_>, words: &str) -> SendError {
    let trouble = Trouble(words.to_owned()).into();
    if repeatable(piece) { SendError::Temporary(trouble) } else { SendError::Unknown(trouble) }
}

/// A second time changes nothing.
pub(super) fn repeatable(piece: &Piece<'_>) -> bool {
    matches!(
        piece,
        Piece::EditText { .. }
            | Piece::EditCaption { .. }
            | Piece::Delete(_)
            | Piece::React { .. }
            | Piece::Answer { .. }
    )
}

/// A message of the answer: only what we need of it.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
    chat: Chat,
}

fn accepted(request: &Request<'_>, result: &Value) -> Result<Accepted, SendError> {
    if repeatable(&request.piece) {
        return Ok(changed(request));
    }
    let messages = match result {
        Value::Array(messages) => messages.as_slice(),
        message => std::slice::from_ref(message),
    };
    let sent = messages.iter().map(Sent::deserialize).collect::<Result<Vec<_>, _>>();
    let Ok(sent) = sent.map_err(drop) else {
        return Err(unclear(&request.piece, "an accepted message that cannot be read"));
    };
    let mut ids = sent.iter().filter_map(|sent| id(request.place, sent));
    Ok(Accepted { external_id: ids.next(), further: ids.collect(), ..Accepted::default() })
}

/// Nothing new stands there.
fn changed(request: &Request<'_>) -> Accepted {
    match &request.piece {
        Piece::EditText { message, .. } | Piece::EditCaption { message, .. } if request.names_changed => {
            Accepted::with_id(message.as_str())
        }
        _ => Accepted::done(),
    }
}

/// The id by which updates name the message. A message that the server postpones has no number yet.
fn id(place: Place<'_>, sent: &Sent) -> Option<ExternalId> {
    // A group that moved answers with its new number.
    let place = Place { chat: sent.chat.id.unwrap_or(place.chat), ..place };
    (sent.message_id != 0).then(|| place.message(sent.message_id))
}

/// Learns from an answer and widens a limit where several chats are held.
pub(super) fn learn(
    memory: &Memory,
    request: &Request<'_>,
    answer: &Answer,
    outcome: &mut Result<Accepted, SendError>,
) {
    match Reply::read(answer) {
        Reply::Done(result) => {
            memory.let_through();
            keep_files(memory, request, &result);
        }
        Reply::Refused(refusal) => {
            if let Some(new) = refusal.moved_to {
                memory.moved(request.place.chat, new);
            }
            if refusal::is_unknown_file(&refusal) {
                for Shaped { file, shape } in files(&request.piece) {
                    memory.forget_file(file, *shape);
                }
            }
        }
        Reply::Failed(_) | Reply::Unreadable | Reply::Foreign(_) => {}
    }
    if let Err(SendError::RateLimited { scope, .. }) = outcome {
        *scope = memory.limited(request.place.chat);
    }
}

fn keep_files(memory: &Memory, request: &Request<'_>, result: &Value) {
    let messages = match result {
        Value::Array(messages) => messages.as_slice(),
        message => std::slice::from_ref(message),
    };
    for (Shaped { file, shape }, message) in files(&request.piece).iter().zip(messages) {
        if let Some(id) = message.get(shape.field()).and_then(file_id) {
            memory.keep_file(file, *shape, id);
        }
    }
}

fn files<'a>(piece: &'a Piece<'a>) -> &'a [Shaped<'a>] {
    match piece {
        Piece::File { file, .. } => std::slice::from_ref(file),
        Piece::Album { files, .. } => files,
        _ => &[],
    }
}

/// A photo comes back in several sizes, the largest last.
fn file_id(value: &Value) -> Option<String> {
    let file = value.as_array().map_or(Some(value), |sizes| sizes.last())?;
    crate::wire::read::<File>(file)?.file_id
}
