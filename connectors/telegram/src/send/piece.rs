//! What a message is cut into: each piece is one request.

use connector_api::{
    Button, ContactCard, ExternalId, OutboundAction, OutboundContent, OutboundFile, OutboundMessage,
    SendError,
};
use rust_decimal::Decimal;

use super::shape::Shape;
use super::text::{CAPTION_LIMIT, TEXT_LIMIT, length, split};

/// The most files of one album.
const ALBUM_LIMIT: usize = 10;

/// The most that a button gives back, in bytes.
const BUTTON_DATA_LIMIT: usize = 64;

/// What one request does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Buttons {
        text: &'a str,
        rows: &'a [Vec<Button>],
    },
    File {
        file: Shaped<'a>,
        caption: Option<&'a str>,
    },
    /// Two files at least.
    Album {
        files: Vec<Shaped<'a>>,
        caption: Option<&'a str>,
    },
    Location {
        latitude: Decimal,
        longitude: Decimal,
    },
    Venue {
        latitude: Decimal,
        longitude: Decimal,
        title: &'a str,
        address: &'a str,
    },
    Contact(&'a ContactCard),
    EditText {
        message: &'a ExternalId,
        text: &'a str,
        /// None takes away those that were there.
        buttons: &'a [Vec<Button>],
    },
    EditCaption {
        message: &'a ExternalId,
        text: &'a str,
    },
    Delete(&'a [ExternalId]),
    React {
        message: &'a ExternalId,
        emoji: Option<&'a str>,
    },
    Answer {
        press: &'a ExternalId,
        text: &'a str,
    },
}

/// A file and as what it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shaped<'a> {
    pub(crate) file: &'a OutboundFile,
    pub(crate) shape: Shape,
}

/// The pieces of a message, in their order; the same ones at every attempt.
pub(super) fn pieces(message: &OutboundMessage) -> Result<Vec<Piece<'_>>, SendError> {
    let pieces = match &message.action {
        OutboundAction::Send { content, .. } => of_content(content)?,
        OutboundAction::Edit { message, caption: true, grows: false, text, .. } => {
            of_new_caption(message, text)?
        }
        OutboundAction::Edit { message, caption: true, grows: true, text, .. } => {
            of_growing_caption(message, text)
        }
        OutboundAction::Edit { message, caption: false, grows, text, buttons, .. } => {
            of_new_text(message, text, buttons, *grows)?
        }
        OutboundAction::Delete { message, .. } => message.chunks(100).map(Piece::Delete).collect(),
        OutboundAction::React { message, emoji } => vec![Piece::React { message, emoji: emoji.as_deref() }],
        OutboundAction::Answer { press, text } => vec![Piece::Answer { press, text }],
    };
    if pieces.is_empty() {
        return Err(SendError::rejected("empty", "Сообщение пустое: отправлять нечего."));
    }
    Ok(pieces)
}

fn of_content(content: &OutboundContent) -> Result<Vec<Piece<'_>>, SendError> {
    Ok(match content {
        OutboundContent::Text { text } => texts(split(text, TEXT_LIMIT, TEXT_LIMIT)),
        OutboundContent::Buttons { text, rows } => of_text_with_buttons(text, rows)?,
        OutboundContent::Media { files, caption } => of_files(files, caption.as_deref())?,
        OutboundContent::Location { latitude, longitude, name, address } => {
            vec![place(*latitude, *longitude, name.as_deref(), address.as_deref())]
        }
        OutboundContent::Contacts { cards } => cards.iter().map(contact).collect::<Result<_, _>>()?,
        OutboundContent::Template(_) => {
            return Err(SendError::rejected(
                "no_templates",
                "В Telegram нет шаблонов: отправьте обычное сообщение.",
            ));
        }
    })
}

fn texts(pieces: Vec<&str>) -> Vec<Piece<'_>> {
    pieces.into_iter().map(Piece::Text).collect()
}

/// The buttons stand under the last piece.
fn of_text_with_buttons<'a>(text: &'a str, rows: &'a [Vec<Button>]) -> Result<Vec<Piece<'a>>, SendError> {
    checked(rows)?;
    let mut words = split(text, TEXT_LIMIT, TEXT_LIMIT);
    let last = words.pop().map(|text| Piece::Buttons { text, rows });
    Ok(texts(words).into_iter().chain(last).collect())
}

