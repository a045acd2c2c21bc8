//! What fields are filled with by themselves: the client, and whoever writes to him.

mod store;

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    ClientId, ContactId,
    access::Viewer,
    clients::{
        error::Result,
        reach::{self, Reach},
    },
};

/// What a field can be filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Source {
    /// Name of the person.
    #[serde(rename = "клиент.имя")]
    ClientName,
    /// Name of the company he speaks for.
    #[serde(rename = "клиент.компания")]
    ClientCompany,
    /// City of the company.
    #[serde(rename = "клиент.город")]
    ClientCity,
    /// Name of whoever writes.
    #[serde(rename = "менеджер.имя")]
    ManagerName,
    /// His post.
    #[serde(rename = "менеджер.должность")]
    ManagerPost,
    /// His phone for clients.
    #[serde(rename = "менеджер.телефон")]
    ManagerPhone,
}

impl Source {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 6] = [
        Self::ClientName,
        Self::ClientCompany,
        Self::ClientCity,
        Self::ManagerName,
        Self::ManagerPost,
        Self::ManagerPhone,
    ];

    /// As it is written between braces.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientName => "клиент.имя",
            Self::ClientCompany => "клиент.компания",
            Self::ClientCity => "клиент.город",
            Self::ManagerName => "менеджер.имя",
            Self::ManagerPost => "менеджер.должность",
            Self::ManagerPhone => "менеджер.телефон",
        }
    }

    /// As people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ClientName => "имя клиента",
            Self::ClientCompany => "компания клиента",
            Self::ClientCity => "город клиента",
            Self::ManagerName => "имя менеджера",
            Self::ManagerPost => "должность менеджера",
            Self::ManagerPhone => "телефон менеджера",
        }
    }

    /// The source of a field's key, where it has one: `{имя}` and `{компания}` are the client's.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        match key {
            "имя" => Some(Self::ClientName),
            "компания" => Some(Self::ClientCompany),
            key => Self::ALL.into_iter().find(|source| source.word() == key),
        }
    }
}

/// What is known for one conversation; what is not known is filled by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// A name, not a number that stands for one.
    pub client_name: Option<String>,
    /// Where the person speaks for one company, or one is meant.
    pub client_company: Option<String>,
    /// Of that company.
    pub client_city: Option<String>,
    /// Name.
    pub manager_name: Option<String>,
    /// Post.
    pub manager_post: Option<String>,
    /// Phone.
    pub manager_phone: Option<String>,
}

impl Sources {
    /// What is known.
    pub fn value(&self, source: Source) -> Option<&str> {
        match source {
            Source::ClientName => &self.client_name,
            Source::ClientCompany => &self.client_company,
            Source::ClientCity => &self.client_city,
            Source::ManagerName => &self.manager_name,
            Source::ManagerPost => &self.manager_post,
            Source::ManagerPhone => &self.manager_phone,
        }
        .as_deref()
    }
}

/// What is known when the viewer writes to a person that he reads, perhaps about one company. Without a person: of the
/// viewer only.
pub async fn sources(
    conn: &mut PgConnection,
    viewer: &Viewer,
    contact: Option<ContactId>,
    company: Option<ClientId>,
) -> Result<Sources> {
    let mut sources = Sources::default();
    if let Some(manager) = store::manager(conn, viewer.user_id).await? {
        sources.manager_name = said(Some(manager.name));
        sources.manager_post = said(manager.post);
        sources.manager_phone = said(manager.phone);
    }
    let Some(contact) = contact else { return Ok(sources) };
    let root = reach::readable_contact(conn, viewer, contact).await?;
    let name = store::contact_name(conn, root).await?;
    let mut companies = store::companies(conn, Reach::reading(viewer)?, root).await?;
    if let Some(company) = company {
        let company = reach::readable_client(conn, viewer, company).await?;
        companies.retain(|known| known.id == company.id);
    }
    // A card that an event made is called like its person, so it is no company.
    companies.retain(|company| !company.automatic && Some(&company.name) != name.as_ref());
    if let [company] = companies.as_mut_slice() {
        sources.client_company = said(Some(std::mem::take(&mut company.name)));
        sources.client_city = said(company.city.take());
    }
    sources.client_name = said(name).filter(|name| name.contains(char::is_alphabetic));
    Ok(sources)
}

/// The same for a client that the viewer reads: for the person who was with us first, where there is one.
pub async fn sources_of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
) -> Result<Sources> {
    let root = reach::readable_client(conn, viewer, client).await?;
    let contact = store::first_contact(conn, root.id).await?;
    sources(conn, viewer, contact, Some(root.id)).await
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
