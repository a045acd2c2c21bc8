//! What of a change a viewer may see.

use serde::Serialize;

use uuid::Uuid;

use super::{Change, LoanChange, RoomChange, Subject, TaskChange, TaskNews};
use crate::access::{ClientScope, Right, Scope, Viewer};
use crate::timeline::draft::DraftKind;
use crate::{
    AccessRequestId, ChangeRequestId, ClientId, ContactId, InteractionId, RoomId, RoomMessageId, TaskId,
};

/// A change as one viewer may know it. It says only what to read anew; the content comes by the API, under its rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schema(as = LiveMessage)]
pub enum Message {
    /// A row of a timeline is new or changed.
    Interaction {
        /// The row.
        interaction_id: InteractionId,
        /// `message`, `call`, `system` or `note`.
        kind: String,
        /// Who spoke.
        #[schema(required = true)]
        contact_id: Option<ContactId>,
        /// The cards in which it shows, of those that the viewer sees.
        client_ids: Vec<ClientId>,
        /// The viewer is responsible for one of these clients.
        own: bool,
        /// A call at an extension of the viewer: the ring card is read anew, `GET /api/calls/{id}/card`.
        mine: bool,
    },
    /// A contact changed, or was joined into another.
    Contact {
        /// As it was known.
        contact_id: ContactId,
        /// Itself, or what it was joined into.
        root_id: ContactId,
        /// Its clients, of those that the viewer sees.
        client_ids: Vec<ClientId>,
    },
    /// A client changed, or was joined into another.
    Client {
        /// As it was known.
        client_id: ClientId,
        /// Itself, or what it was joined into.
        root_id: ClientId,
    },
    /// A client went to other hands or is no longer open to the viewer: he sees it no more.
    AccessLost {
        /// Which.
        client_id: ClientId,
    },
    /// Another device of the viewer has saved or sent a draft.
    Draft {
        /// Of what.
        kind: DraftKind,
        /// The conversation or the client.
        subject_id: Uuid,
    },
    /// Something new about our accounts.
    Notice {},
    /// An internal chat changed, or one of its messages, or what the viewer has read of it.
    Room {
        /// Which.
        room_id: RoomId,
        /// The message that is new or changed.
        #[schema(required = true)]
        message_id: Option<RoomMessageId>,
        /// It names the viewer.
        mentioned: bool,
    },
    /// A request to change frozen contact data is new, was decided or taken back.
    ChangeRequest {
        /// Which.
        request_id: ChangeRequestId,
    },
    /// A client of somebody else was opened to the viewer.
    AccessGained {
        /// Which.
        client_id: ClientId,
    },
    /// A request for access is new, was decided or taken back: the viewer's own, or one on which he decides.
    AccessRequest {
        /// Which.
        request_id: AccessRequestId,
    },
    /// A task is new, changed, closed or due; or is the viewer's no longer.
    Task {
        /// Which.
        task_id: TaskId,
        /// Its client, if the viewer sees that.
        #[schema(required = true)]
        client_id: Option<ClientId>,
        /// What the viewer is to be told, if it is his; else `changed`.
        news: TaskNews,
    },
}

impl Message {
    /// The name of the event in the stream; the tag of its JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Interaction { .. } => "interaction",
            Self::Contact { .. } => "contact",
            Self::Client { .. } => "client",
            Self::AccessLost { .. } => "access_lost",
            Self::Draft { .. } => "draft",
            Self::Notice {} => "notice",
            Self::Room { .. } => "room",
            Self::ChangeRequest { .. } => "change_request",
            Self::AccessGained { .. } => "access_gained",
            Self::AccessRequest { .. } => "access_request",
            Self::Task { .. } => "task",
        }
    }
}

