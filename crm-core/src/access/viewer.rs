//! The user for whom we read and write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ClientId, UserId};

/// What a role may allow. The words are those of `role_rights.right_name`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub enum Right {
    /// Cards, timelines, conversations and calls.
    #[serde(rename = "clients.read")]
    ClientsRead,
    /// New clients and contacts, fields, notes.
    #[serde(rename = "clients.write")]
    ClientsWrite,
    /// Join and split, decide proposals.
    #[serde(rename = "clients.join")]
    ClientsJoin,
    /// Give a client to another manager.
    #[serde(rename = "clients.transfer")]
    ClientsTransfer,
    /// Change contact data after creation (S0.1).
    #[serde(rename = "contacts.correct")]
    ContactsCorrect,
    /// Change comments of anybody, however old (S0.4).
    #[serde(rename = "notes.correct")]
    NotesCorrect,
    /// Users, roles, keys of others.
    #[serde(rename = "users.manage")]
    UsersManage,
    /// Channel accounts.
    #[serde(rename = "accounts.manage")]
    AccountsManage,
    /// «Журнал событий канала».
    #[serde(rename = "raw_log.read")]
    RawLogRead,
    /// Replay raw events.
    #[serde(rename = "raw_log.replay")]
    RawLogReplay,
    /// The audit log.
    #[serde(rename = "audit.read")]
    AuditRead,
    /// Keep everything of a client beyond its term.
    #[serde(rename = "recordings.hold")]
    RecordingsHold,
    /// Rates by hand, and figures in doubt. Reading rates needs no right.
    #[serde(rename = "rates.manage")]
    RatesManage,
    /// «Что и когда выполняется»: see it, start a task.
    #[serde(rename = "schedule.manage")]
    ScheduleManage,
    /// «Письма узла»: see them, send one again.
    #[serde(rename = "mails.manage")]
    MailsManage,
    /// Rules of writing to clients: STOP words, quiet hours, the order of channels.
    #[serde(rename = "messages.rules")]
    MessagesRules,
    /// Send a message in the client's quiet hours.
    #[serde(rename = "messages.at_night")]
    MessagesAtNight,
    /// Texts of the company written beforehand. One's own need no right.
    #[serde(rename = "phrases.manage")]
    PhrasesManage,
    /// Internal chats: those that are open, and those of which one is a member.
    #[serde(rename = "rooms.use")]
    RoomsUse,
    /// Names, members and archiving of every internal chat. Does not open closed ones.
    #[serde(rename = "rooms.manage")]
    RoomsManage,
    /// Bind one's own messenger and answer rooms from there.
    #[serde(rename = "bridge.use")]
    BridgeUse,
    /// Choose what is bridged, and in which group.
    #[serde(rename = "bridge.manage")]
    BridgeManage,
    /// Open clients to colleagues who ask for them.
    #[serde(rename = "clients.lend")]
    ClientsLend,
    /// Tasks: one's own and those of one's clients, or everybody's («Контроль задач»).
    #[serde(rename = "tasks.use")]
    TasksUse,
}

impl Right {
    /// Every right, in the order of the matrix.
    pub const ALL: [Self; 24] = [
        Self::ClientsRead,
        Self::ClientsWrite,
        Self::ClientsJoin,
        Self::ClientsTransfer,
        Self::ContactsCorrect,
        Self::NotesCorrect,
        Self::UsersManage,
        Self::AccountsManage,
        Self::RawLogRead,
        Self::RawLogReplay,
        Self::AuditRead,
        Self::RecordingsHold,
        Self::RatesManage,
        Self::ScheduleManage,
        Self::MailsManage,
        Self::MessagesRules,
        Self::MessagesAtNight,
        Self::PhrasesManage,
        Self::RoomsUse,
        Self::RoomsManage,
        Self::BridgeUse,
        Self::BridgeManage,
        Self::ClientsLend,
        Self::TasksUse,
    ];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientsRead => "clients.read",
            Self::ClientsWrite => "clients.write",
            Self::ClientsJoin => "clients.join",
            Self::ClientsTransfer => "clients.transfer",
            Self::ContactsCorrect => "contacts.correct",
            Self::NotesCorrect => "notes.correct",
            Self::UsersManage => "users.manage",
            Self::AccountsManage => "accounts.manage",
            Self::RawLogRead => "raw_log.read",
            Self::RawLogReplay => "raw_log.replay",
            Self::AuditRead => "audit.read",
            Self::RecordingsHold => "recordings.hold",
            Self::RatesManage => "rates.manage",
            Self::ScheduleManage => "schedule.manage",
            Self::MailsManage => "mails.manage",
            Self::MessagesRules => "messages.rules",
            Self::MessagesAtNight => "messages.at_night",
            Self::PhrasesManage => "phrases.manage",
            Self::RoomsUse => "rooms.use",
            Self::RoomsManage => "rooms.manage",
            Self::BridgeUse => "bridge.use",
            Self::BridgeManage => "bridge.manage",
            Self::ClientsLend => "clients.lend",
            Self::TasksUse => "tasks.use",
        }
    }

    /// The right of this word; `None` for a word of a newer version.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == word)
    }
}

