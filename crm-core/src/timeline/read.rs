//! Timelines read: of a client, of a contact, of a conversation. A page costs the same however long the timeline is.

pub(crate) mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::{Channel, DeliveryState, Direction};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{
    call_result,
    entry::{EntryKind, TimelineEntry, content::MediaStates},
    note,
    view::{self, StoredFact, StoredRow, view},
};
use crate::{
    ClientId, ContactId, ConversationId, InteractionId, MediaId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        reach::{self, Reach},
    },
    delivery::{
        self,
        state::{DeliveryAction, DeliveryStep},
    },
};

type Result<T> = std::result::Result<T, ClientError>;

/// A place in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimelineCursor {
    /// Moment of the row.
    pub at: DateTime<Utc>,
    /// The row.
    pub id: InteractionId,
}

/// Which part of a timeline is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The end.
    #[default]
    Latest,
    /// What stands before a row.
    Before(TimelineCursor),
    /// What stands behind a row.
    After(TimelineCursor),
    /// Around a moment: mostly what follows it.
    Around(DateTime<Utc>),
}

/// Which rows are wanted; empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineFilter {
    /// Kinds.
    pub kinds: Vec<EntryKind>,
    /// Networks.
    pub channels: Vec<Channel>,
    /// Seen from the company.
    pub direction: Option<Direction>,
    /// One person of the company.
    pub contact: Option<ContactId>,
    /// Only messages that show files.
    pub with_files: bool,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// A part of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TimelinePage {
    /// The newest first.
    pub entries: Vec<TimelineEntry>,
    /// There are rows before the last entry.
    pub has_older: bool,
    /// There are rows behind the first entry.
    pub has_newer: bool,
}

impl TimelinePage {
    /// Where the older rows go on.
    pub fn older(&self) -> Option<TimelineCursor> {
        self.entries.last().filter(|_| self.has_older).map(TimelineEntry::cursor)
    }

    /// Where newer rows will stand, even when there are none yet.
    pub fn newer(&self) -> Option<TimelineCursor> {
        self.entries.first().map(TimelineEntry::cursor)
    }
}

impl TimelineEntry {
    /// The place of this entry.
    pub fn cursor(&self) -> TimelineCursor {
        TimelineCursor { at: self.occurred_at, id: self.id }
    }
}

/// Where rows are looked for, and which pins hide them.
pub(crate) struct Place<'v> {
    pub(crate) contacts: Vec<ContactId>,
    pub(crate) clients: Vec<ClientId>,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) pins: Pins<'v>,
}

/// Rows pinned elsewhere are hidden.
pub(crate) enum Pins<'v> {
    /// Shown: pinned to one of these, or to none.
    Family(Vec<ClientId>),
    /// Shown: pinned to a client within reach, or to none.
    Within(Reach<'v>),
}

/// The timeline of a client: its own rows and those of all its people, but for rows pinned to another company.
pub async fn of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    filter: &TimelineFilter,
    part: Part,
    rows: i64,
) -> Result<TimelinePage> {
    viewer.require(Right::ClientsRead)?;
    let place = store::client_place(conn, client).await?.ok_or(ClientError::NotFound)?;
    reach::readable_root(conn, viewer, place.root).await?;
    let store::ClientPlace { family, mut contacts, .. } = place;
    let mut clients = family.clone();
    if let Some(contact) = filter.contact {
        let person = store::family_of(conn, contact).await?;
        contacts.retain(|id| person.contains(id));
        clients.clear();
    }
    let place = Place { contacts, clients, conversation: None, pins: Pins::Family(family) };
    page(conn, &place, filter, part, rows).await
}

/// The timeline of a contact, but for rows pinned to a company that the viewer does not read.
pub async fn of_contact(
    conn: &mut PgConnection,
    viewer: &Viewer,
    contact: ContactId,
    filter: &TimelineFilter,
    part: Part,
    rows: i64,
) -> Result<TimelinePage> {
    let reach = Reach::reading(viewer)?;
    let root = reach::readable_contact(conn, viewer, contact).await?;
    let contacts = reach::store::contact_family(conn, root).await?;
    let place = Place { contacts, clients: Vec::new(), conversation: None, pins: Pins::Within(reach) };
    page(conn, &place, filter, part, rows).await
}

/// The rows of a conversation, but for those pinned to a company that the viewer does not read.
pub async fn of_conversation(
    conn: &mut PgConnection,
    viewer: &Viewer,
    conversation: ConversationId,
    filter: &TimelineFilter,
    part: Part,
    rows: i64,
) -> Result<TimelinePage> {
    let reach = Reach::reading(viewer)?;
    let contact =
        super::conversation::store::contact(conn, conversation).await?.ok_or(ClientError::NotFound)?;
    let root = reach::readable_contact(conn, viewer, contact).await?;
    let contacts = reach::store::contact_family(conn, root).await?;
    let pins = Pins::Within(reach);
    let place = Place { contacts, clients: Vec::new(), conversation: Some(conversation), pins };
    page(conn, &place, filter, part, rows).await
}

