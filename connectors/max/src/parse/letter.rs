//! Messages and their edits.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Address, Aside, Content, ConversationState, ConversationUpdate, Direction, Edit, Event, EventKind,
    ExternalId, Facts, Forward, IdentityUpdate, LinkReason, Message, Origin, Party, Quote, ignored, unknown,
};

use super::place::Place;
use super::{Told, content, event, person};
use crate::wire::{Body, Link};

/// A message of a client to the bot.
struct Letter<'a> {
    place: Place,
    party: Party,
    body: &'a Body,
    link: Option<&'a Link>,
    id: ExternalId,
    at: DateTime<Utc>,
    contents: Vec<Content>,
}

/// A new message, with what else it tells: that the person can be written to, and perhaps his own number.
pub(super) fn message(told: &Told<'_>) -> Facts {
    let letter = Letter::read(told)?;
    // Files of one message stand in its order by times a microsecond apart.
    let times = (0..).map(|place| letter.at + TimeDelta::microseconds(place));
    let mut facts: Vec<Event> = letter
        .parts()
        .zip(times)
        .map(|((id, album, content), at)| {
            event(id.as_str(), at, EventKind::Message(letter.message(album, content)))
        })
        .collect();
    // Whoever stopped the bot and writes again can be written to again, and nothing else tells so.
    let open = ConversationUpdate {
        conversation: letter.place.conversation(),
        party: Some(letter.party.clone()),
        state: ConversationState::Open,
        detail: None,
    };
    facts.push(event(letter.id.as_str(), letter.at, EventKind::Conversation(open)));
    facts.extend(letter.own_number(told));
    Ok(facts)
}

/// A new version of a message, which we may never have seen.
pub(super) fn edit(told: &Told<'_>) -> Facts {
    let letter = Letter::read(told)?;
    let milliseconds = told.update.timestamp;
    let times = (0..).map(|place| told.time(milliseconds) + TimeDelta::microseconds(place));
    let edit = |((id, album, content), at): ((ExternalId, Option<ExternalId>, &Content), DateTime<Utc>)| {
        let version = format!("{id}@{}", milliseconds.unwrap_or(0));
        let edit = Edit {
            message: id,
            conversation: letter.place.conversation(),
            party: letter.party.clone(),
            direction: Direction::Inbound,
            content: Some(content.clone()),
            album,
        };
        event(version, at, EventKind::Edit(edit))
    };
    Ok(letter.parts().zip(times).map(edit).collect())
}

impl<'a> Letter<'a> {
    fn read(told: &'a Told<'_>) -> Result<Self, Aside> {
        let Some(message) = &told.update.message else { return unknown("not a message") };
        let place = Place::of(message.recipient.as_ref())?;
        let Some(body) = &message.body else { return unknown("a message without a body") };
        let Some(mid) = body.mid.as_deref().filter(|mid| !mid.is_empty()) else {
            return unknown("a message without its mid");
        };
        let Some(sender) = &message.sender else { return unknown("a message without its sender") };
        // In a dialog there are two: the person and our bot.
        if sender.is_bot == Some(true) {
            return ignored("written by the bot");
        }
        if sender.user_id.is_none() {
            return unknown("a message of a user without a number");
        }
        let link = message.link.as_ref();
        Ok(Self {
            place,
            party: person::party(sender),
            body,
            link,
            id: place.message(mid),
            at: told.time_in_chat(message.timestamp, body.seq),
            contents: contents(body, link, told),
        })
    }

    /// One row for all: a message of several contents is an album that bears the message's own id, so that a removal
    /// and a quote, which name the message, mean the whole.
    fn parts(&self) -> impl Iterator<Item = (ExternalId, Option<ExternalId>, &Content)> {
        let several = self.contents.len() > 1;
        (1..).zip(&self.contents).map(move |(number, content)| {
            if several {
                (ExternalId::new(format!("{}/{number}", self.id)), Some(self.id.clone()), content)
            } else {
                (self.id.clone(), None, content)
            }
        })
    }

    fn message(&self, album: Option<ExternalId>, content: &Content) -> Message {
        Message {
            conversation: self.place.conversation(),
            party: self.party.clone(),
            direction: Direction::Inbound,
            origin: Origin::Live,
            author_name: None,
            content: content.clone(),
            quote: self.quote(),
            forward: forwarded(self.link)
                .map(|link| Forward { many_times: false, from: link.sender.as_ref().and_then(person::name) }),
            referral: None,
            album,
            delivery: None,
            placeholder: false,
        }
    }

    fn quote(&self) -> Option<Quote> {
        let link = self.link.filter(|link| link.r#type.as_deref() == Some("reply"))?;
        let answered = link.message.as_ref();
        let mid = answered.and_then(|body| body.mid.as_deref()).filter(|mid| !mid.is_empty());
        Some(Quote {
            message: mid.map(|mid| self.place.message(mid)),
            text: answered.and_then(|body| body.text.clone()).filter(|text| !text.is_empty()),
        })
    }

    /// Only a card that the sender attached himself speaks of him.
    fn own_number(&self, told: &Told<'_>) -> Option<Event> {
        let card = content::own_card(self.body, told.reading)?;
        let phones = card.phones.into_iter().map(Address::Phone);
        let mut party = self.party.clone();
        party.addresses.extend(phones);
        let proven = party.addresses.len() > self.party.addresses.len();
        let same = IdentityUpdate::SamePerson { party, reason: LinkReason::SharedByPerson };
        proven.then(|| event(self.id.as_str(), self.at, EventKind::Identity(same)))
    }
}

fn forwarded(link: Option<&Link>) -> Option<&Link> {
    link.filter(|link| link.r#type.as_deref() == Some("forward"))
}

/// A forwarded message has its words in the link, and the body beside it is empty, or holds a remark to it.
fn contents(body: &Body, link: Option<&Link>, told: &Told<'_>) -> Vec<Content> {
    let region = told.reading.region;
    let Some(inner) = forwarded(link).and_then(|link| link.message.as_ref()) else {
        return content::read(body, region);
    };
    // Its files are found by the message that is here, not by one of a chat that is closed to us.
    let inner = Body {
        mid: body.mid.clone(),
        text: inner.text.clone(),
        attachments: inner.attachments.clone(),
        seq: None,
    };
    let mut contents = content::read(&inner, region);
    if let Some(remark) = body.text.clone().filter(|text| !text.is_empty()) {
        contents.insert(0, Content::Text { text: remark });
    }
    contents
}
