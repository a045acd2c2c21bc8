//! What people say about advertising, kept and obeyed in the transaction that brings it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::parties::People;
use super::plan::PlannedConsent;
use crate::access::audit::{self, Actor, Subject};
use crate::consent::store::{Heard, hear, roots_of};
use crate::consent::{ConsentKind, ConsentSource, stop_mailings};
use crate::{ContactId, InteractionId};

/// What looks different now.
#[derive(Default)]
pub(super) struct Told {
    /// Messages that were taken back.
    pub rows: Vec<InteractionId>,
    /// The cards of those who spoke.
    pub contacts: Vec<ContactId>,
}

/// Keeps the words and takes back what was planned for those who said no. A repeat changes nothing.
pub(super) async fn write(
    conn: &mut PgConnection,
    consents: &BTreeMap<InteractionId, PlannedConsent>,
    people: &People,
    now: DateTime<Utc>,
) -> sqlx::Result<Told> {
    let mut spoken = Vec::new();
    for (id, consent) in consents {
        // Somebody without any address cannot be written to either.
        let Some(person) = people.of(consent.party) else { continue };
        let heard = Heard {
            id: *id,
            identity_id: person.identity_id,
            account_id: consent.account_id,
            kind: ConsentKind::Advertising,
            word: consent.word,
            source: consent.source,
            quote: consent.quote.as_deref(),
            at: consent.at,
        };
        if hear(conn, &heard, now).await? {
            let rule = match consent.source {
                ConsentSource::StopWord => "Стоп-слово клиента",
                _ => "Выбор клиента в мессенджере",
            };
            let subject = Subject::new("identity", &person.identity_id);
            let after = json!({ "kind": heard.kind, "word": heard.word, "interaction_id": id });
            audit::record(conn, &Actor::System(rule), "consent.change", subject, None, Some(after), now)
                .await?;
            spoken.push(person.identity_id);
        }
    }
    if spoken.is_empty() {
        return Ok(Told::default());
    }
    let contacts = roots_of(conn, &spoken).await?;
    Ok(Told { rows: stop_mailings(conn, &contacts, now).await?, contacts })
}
