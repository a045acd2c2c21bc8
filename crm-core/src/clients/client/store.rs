//! SQL of clients.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

use super::{ClientCard, ClientStatus, ContractMark, FeaturesVersion, Person};
use crate::{ClientId, UserId};

/// The row of a client that a person can change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fields {
    #[serde(skip, default = "nil")]
    pub(crate) id: ClientId,
    pub(crate) name: String,
    /// A person entered the name: from then on it is frozen. A ledger written before has no such field.
    #[serde(default)]
    pub(crate) name_is_chosen: bool,
    pub(crate) automatic: bool,
    pub(crate) status: ClientStatus,
    pub(crate) inn: Option<String>,
    pub(crate) kpp: Option<String>,
    pub(crate) ogrn: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) features: Option<String>,
    pub(crate) responsible_id: Option<UserId>,
    #[serde(skip)]
    pub(crate) version: i32,
    #[serde(skip)]
    pub(crate) created_at: DateTime<Utc>,
    #[serde(skip)]
    pub(crate) updated_at: DateTime<Utc>,
}

fn nil() -> ClientId {
    ClientId(uuid::Uuid::nil())
}

impl Fields {
    /// A card that a person is about to fill.
    pub(crate) fn empty(id: ClientId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            name: String::new(),
            name_is_chosen: false,
            automatic: false,
            status: ClientStatus::CommonBase,
            inn: None,
            kpp: None,
            ogrn: None,
            city: None,
            time_zone: None,
            features: None,
            responsible_id: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The fields in which two states differ: the values before and those after.
    pub(crate) fn difference(before: &Self, after: &Self) -> (Value, Value) {
        let (Value::Object(before), Value::Object(after)) = (json!(before), json!(after)) else {
            return (Value::Null, Value::Null);
        };
        let differs = |name: &String| before.get(name) != after.get(name);
        let part = |map: &Map<String, Value>| {
            Value::Object(
                map.iter().filter(|(name, _)| differs(name)).map(|(k, v)| (k.clone(), v.clone())).collect(),
            )
        };
        (part(&before), part(&after))
    }
}

pub(crate) async fn fields(conn: &mut PgConnection, id: ClientId) -> sqlx::Result<Fields> {
    sqlx::query_as!(
        Fields,
        r#"select id as "id: ClientId", name, name_is_chosen, automatic, status as "status: ClientStatus", inn, kpp, ogrn,
                  city, time_zone, features, responsible_id as "responsible_id: UserId", version, created_at, updated_at
           from clients where id = $1"#,
        id.0
    )
    .fetch_one(conn)
    .await
}

/// The card of the root of a client, but for what was joined into it.
pub(crate) async fn card(conn: &mut PgConnection, id: ClientId) -> sqlx::Result<Option<ClientCard>> {
    let row = sqlx::query!(
        r#"select r.id as "id: ClientId", r.name, r.name_is_chosen, r.automatic, r.status as "status: ClientStatus",
                  r.inn, r.kpp, r.ogrn, r.city, r.time_zone, r.features, r.contract_mark as "contract_mark: ContractMark",
                  u.id as "responsible_id?: UserId", u.name as "responsible_name?", r.version, r.created_at, r.updated_at
           from clients c join clients r on r.id = c.root_id left join users u on u.id = r.responsible_id
           where c.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| ClientCard {
        id: row.id,
        name: row.name,
        name_is_chosen: row.name_is_chosen,
        status: row.status,
        automatic: row.automatic,
        inn: row.inn,
        kpp: row.kpp,
        ogrn: row.ogrn,
        city: row.city,
        time_zone: row.time_zone,
        features: row.features,
        contract_mark: row.contract_mark,
        responsible: row.responsible_id.zip(row.responsible_name).map(|(id, name)| Person { id, name }),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        joined: Vec::new(),
        contracts: Vec::new(),
        handover: None,
    }))
}

pub(crate) async fn insert(conn: &mut PgConnection, fields: &Fields, search_key: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into clients (id, root_id, name, automatic, status, inn, kpp, ogrn, city, time_zone, features,
                              responsible_id, search_key, version, created_at, updated_at, name_is_chosen)
         values ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        fields.id.0,
        fields.name,
        fields.automatic,
        fields.status.as_str(),
        fields.inn,
        fields.kpp,
        fields.ogrn,
        fields.city,
        fields.time_zone,
        fields.features,
        fields.responsible_id.map(|id| id.0),
        search_key,
        fields.version,
        fields.created_at,
        fields.updated_at,
        fields.name_is_chosen,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn update(conn: &mut PgConnection, fields: &Fields, search_key: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update clients
         set name = $2, automatic = $3, status = $4, inn = $5, kpp = $6, ogrn = $7, city = $8, time_zone = $9,
             features = $10, responsible_id = $11, search_key = $12, version = $13, updated_at = $14, name_is_chosen = $15
         where id = $1",
        fields.id.0,
        fields.name,
        fields.automatic,
        fields.status.as_str(),
        fields.inn,
        fields.kpp,
        fields.ogrn,
        fields.city,
        fields.time_zone,
        fields.features,
        fields.responsible_id.map(|id| id.0),
        search_key,
        fields.version,
        fields.updated_at,
        fields.name_is_chosen,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn set_responsible(
    conn: &mut PgConnection,
    id: ClientId,
    to: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update clients
         set former_responsible_id = coalesce(responsible_id, former_responsible_id),
             responsible_id = $2, automatic = false, version = version + 1, updated_at = $3
         where id = $1",
        id.0,
        to.map(|id| id.0),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A card that was made without the field has no version of it. A join keeps what it changed under `fields`.
pub(super) async fn features_versions(
    conn: &mut PgConnection,
    root: ClientId,
) -> sqlx::Result<Vec<FeaturesVersion>> {
    sqlx::query_as!(
        FeaturesVersion,
        r#"select case when after ? 'features' then after ->> 'features' else after #>> '{fields,features,after}' end
                      as text,
                  actor as author, at
           from audit_log
           where subject_kind = 'client' and subject_id = $1
             and (after ? 'features' and (before is not null or after ->> 'features' is not null)
                  or after -> 'fields' ? 'features')
           order by id desc
           limit 200"#,
        root.to_string()
    )
    .fetch_all(conn)
    .await
}

/// The user, where it may sign in.
pub(crate) async fn active_user(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(r#"select id as "id: UserId" from users where id = $1 and disabled_at is null"#, id.0)
        .fetch_optional(conn)
        .await
}

/// Two cards with one ИНН cannot be made at the same moment.
pub(crate) async fn lock_inn(conn: &mut PgConnection, inn: &str) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('inn:' || $1::text, 0))", inn)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// The root of another family with this ИНН that is not told apart by its КПП.
pub(crate) async fn owner_of_inn(
    conn: &mut PgConnection,
    inn: &str,
    kpp: Option<&str>,
    own: ClientId,
) -> sqlx::Result<Option<ClientId>> {
    sqlx::query_scalar!(
        r#"select c.root_id as "root_id: ClientId"
           from clients c
           where c.inn = $1 and c.root_id <> $3 and coalesce(c.kpp = $2, true)
           order by c.id
           limit 1"#,
        inn,
        kpp,
        own.0
    )
    .fetch_optional(conn)
    .await
}