/// How far a right goes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Own clients and the common base (those without a responsible user).
    Own,
    /// Everything.
    All,
}

/// Which clients a viewer sees whole. Others are a stub of name, INN and responsible (S0.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientScope<'v> {
    /// None at all, not even stubs.
    Nothing,
    /// Those of a user, those lent to him, and the common base.
    Own {
        /// Who.
        user: UserId,
        /// Root clients of others that were opened to him.
        lent: &'v [ClientId],
    },
    /// All.
    All,
}

impl<'v> ClientScope<'v> {
    /// Whether a root client with this responsible user is seen whole.
    pub fn covers(self, client: ClientId, responsible: Option<UserId>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Own { user, lent } => {
                responsible.is_none_or(|responsible| responsible == user) || lent.contains(&client)
            }
            Self::All => true,
        }
    }

    /// For a query: everything is seen.
    pub fn sees_all(self) -> bool {
        self == Self::All
    }

    /// For a query: the user whose clients and the common base are seen; the nil user when nothing is seen.
    pub fn owner(self) -> Option<UserId> {
        match self {
            Self::Own { user, .. } => Some(user),
            Self::Nothing | Self::All => None,
        }
    }

    /// For a query: the clients of others that are seen beside one's own.
    pub fn lent(self) -> &'v [ClientId] {
        match self {
            Self::Own { lent, .. } => lent,
            Self::Nothing | Self::All => &[],
        }
    }
}

/// A right is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the right {} is missing", .0.as_str())]
pub struct Forbidden(pub Right);

/// The user for whom we read and write, with rights as they were when the request began.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who.
    pub user_id: UserId,
    /// The name, for the audit log.
    pub name: String,
    /// From where, for the audit log.
    pub remote: Option<String>,
    /// The rights of all roles together, the widest scope of each.
    pub rights: BTreeMap<Right, Scope>,
    /// Clients of others that were opened to him: he reads and leads them as his own, and neither hands them on nor
    /// corrects what is frozen.
    pub lent: Vec<ClientId>,
}

impl Viewer {
    /// The scope of a right, where the viewer has it.
    pub fn scope(&self, right: Right) -> Option<Scope> {
        self.rights.get(&right).copied()
    }

    /// The scope of a right, or a refusal.
    pub fn require(&self, right: Right) -> Result<Scope, Forbidden> {
        self.scope(right).ok_or(Forbidden(right))
    }

    /// Whether he answers for a client or leads one that was opened to him.
    pub fn leads(&self, client: ClientId, responsible: Option<UserId>) -> bool {
        responsible == Some(self.user_id) || self.lent.contains(&client)
    }

    /// Which clients this viewer reads whole.
    pub fn readable_clients(&self) -> ClientScope<'_> {
        self.clients_under(Right::ClientsRead)
    }

    /// Which clients a right over clients covers.
    pub fn clients_under(&self, right: Right) -> ClientScope<'_> {
        match self.scope(right) {
            None => ClientScope::Nothing,
            Some(Scope::Own) => {
                let lendable = matches!(right, Right::ClientsRead | Right::ClientsWrite);
                ClientScope::Own { user: self.user_id, lent: if lendable { &self.lent } else { &[] } }
            }
            Some(Scope::All) => ClientScope::All,
        }
    }
}
