//! The ring card: who is calling, for the employee whose phone rings, while the call goes on.

mod store;

use chrono::{DateTime, Utc};
use connector_api::Direction;
use serde::Serialize;
use sqlx::PgConnection;

use super::extension::store as extensions;
use crate::{
    InteractionId,
    access::{ClientScope, Viewer},
    clients::{
        ClientError, ClientStub,
        client::{self, ClientCard},
        reach::{self, Root},
    },
    timeline::{
        call::{CallState, CallView},
        entry::{EntryContact, TimelineEntry, call::SegmentView, words::DirectionWord},
        read::{self, Part, TimelineFilter},
    },
};

/// How many earlier events the card shows.
const RECENT: usize = 3;

/// A call as the employee sees it while it rings and goes on.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RingCard {
    /// The call.
    pub id: InteractionId,
    /// Seen from the company.
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// Where it stands; when it has ended the card may close.
    pub state: CallState,
    /// It rings at an extension of the viewer, or the viewer talks.
    pub mine: bool,
    /// Our public number, digits.
    pub line: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When somebody picked up.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who was rung and who talked, transfers among them.
    pub segments: Vec<SegmentView>,
    /// The caller's number, `+79…`; not told of a foreign client.
    pub number: Option<String>,
    /// The number as it came, where it could not be read.
    pub number_text: Option<String>,
    /// The caller withheld the number.
    pub number_withheld: bool,
    /// Who calls; not told of a foreign client.
    pub contact: Option<EntryContact>,
    /// The caller's companies that the viewer reads, with «Особенности клиента».
    pub clients: Vec<ClientCard>,
    /// The caller's companies that are other managers': name, INN and responsible, nothing else.
    pub foreign: Vec<ClientStub>,
    /// What happened last with the first of the companies, the newest first, without this call.
    pub recent: Vec<TimelineEntry>,
}

/// A call for those who see one of its clients, and for those at whose extension it rings: these see of a foreign client
/// only the stub. For everybody else it is as if it did not exist.
pub async fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: InteractionId,
) -> Result<RingCard, ClientError> {
    let row = store::call(conn, id).await?.ok_or(ClientError::NotFound)?;
    let own_numbers = match row.account_id {
        Some(account) => extensions::numbers_of(conn, viewer.user_id, account).await?,
        None => Vec::new(),
    };
    let roots = roots(conn, &row).await?;
    let scope = viewer.readable_clients();
    let (readable, foreign): (Vec<Root>, Vec<Root>) =
        roots.into_iter().partition(|root| scope.covers(root.id, root.responsible_id));
    let sees = !readable.is_empty() || scope == ClientScope::All;
    let concerned = row.view.segments.iter().any(|segment| sits_at(&own_numbers, segment.extension.as_ref()));
    if !sees && !concerned {
        return Err(ClientError::NotFound);
    }
    let mut clients = Vec::new();
    for root in &readable {
        clients.push(client::read(conn, viewer, root.id).await?);
    }
    // Whoever reads no clients at all gets no stubs either.
    let mut stubs = Vec::new();
    for root in foreign.iter().filter(|_| scope != ClientScope::Nothing) {
        stubs.push(reach::store::stub(conn, root.id).await?);
    }
    let recent = match readable.first() {
        Some(root) => recent(conn, viewer, root, id).await?,
        None => Vec::new(),
    };
    // Somebody known only as another manager's client is told by the stub alone.
    let shown = sees || foreign.is_empty() && scope != ClientScope::Nothing;
    Ok(row.card(id, shown, &own_numbers, clients, stubs, recent))
}

/// The companies of the caller; of a row that was pinned to one, only that one.
async fn roots(conn: &mut PgConnection, row: &store::CallRow) -> Result<Vec<Root>, ClientError> {
    if let Some(client) = row.pinned_client_id {
        return Ok(reach::store::root(conn, client).await?.into_iter().collect());
    }
    match &row.contact {
        Some(contact) => Ok(reach::store::clients_of_contact(conn, contact.id).await?),
        None => Ok(Vec::new()),
    }
}

async fn recent(
    conn: &mut PgConnection,
    viewer: &Viewer,
    root: &Root,
    call: InteractionId,
) -> Result<Vec<TimelineEntry>, ClientError> {
    let rows = i64::try_from(RECENT + 1).unwrap_or(i64::MAX);
    let page = read::of_client(conn, viewer, root.id, &TimelineFilter::default(), Part::Latest, rows).await?;
    Ok(page.entries.into_iter().filter(|entry| entry.id != call).take(RECENT).collect())
}

fn sits_at(numbers: &[String], extension: Option<&connector_api::Extension>) -> bool {
    extension.is_some_and(|extension| numbers.contains(&extension.number))
}

impl store::CallRow {
    fn card(
        self,
        id: InteractionId,
        shown: bool,
        own_numbers: &[String],
        clients: Vec<ClientCard>,
        foreign: Vec<ClientStub>,
        recent: Vec<TimelineEntry>,
    ) -> RingCard {
        let view: CallView = self.view;
        let mine = view
            .segments
            .iter()
            .any(|segment| segment.ended_at.is_none() && sits_at(own_numbers, segment.extension.as_ref()));
        RingCard {
            id,
            direction: self.direction,
            state: view.outcome,
            mine: mine && view.ended_at.is_none(),
            line: view.line,
            started_at: self.started_at,
            answered_at: view.answered_at,
            ended_at: view.ended_at,
            segments: view.segments.into_iter().map(SegmentView::of).collect(),
            number: self.number.filter(|_| shown),
            number_text: view.number_text.filter(|_| shown),
            number_withheld: view.number_withheld,
            contact: self.contact.filter(|_| shown),
            clients,
            foreign,
            recent,
        }
    }
}
