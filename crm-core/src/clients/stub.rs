//! What a viewer may know of a foreign client (S0.8).

use serde::Serialize;

/// A foreign client: exactly these three fields, and not even its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct ClientStub {
    /// Name.
    pub name: String,
    /// ИНН, where it is known.
    pub inn: Option<String>,
    /// Name of the responsible user.
    pub responsible: Option<String>,
}