/// The provider answers a wrong keyboard with riddles.
fn checked(rows: &[Vec<Button>]) -> Result<(), SendError> {
    let fits = |button: &Button| {
        (1..=BUTTON_DATA_LIMIT).contains(&button.data.len()) && !button.label.trim().is_empty()
    };
    if rows.iter().all(|row| !row.is_empty() && row.iter().all(fits)) {
        return Ok(());
    }
    Err(SendError::rejected("button_unusable", "Кнопку с такой подписью Telegram не принимает."))
}

/// Neighbours that may share an album do. The text stands beside the first file, and what does not fit there follows
/// all of them as text.
fn of_files<'a>(files: &'a [OutboundFile], text: Option<&'a str>) -> Result<Vec<Piece<'a>>, SendError> {
    let mut runs: Vec<Vec<Shaped<'a>>> = Vec::new();
    for file in files {
        let shaped = Shaped { file, shape: Shape::of(file)? };
        match runs.last_mut() {
            Some(run) if run.len() < ALBUM_LIMIT && together(run[0].shape, shaped.shape) => run.push(shaped),
            _ => runs.push(vec![shaped]),
        }
    }
    let beside = runs.first().is_some_and(|run| run[0].shape.takes_caption());
    let mut words =
        split(text.unwrap_or_default(), if beside { CAPTION_LIMIT } else { TEXT_LIMIT }, TEXT_LIMIT);
    let mut caption = (beside && !words.is_empty()).then(|| words.remove(0));
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    for run in runs {
        let caption = caption.take();
        pieces.push(match run.as_slice() {
            [file] => Piece::File { file: *file, caption },
            _ => Piece::Album { files: run, caption },
        });
    }
    if !pieces.is_empty() {
        pieces.extend(texts(words));
    }
    Ok(pieces)
}

fn together(one: Shape, other: Shape) -> bool {
    one.album().is_some() && one.album() == other.album()
}

/// A place with a name needs an address too, so each stands in for the other.
fn place<'a>(
    latitude: Decimal,
    longitude: Decimal,
    name: Option<&'a str>,
    address: Option<&'a str>,
) -> Piece<'a> {
    let filled = |text: Option<&'a str>| text.filter(|text| !text.trim().is_empty());
    match (filled(name), filled(address)) {
        (None, None) => Piece::Location { latitude, longitude },
        (title, address) => Piece::Venue {
            latitude,
            longitude,
            title: title.or(address).unwrap_or_default(),
            address: address.or(title).unwrap_or_default(),
        },
    }
}

fn contact(card: &ContactCard) -> Result<Piece<'_>, SendError> {
    if card.phones.is_empty() && card.phone_texts.iter().all(|phone| phone.trim().is_empty()) {
        return Err(SendError::rejected(
            "contact_without_phone",
            "В карточке нет номера телефона: Telegram такие не отправляет. Напишите контакт текстом.",
        ));
    }
    Ok(Piece::Contact(card))
}

/// The text of a message that was cut: the pieces change one after the other, and messages that have become too many
/// are taken away.
fn of_new_text<'a>(
    messages: &'a [ExternalId],
    text: &'a str,
    buttons: &'a [Vec<Button>],
    grows: bool,
) -> Result<Vec<Piece<'a>>, SendError> {
    checked(buttons)?;
    let words = split(text, TEXT_LIMIT, TEXT_LIMIT);
    if words.is_empty() {
        return Err(empty_edit());
    }
    if grows {
        return Ok(of_growing_text(messages, words));
    }
    if words.len() > messages.len() {
        return Err(SendError::rejected(
            "edit_too_long",
            "Новый текст не помещается в прежнее сообщение. Отправьте продолжение отдельным сообщением.",
        ));
    }
    let (kept, surplus) = messages.split_at(words.len());
    let last = words.len() - 1;
    let edit = |(index, (message, text))| {
        let buttons = if index == last { buttons } else { &[] };
        Piece::EditText { message, text, buttons }
    };
    let mut pieces: Vec<Piece<'a>> = kept.iter().zip(words).enumerate().map(edit).collect();
    pieces.extend(surplus.chunks(100).map(Piece::Delete));
    Ok(pieces)
}