async fn page(
    conn: &mut PgConnection,
    place: &Place<'_>,
    filter: &TimelineFilter,
    part: Part,
    rows: i64,
) -> Result<TimelinePage> {
    let rows = rows.clamp(1, 200);
    let accounts = store::accounts_of(conn, &filter.channels).await?;
    let query = store::Query { place, filter, accounts: accounts.as_deref() };
    let (newest_first, has_older, has_newer) = match part {
        Part::Latest => {
            let (found, more) = cut(store::older(conn, &query, None, rows + 1).await?, rows);
            (found, more, false)
        }
        Part::Before(cursor) => {
            let (found, more) = cut(store::older(conn, &query, Some(cursor), rows + 1).await?, rows);
            (found, more, true)
        }
        Part::After(cursor) => {
            let (mut found, more) = cut(store::newer(conn, &query, cursor, false, rows + 1).await?, rows);
            found.reverse();
            (found, true, more)
        }
        Part::Around(at) => {
            let cursor = TimelineCursor { at, id: InteractionId(uuid::Uuid::nil()) };
            let before = rows / 3;
            let (older, has_older) = cut(store::older(conn, &query, Some(cursor), before + 1).await?, before);
            let room = rows - before;
            let (mut found, more) = cut(store::newer(conn, &query, cursor, true, room + 1).await?, room);
            found.reverse();
            found.extend(older);
            (found, has_older, more)
        }
    };
    let mut newest_first = store::with_people(conn, newest_first).await?;
    quote_words(conn, place, &mut newest_first).await?;
    let entries = entries(conn, &newest_first).await?;
    Ok(TimelinePage { entries, has_older, has_newer })
}

fn cut(mut found: Vec<store::FoundRow>, rows: i64) -> (Vec<store::FoundRow>, bool) {
    let size = usize::try_from(rows).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    (found, more)
}

/// Where a provider named the quoted message by its id alone, its words are taken from the same place; and a quoted
/// part of a message is that message.
async fn quote_words(conn: &mut PgConnection, place: &Place<'_>, rows: &mut [StoredRow]) -> Result<()> {
    let named = |row: &StoredRow| row.payload.quote.as_ref().and_then(|quote| quote.interaction_id);
    let wanted: Vec<InteractionId> = rows.iter().filter_map(named).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let words: BTreeMap<InteractionId, (InteractionId, Option<String>)> =
        store::words_of(conn, place, &wanted)
            .await?
            .into_iter()
            .map(|(named, shown, words)| (named, (shown, words)))
            .collect();
    for row in rows {
        let Some(quote) = &mut row.payload.quote else { continue };
        let Some((shown, words)) = quote.interaction_id.and_then(|id| words.get(&id)) else { continue };
        quote.interaction_id = Some(*shown);
        if quote.text.is_none() {
            quote.text.clone_from(words);
        }
    }
    Ok(())
}

/// The rows seen through their facts.
pub(crate) async fn entries(conn: &mut PgConnection, rows: &[StoredRow]) -> Result<Vec<TimelineEntry>> {
    let ids: Vec<InteractionId> = rows.iter().map(|row| row.id).collect();
    let mut facts: BTreeMap<InteractionId, Vec<StoredFact>> = BTreeMap::new();
    let mut shown_in: BTreeMap<InteractionId, InteractionId> = BTreeMap::new();
    for fact in store::facts(conn, &ids).await? {
        facts.entry(fact.interaction_id).or_default().push(fact);
    }
    for (row, facts) in &facts {
        let named = view::item_ids(facts).into_iter().chain(view::part_ids(facts));
        shown_in.extend(named.filter(|item| item != row).map(|item| (item, *row)));
    }
    if !shown_in.is_empty() {
        let items: Vec<InteractionId> = shown_in.keys().copied().collect();
        for fact in store::facts(conn, &items).await? {
            if let Some(row) = shown_in.get(&fact.interaction_id) {
                facts.entry(*row).or_default().push(fact);
            }
        }
    }
    let none = Vec::new();
    let facts_of = |row: &StoredRow| facts.get(&row.id).unwrap_or(&none);
    let mut files: Vec<MediaId> = Vec::new();
    for row in rows {
        let Some(account) = &row.account else { continue };
        let refs = view::media_refs(row, facts_of(row));
        files.extend(refs.map(|file| MediaId::derived(account.id, file.id.as_str())));
    }
    let media: MediaStates =
        if files.is_empty() { MediaStates::new() } else { store::media(conn, &files).await? };
    let mut entries: Vec<TimelineEntry> = rows.iter().map(|row| view(row, facts_of(row), &media)).collect();
    add_deliveries(conn, &mut entries).await?;
    note::add_versions(conn, &mut entries).await?;
    call_result::add_results(conn, &mut entries).await?;
    Ok(entries)
}

/// How messages that were sent from here are doing.
async fn add_deliveries(conn: &mut PgConnection, entries: &mut [TimelineEntry]) -> Result<()> {
    let messages: Vec<InteractionId> =
        entries.iter().filter(|entry| entry.kind == EntryKind::Message).map(|entry| entry.id).collect();
    if messages.is_empty() {
        return Ok(());
    }
    for (row, delivery) in delivery::view::of_rows(conn, &messages).await? {
        let Some(entry) = entries.iter_mut().find(|entry| entry.id == row) else { continue };
        if delivery.action != DeliveryAction::Message {
            entry.actions.push(delivery);
            continue;
        }
        if delivery.step == DeliveryStep::Accepted && entry.state.is_none() {
            // Not every provider tells more than that.
            entry.state = Some(DeliveryState::Sent);
        }
        entry.delivery = Some(delivery);
    }
    Ok(())
}
