//! What providers say about who has which address.

use chrono::{DateTime, Utc};
use connector_api::{IdentityUpdate, LinkReason, Origin, Party};

use super::json::to_json;
use super::{PhoneBookEntry, Plan, Row, newest};
use crate::InteractionId;
use crate::timeline::ingest::{ReadRaw, without_nul};
use crate::timeline::payload::{InteractionPayload, MovedPayload};

impl Plan {
    pub(super) fn identity(&mut self, raw: &ReadRaw, id: &str, at: DateTime<Utc>, update: &IdentityUpdate) {
        match update {
            IdentityUpdate::SamePerson { party, reason } => _ = self.party(party, at, *reason),
            IdentityUpdate::Moved { conversation, from, to } => {
                let addresses = from.iter().chain(to).cloned().collect();
                let both = Party { addresses, ..Party::default() };
                let party = self.party(&both, at, LinkReason::Moved);
                let conversation = self.conversation(raw, conversation.as_str(), party, at, None);
                let moved = MovedPayload { from: from.clone(), to: to.clone() };
                let payload = InteractionPayload { moved: Some(moved), ..InteractionPayload::default() };
                self.row(Row {
                    id: InteractionId::derived(raw.account_id, "system", id),
                    party: Some(party),
                    account_id: raw.account_id,
                    conversation: Some(conversation),
                    kind: "system",
                    direction: None,
                    origin: Origin::Live,
                    occurred_at: at,
                    received_at: raw.received_at,
                    author_name: None,
                    body: None,
                    content: Some(to_json(&payload)),
                    fullness: 3,
                    mapping: raw.mapping,
                    external_id: id.to_owned(),
                    raw_id: raw.raw_id,
                });
            }
            IdentityUpdate::AddressBook { party, removed } => {
                for address in &party.addresses {
                    let name = party.name.as_deref().filter(|_| !removed).map(without_nul);
                    newest(
                        &mut self.phone_book,
                        (address.key(), raw.account_id),
                        PhoneBookEntry { name, at },
                        |entry| (entry.at, entry.name.clone()),
                    );
                }
            }
        }
    }
}
