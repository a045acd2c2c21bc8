//! The provider's no, and what it means: <https://core.telegram.org/api/errors>. Only the words tell one from another.

use connector_api::{RateScope, Remedy, SendError};

use super::piece::Piece;
use super::request::Request;
use crate::press;
use crate::reply::{Refusal, Trouble};

/// A refusal that lasts: the words it is known by, our code, what the person is told, what may help.
type Row = (&'static [&'static str], &'static str, &'static str, Option<Remedy>);

/// The first row that fits counts.
const LASTING: &[Row] = &[
    (
        &["bot was blocked by the user"],
        "blocked",
        "Клиент заблокировал бота. Написать сюда можно будет, когда он разблокирует бота.",
        Some(Remedy::AnotherChannel),
    ),
    (
        &["user is deactivated"],
        "deactivated",
        "Аккаунт клиента в Telegram удалён.",
        Some(Remedy::AnotherChannel),
    ),
    (
        &["bot can't initiate conversation"],
        NEVER_STARTED,
        "Клиент ещё не писал боту, а бот не может написать первым. Пришлите клиенту ссылку-приглашение.",
        Some(Remedy::AnotherChannel),
    ),
    (
        &["chat not found", "PEER_ID_INVALID", "user not found"],
        "no_chat",
        "Telegram не знает этого чата: клиент не писал боту или чата больше нет.",
        Some(Remedy::AnotherChannel),
    ),
    (
        &[
            "BUSINESS_PEER_INVALID",
            "BUSINESS_CONNECTION_INVALID",
            "BUSINESS_CONNECTION_NOT_ALLOWED",
            "business connection not found",
        ],
        "business_closed",
        "Из аккаунта менеджера ответить нельзя: клиент не писал последние 24 часа, либо менеджер отключил бота \
         или не выбрал для него этот чат.",
        Some(Remedy::AnotherChannel),
    ),
    (
        &["bot was kicked", "bot is not a member", "group chat was deleted", "group chat was deactivated"],
        "group_lost",
        "Бота больше нет в этой группе. Добавьте его снова.",
        None,
    ),
    (
        &["not enough rights", "need administrator rights", "have no rights", "CHAT_WRITE_FORBIDDEN"],
        "no_rights",
        "Боту не хватает прав в этом чате. Пусть администратор чата или менеджер выдаст их.",
        None,
    ),
    (&["message thread not found", "TOPIC_DELETED"], "topic_gone", "Тема удалена.", None),
    (&["TOPIC_CLOSED"], "topic_closed", "Тема закрыта. Откройте её в Telegram.", None),
    (
        &["message to be replied not found", "message to reply not found", "replied message not found"],
        "quote_gone",
        "Сообщения, на которое вы отвечаете, больше нет. Отправьте без цитаты.",
        None,
    ),
    (
        &["message is too long", "MESSAGE_TOO_LONG", "caption is too long"],
        "too_long",
        "Текст слишком длинный для Telegram. Сократите его.",
        None,
    ),
    (&["text is empty", "text must be non-empty"], "empty", "Сообщение пустое: отправлять нечего.", None),
    (
        &[
            "message to edit not found",
            "message can't be edited",
            "MESSAGE_EDIT_TIME_EXPIRED",
            "MESSAGE_ID_INVALID",
            "there is no text in the message to edit",
            "there is no caption in the message to edit",
        ],
        "edit_impossible",
        "Это сообщение уже нельзя исправить. Отправьте поправку новым сообщением.",
        None,
    ),
    (
        &["message can't be deleted", "MESSAGE_DELETE_FORBIDDEN"],
        "delete_impossible",
        "Telegram не даёт удалить это сообщение. Его может удалить сам клиент.",
        None,
    ),
    (
        &["VOICE_MESSAGES_FORBIDDEN", "voice messages are forbidden"],
        "voice_forbidden",
        "Клиент запретил присылать ему голосовые. Отправьте запись файлом.",
        Some(Remedy::Convert),
    ),
    (
        &["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "PHOTO_SAVE_FILE_INVALID", "PHOTO_INVALID"],
        "photo_unusable",
        "Telegram не может показать эту картинку. Отправьте её файлом.",
        Some(Remedy::Convert),
    ),
    (
        &["file is too big", "Request Entity Too Large"],
        "file_too_big",
        "Файл больше, чем принимает Telegram. Уменьшите его или дайте ссылку.",
        Some(Remedy::Convert),
    ),
    (&["file must be non-empty"], "file_empty", "Файл пуст: Telegram такие не принимает.", None),
    (
        &["REACTION_INVALID", "REACTIONS_TOO_MANY", "REACTION_EMPTY"],
        "reaction_unknown",
        "Такой реакции в этом чате нет. Выберите другую.",
        None,
    ),
    (&["message to react not found"], "message_gone", "Этого сообщения в Telegram больше нет.", None),
];

/// The code of a person who never wrote; through a connection it may also mean that the server forgot the connection.
pub(super) const NEVER_STARTED: &str = "never_started";

/// A refusal as an error of sending.
pub(super) fn read(request: &Request<'_>, refusal: &Refusal) -> SendError {
    if refusal.moved_to.is_some() {
        return SendError::NotReady("the group has another number now".into());
    }
    if is_unknown_file(refusal) && request.call.uploads.is_empty() {
        return SendError::NotReady("a file that was uploaded earlier is not known any more".into());
    }
    if refusal.says(&["logged out"]) {
        return stopped(
            "logged_out",
            "Бот переведён на другой сервер Bot API. Проверьте адрес Bot API в настройках канала.",
        );
    }
    match refusal.code {
        429 => SendError::RateLimited { retry_after: refusal.retry_after, scope: RateScope::Conversation },
        401 => stopped(
            "token_refused",
            "Telegram не принимает токен бота: его отозвали или он записан с ошибкой. Возьмите новый у @BotFather \
             (/mybots, «API Token») и впишите в настройки канала.",
        ),
        404 => stopped(
            "not_found",
            "По этому адресу нет Bot API или токен записан с ошибкой. Проверьте токен и адрес Bot API.",
        ),
        413 => SendError::Rejected {
            code: "file_too_big".into(),
            reason: "Файл больше, чем принимает Telegram. Уменьшите его или дайте ссылку.".into(),
            remedy: Some(Remedy::Convert),
        },
        400..=403 => rejected(refusal),
        _ => SendError::Temporary(Trouble(refusal.description.clone()).into()),
    }
}

/// The provider refuses because it is so already.
pub(super) fn is_what_we_wanted(piece: &Piece<'_>, refusal: &Refusal) -> bool {
    match piece {
        Piece::EditText { .. } | Piece::EditCaption { .. } => refusal.says(&["message is not modified"]),
        Piece::Delete(_) => refusal.says(&["message to delete not found"]),
        Piece::Answer { .. } => press::is_too_late(refusal),
        _ => false,
    }
}

/// A handle of ours does not lead to a file any more.
pub(super) fn is_unknown_file(refusal: &Refusal) -> bool {
    refusal.says(&["wrong file identifier", "wrong file_id", "wrong remote file id", "FILE_REFERENCE_"])
}

fn stopped(code: &str, reason: &str) -> SendError {
    SendError::AccountStopped { code: code.into(), reason: reason.into() }
}

/// What is refused and not understood stays refused: repeating it would hold up its conversation for ever.
fn rejected(refusal: &Refusal) -> SendError {
    let known = LASTING.iter().find(|(words, ..)| refusal.says(words));
    match known {
        Some((_, code, reason, remedy)) => {
            SendError::Rejected { code: (*code).into(), reason: (*reason).into(), remedy: *remedy }
        }
        None => SendError::rejected(
            refusal.code.to_string(),
            format!("Telegram отказал: {}", refusal.description),
        ),
    }
}
