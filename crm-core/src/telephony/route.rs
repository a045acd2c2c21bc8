//! Who should take a call: the employee who answers for the client.

mod store;

use std::collections::BTreeSet;

use connector_api::PhoneNumber;
use sqlx::PgConnection;

use crate::AccountId;

/// Whose phone should ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As dialled.
    pub extension: String,
    /// The client, for the display of that phone; none where the caller speaks for several.
    pub client_name: Option<String>,
}

/// The extension of the employee who answers for the caller. `None`: nobody known, nobody responsible, several employees,
/// or one who sits at no extension of this account. For the provider's question while a caller waits.
pub async fn of_caller_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    caller: &PhoneNumber,
) -> sqlx::Result<Option<Target>> {
    let clients = store::clients_of(conn, account, caller.e164()).await?;
    let extensions: BTreeSet<&Option<String>> = clients.iter().map(|client| &client.extension).collect();
    let mut extensions = extensions.into_iter();
    let (Some(Some(extension)), None) = (extensions.next(), extensions.next()) else { return Ok(None) };
    let client_name = match clients.as_slice() {
        [client] => Some(client.name.clone()),
        _ => None,
    };
    Ok(Some(Target { extension: extension.clone(), client_name }))
}
