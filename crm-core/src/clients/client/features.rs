//! «Особенности клиента» as they were: every version with who wrote it and when (S0.14).

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::store;
use crate::{
    ClientId,
    access::Viewer,
    clients::{error::Result, reach},
};

/// One version of «Особенности клиента».
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FeaturesVersion {
    /// The words; none where they were taken away.
    #[schema(required = true)]
    pub text: Option<String>,
    /// Who wrote them.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The versions, the newest first: the audit log keeps them. At most 200.
pub async fn features_versions(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
) -> Result<Vec<FeaturesVersion>> {
    let root = reach::readable_client(conn, viewer, id).await?;
    Ok(store::features_versions(conn, root.id).await?)
}