impl Change {
    /// What this viewer may know of the change; `None` is nothing at all, not even that there was one.
    pub fn for_viewer(&self, viewer: &Viewer) -> Option<Message> {
        let scope = viewer.readable_clients();
        let client_ids: Vec<ClientId> = self
            .clients
            .iter()
            .filter(|holder| scope.covers(holder.client, holder.responsible))
            .map(|holder| holder.client)
            .collect();
        // What belongs to no client at all is for those who see all.
        let seen = !client_ids.is_empty() || scope == ClientScope::All;
        match &self.subject {
            Subject::Interaction { id, kind, contact, rung } => {
                let mine = rung.contains(&viewer.user_id);
                let own = self.clients.iter().any(|holder| holder.responsible == Some(viewer.user_id));
                (seen || mine).then(|| Message::Interaction {
                    interaction_id: *id,
                    kind: kind.clone(),
                    // Who calls is told by the card, as far as the viewer may know.
                    contact_id: contact.filter(|_| seen),
                    client_ids,
                    own,
                    mine,
                })
            }
            Subject::Contact { id, root } => {
                seen.then_some(Message::Contact { contact_id: *id, root_id: *root, client_ids })
            }
            Subject::Client { id, root } => {
                seen.then_some(Message::Client { client_id: *id, root_id: *root })
            }
            Subject::Moved(moved) => (!seen && scope.covers(moved.client, moved.from))
                .then_some(Message::AccessLost { client_id: moved.client }),
            Subject::Draft(draft) => (draft.user == viewer.user_id)
                .then_some(Message::Draft { kind: draft.kind, subject_id: draft.subject_id }),
            Subject::Notice => viewer.scope(Right::AccountsManage).is_some().then_some(Message::Notice {}),
            Subject::Room { change, open, tied, members } => {
                let within = !tied || !client_ids.is_empty();
                let hears = within && (*open || members.contains(&viewer.user_id) || finds(viewer, change));
                for_person(viewer, change, hears)
            }
            Subject::Request(change) => {
                let hears = change.author == viewer.user_id || viewer.scope(Right::ContactsCorrect).is_some();
                hears.then_some(Message::ChangeRequest { request_id: change.request })
            }
            Subject::Loan(loan) => self.loan_for(viewer, *loan, seen),
            Subject::Task(task) => self.task_for(viewer, *task, client_ids.first().copied()),
            Subject::Nothing => None,
        }
    }

    /// The same rule as that of the lists of tasks.
    fn task_for(&self, viewer: &Viewer, task: TaskChange, client_id: Option<ClientId>) -> Option<Message> {
        let scope = viewer.scope(Right::TasksUse)?;
        let me = viewer.user_id;
        let concerned = task.author == me
            || self.clients.iter().any(|holder| viewer.leads(holder.client, holder.responsible));
        let within = task.client.is_none() || client_id.is_some();
        let mine = task.responsible == me;
        let hears = mine || task.former == Some(me) || (within && (concerned || scope == Scope::All));
        hears.then_some(Message::Task {
            task_id: task.task,
            client_id,
            news: if mine { task.news } else { TaskNews::Changed },
        })
    }

    fn loan_for(&self, viewer: &Viewer, loan: LoanChange, seen: bool) -> Option<Message> {
        let own = loan.user == viewer.user_id;
        let client_id = loan.client;
        match loan.request {
            Some(request_id) => {
                let scope = viewer.clients_under(Right::ClientsLend);
                let decides =
                    self.clients.iter().any(|holder| scope.covers(holder.client, holder.responsible));
                (own || decides).then_some(Message::AccessRequest { request_id })
            }
            None if own && seen => Some(Message::AccessGained { client_id }),
            None if own => Some(Message::AccessLost { client_id }),
            None => None,
        }
    }
}

/// Who manages rooms finds them all, and reads no messages of those that are closed to him.
fn finds(viewer: &Viewer, change: &RoomChange) -> bool {
    change.message.is_none() && viewer.scope(Right::RoomsManage).is_some()
}

fn for_person(viewer: &Viewer, change: &RoomChange, hears: bool) -> Option<Message> {
    viewer.scope(Right::RoomsUse)?;
    change.only.map_or(hears, |user| user == viewer.user_id).then(|| Message::Room {
        room_id: change.room,
        message_id: change.message,
        mentioned: change.mentioned.contains(&viewer.user_id),
    })
}
