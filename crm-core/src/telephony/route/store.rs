//! SQL of the question who should take a call: one statement, because a caller waits.

use sqlx::PgConnection;

use crate::AccountId;

/// A client of the caller, and where the one who answers for it sits.
pub(super) struct RoutedClient {
    pub(super) name: String,
    pub(super) extension: Option<String>,
}

pub(super) async fn clients_of(
    conn: &mut PgConnection,
    account: AccountId,
    caller: &str,
) -> sqlx::Result<Vec<RoutedClient>> {
    sqlx::query_as!(
        RoutedClient,
        r#"select r.name, e.number as "extension?"
           from (select distinct c.root_id
                 from identities i
                 join contacts k on k.id = i.contact_id
                 cross join lateral (
                     select k.root_id as id
                     union all
                     select f.id from contacts f where f.root_id = k.root_id and f.root_id <> f.id) f
                 join contact_clients cc on cc.contact_id = f.id
                 join clients c on c.id = cc.client_id
                 where i.address = 'phone:' || $2) roots
           join clients r on r.id = roots.root_id
           left join lateral (
               select x.number
               from extensions x join users u on u.id = x.user_id
               where x.account_id = $1 and x.user_id = r.responsible_id and u.disabled_at is null
               order by x.number limit 1) e on true
           order by r.id"#,
        account.0,
        caller,
    )
    .fetch_all(conn)
    .await
}