/// As many pieces as there are messages change them; further ones are new messages, and messages too many go.
fn of_growing_text<'a>(messages: &'a [ExternalId], words: Vec<&'a str>) -> Vec<Piece<'a>> {
    let (kept, surplus) = messages.split_at(words.len().min(messages.len()));
    let edit = |(message, text)| Piece::EditText { message, text, buttons: &[] };
    let mut pieces: Vec<Piece<'a>> = kept.iter().zip(words.iter().copied()).map(edit).collect();
    pieces.extend(words.into_iter().skip(kept.len()).map(Piece::Text));
    pieces.extend(surplus.chunks(100).map(Piece::Delete));
    pieces
}

/// The same where the first message is a file and the others are texts.
fn of_growing_caption<'a>(messages: &'a [ExternalId], text: &'a str) -> Vec<Piece<'a>> {
    let Some((file, texts)) = messages.split_first() else { return Vec::new() };
    let mut words = split(text, CAPTION_LIMIT, TEXT_LIMIT).into_iter();
    let caption = Piece::EditCaption { message: file, text: words.next().unwrap_or_default() };
    std::iter::once(caption).chain(of_growing_text(texts, words.collect())).collect()
}

/// The text beside the first file. An empty one removes it.
fn of_new_caption<'a>(messages: &'a [ExternalId], text: &'a str) -> Result<Vec<Piece<'a>>, SendError> {
    if length(text) > CAPTION_LIMIT {
        return Err(SendError::rejected(
            "caption_too_long",
            "Подпись к файлу не может быть длиннее 1024 знаков. Сократите её или отправьте текст отдельно.",
        ));
    }
    Ok(messages.first().map(|message| Piece::EditCaption { message, text }).into_iter().collect())
}

fn empty_edit() -> SendError {
    SendError::rejected("empty", "Новый текст пуст. Чтобы убрать сообщение, удалите его.")
}

#[cfg(test)]
mod tests {
    use connector_api::MediaKind;

    use super::*;
    use crate::send::testing::{file, message_of, photo};

