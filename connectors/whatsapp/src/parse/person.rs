//! The other side: phone digits, user id (BSUID), names.

use std::collections::BTreeSet;

use connector_api::{Address, Direction, Party};
use serde_json::Value;

use super::scope::Scope;
use crate::Config;
use crate::address::{phone, user_id};
use crate::wire::{Contact, Loose, Message, Profile};

/// A person as one event shows them. Either id may be missing, for the provider hides phones and is late with user ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    /// Digits.
    pub phone: Option<String>,
    /// BSUID. The parent's id is no identity: it is another name of the same person in another scope.
    pub user_id: Option<String>,
    pub name: Option<String>,
    pub username: Option<String>,
}

impl Person {
    pub fn new(phone: &Loose, user_id: &Loose) -> Self {
        Self { phone: phone.digits(), user_id: user_id.owned(), name: None, username: None }
    }

    /// The client's side of a message. An echo without `to` takes the only contact beside it.
    pub fn of_message(scope: &Scope<'_>, message: &Message, direction: Direction) -> Self {
        Self::default().with_ids_of(message, direction).with_contact(scope)
    }

    /// Completed from the ids that the message itself names.
    pub fn with_ids_of(mut self, message: &Message, direction: Direction) -> Self {
        let (phone, user_id) = match direction {
            Direction::Inbound => (&message.from, &message.from_user_id),
            Direction::Outbound => (&message.to, &message.to_user_id),
        };
        self.phone = self.phone.or_else(|| phone.digits());
        self.user_id = self.user_id.or_else(|| user_id.owned());
        self
    }

    /// Completed from the contact beside the messages: by user id, by phone, or the only one of an only person.
    pub fn with_contact(mut self, scope: &Scope<'_>) -> Self {
        if let Some(contact) = self.contact(scope) {
            self.phone = self.phone.or_else(|| contact.wa_id.digits());
            self.user_id = self.user_id.or_else(|| contact.user_id.owned());
            if let Some(profile) = &contact.profile.0 {
                self.set_names(profile);
            }
        }
        self
    }

    fn contact<'s>(&self, scope: &'s Scope<'_>) -> Option<&'s Contact> {
        let same = |own: &Option<String>, theirs: Option<String>| own.is_some() && *own == theirs;
        let contacts = &scope.contacts;
        contacts
            .iter()
            .find(|contact| same(&self.user_id, contact.user_id.owned()))
            .or_else(|| contacts.iter().find(|contact| same(&self.phone, contact.wa_id.digits())))
            .or_else(|| match contacts.as_slice() {
                [only] if people(scope.value) <= 1 => Some(only),
                _ => None,
            })
            .filter(|contact| {
                let known = contact.user_id.owned();
                self.user_id.is_none() || known.is_none() || self.user_id == known
            })
    }

    fn set_names(&mut self, profile: &Profile) {
        self.name = profile.name.owned();
        self.username = username(&profile.username);
    }

    /// By what the person's conversation is found: the phone while it is shown, else the user id.
    pub fn key(&self) -> Option<&str> {
        self.phone.as_deref().or(self.user_id.as_deref())
    }

    pub fn addresses(&self, config: &Config) -> Vec<Address> {
        let phone = self.phone.as_deref().map(|digits| phone(config, digits));
        let user_id = self.user_id.as_deref().map(|id| user_id(config, id));
        phone.into_iter().chain(user_id).collect()
    }

    pub fn party(&self, config: &Config) -> Party {
        Party { addresses: self.addresses(config), name: self.name.clone(), username: self.username.clone() }
    }
}

/// The user name without `@`.
pub(super) fn username(name: &Loose) -> Option<String> {
    let name = name.text()?.trim_start_matches('@');
    (!name.is_empty()).then(|| name.to_owned())
}

/// How many people the messages, echoes and calls of a `value` name.
fn people(value: &Value) -> usize {
    let lists =
        [("messages", "from_user_id", "from"), ("message_echoes", "to_user_id", "to"), ("calls", "id", "id")];
    let mut seen = BTreeSet::new();
    for (list, user_id, phone) in lists {
        for element in value.get(list).and_then(Value::as_array).into_iter().flatten() {
            let id = Loose::of(element.get(user_id)).owned();
            seen.insert(id.or_else(|| Loose::of(element.get(phone)).owned()));
        }
    }
    seen.len()
}