    /// `photo+caption`, `album 2+caption`, `text 5`: one word per piece.
    fn shown(content: OutboundContent) -> Vec<String> {
        let message = message_of(content);
        let with = |caption: Option<&str>| caption.map_or(String::new(), |text| format!("+{}", length(text)));
        let word = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => format!("text {}", length(text)),
            Piece::File { file, caption } => format!("{}{}", file.shape.field(), with(*caption)),
            Piece::Album { files, caption } => format!("album {}{}", files.len(), with(*caption)),
            other => format!("{other:?}"),
        };
        pieces(&message).unwrap().iter().map(word).collect()
    }

    fn media(files: Vec<OutboundFile>, caption: &str) -> OutboundContent {
        OutboundContent::Media { files, caption: Some(caption.to_owned()) }
    }

    #[test]
    fn a_caption_of_1500_signs_goes_on_as_a_text_behind_the_file() {
        assert_eq!(shown(media(vec![photo(1)], &"я".repeat(1024))), ["photo+1024"]);
        assert_eq!(shown(media(vec![photo(1)], &"я".repeat(1500))), ["photo+1024", "text 476"]);
    }

    #[test]
    fn neighbours_that_may_share_an_album_do() {
        let video = file(MediaKind::Video, "video/mp4");
        let voice = file(MediaKind::Voice, "audio/ogg");
        let paper = file(MediaKind::Document, "application/pdf");
        let mixed = vec![photo(1), video, voice, paper.clone(), paper, photo(2)];
        assert_eq!(shown(media(mixed, "Смотрите")), ["album 2+8", "voice", "album 2", "photo"]);
    }

    #[test]
    fn eleven_pictures_are_an_album_of_ten_and_one_more() {
        let pictures: Vec<_> = (0..11).map(photo).collect();
        assert_eq!(shown(media(pictures, "")), ["album 10", "photo"]);
    }

    #[test]
    fn a_sticker_takes_no_caption_so_the_words_follow_it() {
        assert_eq!(shown(media(vec![file(MediaKind::Sticker, "image/webp")], "Ура")), ["sticker", "text 3"]);
    }

    fn edited(ids: usize, caption: bool, text: &str) -> Result<Vec<String>, SendError> {
        changed(ids, caption, false, text)
    }

    fn changed(ids: usize, caption: bool, grows: bool, text: &str) -> Result<Vec<String>, SendError> {
        let ids: Vec<ExternalId> = (0..ids).map(|n| ExternalId::new(format!("61/{n}"))).collect();
        let sent_at = chrono::DateTime::UNIX_EPOCH;
        let action = OutboundAction::Edit {
            message: ids,
            sent_at,
            caption,
            grows,
            text: text.to_owned(),
            buttons: Vec::new(),
        };
        let message = OutboundMessage { action, ..message_of(media(vec![photo(1)], "")) };
        let word = |piece: &Piece<'_>| match piece {
            Piece::EditText { message, text, .. } => format!("{message}={}", length(text)),
            Piece::EditCaption { message, text } => format!("{message}~{}", length(text)),
            Piece::Delete(ids) => format!("-{}", ids.len()),
            Piece::Text(text) => format!("+{}", length(text)),
            other => format!("{other:?}"),
        };
        Ok(pieces(&message)?.iter().map(word).collect())
    }

    #[test]
    fn a_new_text_changes_the_pieces_and_takes_away_what_is_left_over() {
        assert_eq!(edited(1, false, "да").unwrap(), ["61/0=2"]);
        assert_eq!(edited(3, false, &"я".repeat(5000)).unwrap(), ["61/0=4096", "61/1=904", "-1"]);
        assert!(matches!(edited(1, false, &"я".repeat(5000)), Err(SendError::Rejected { .. })));
        assert!(matches!(edited(1, false, "  "), Err(SendError::Rejected { .. })));
    }

    #[test]
    fn what_may_grow_goes_on_behind_its_messages_and_takes_away_what_is_left_over() {
        let shown = |ids, caption, signs| changed(ids, caption, true, &"я".repeat(signs)).unwrap();
        assert_eq!(shown(1, false, 5000), ["61/0=4096", "+904"]);
        assert_eq!(shown(2, false, 9000), ["61/0=4096", "61/1=4096", "+808"]);
        assert_eq!(shown(3, false, 5000), ["61/0=4096", "61/1=904", "-1"]);
        assert_eq!(shown(1, true, 1500), ["61/0~1024", "+476"]);
        assert_eq!(shown(2, true, 1500), ["61/0~1024", "61/1=476"]);
        assert_eq!(shown(2, true, 10), ["61/0~10", "-1"]);
    }

    #[test]
    fn a_new_caption_changes_the_first_file_and_may_be_empty() {
        assert_eq!(edited(2, true, "да").unwrap(), ["61/0~2"]);
        assert_eq!(edited(2, true, "").unwrap(), ["61/0~0"]);
        assert!(matches!(edited(1, true, &"я".repeat(1025)), Err(SendError::Rejected { .. })));
    }

    fn buttons(labels: &[&str]) -> Vec<Vec<Button>> {
        labels.iter().map(|label| vec![Button { label: (*label).into(), data: (*label).into() }]).collect()
    }

    #[test]
    fn buttons_stand_under_the_last_piece_of_a_long_text() {
        let rows = buttons(&["yes", "no"]);
        let message = message_of(OutboundContent::Buttons { text: "я".repeat(5000), rows: rows.clone() });
        let pieces = pieces(&message).unwrap();
        assert!(matches!(pieces[0], Piece::Text(_)), "{pieces:?}");
        assert!(matches!(pieces[1], Piece::Buttons { rows: shown, .. } if shown == rows), "{pieces:?}");
    }

    #[test]
    fn a_button_gives_back_64_bytes_at_most() {
        for (data, fits) in [("", false), (&*"x".repeat(64), true), (&*"ж".repeat(33), false)] {
            let rows = vec![vec![Button { label: "Да".into(), data: data.into() }]];
            let message = message_of(OutboundContent::Buttons { text: "Решайте".into(), rows });
            assert_eq!(pieces(&message).is_ok(), fits, "{data}");
        }
    }

    #[test]
    fn nothing_to_send_is_said_before_the_provider_says_it() {
        let empty = message_of(OutboundContent::Text { text: " \n".into() });
        assert!(matches!(pieces(&empty), Err(SendError::Rejected { .. })));
        let no_files = message_of(media(Vec::new(), "слова"));
        assert!(matches!(pieces(&no_files), Err(SendError::Rejected { .. })));
    }
}
