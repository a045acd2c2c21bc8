//! New cards and edited ones.

use chrono::{DateTime, Utc};
use connector_api::Region;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    ClientCard, ClientEdit, ClientStatus, NewClient, read,
    store::{self, Fields},
};
use crate::{
    ClientId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        error::{Result, TakenBy},
        freeze, reach,
        requisites::{self, RequisiteError},
        search_key::search_key,
        text::words,
        trace::{self, Change},
    },
};

/// Creates a card. An ИНН that exists is refused, with whatever the viewer may know of its owner; another КПП makes a
/// branch, which is no duplicate (I.4). Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    new: NewClient,
) -> Result<ClientCard> {
    viewer.require(Right::ClientsWrite)?;
    if new.responsible_id.is_some_and(|user| user != viewer.user_id) {
        viewer.require(Right::ClientsTransfer)?;
    }
    let id = ClientId::at(now);
    let empty = Fields::empty(id, now);
    let region = new.region;
    let wanted = ClientEdit {
        version: empty.version,
        name: Some(new.name),
        status: None,
        inn: Some(new.inn),
        kpp: Some(new.kpp),
        ogrn: Some(new.ogrn),
        city: Some(new.city),
        time_zone: Some(new.time_zone),
        features: Some(new.features),
        region,
    };
    let mut fields = changed(&empty, wanted)?;
    fields.responsible_id = new.responsible_id;
    fields.name_is_chosen = true;
    if let Some(user) = fields.responsible_id {
        store::active_user(conn, user).await?.ok_or(NO_SUCH_USER)?;
    }
    free_inn(conn, viewer, &fields).await?;
    store::insert(conn, &fields, &search_key(&fields.name)).await?;
    let change = Change {
        action: "client.create",
        subject_kind: "client",
        subject_id: id.0,
        before: None,
        after: Some(json!(fields)),
    };
    trace::record(conn, viewer, now, change).await?;
    read(conn, viewer, id).await
}

pub(super) const NO_SUCH_USER: ClientError = ClientError::Invalid {
    field: "responsible_id",
    reason: "Такого сотрудника нет, или он отключён.",
};

/// Changes fields of a card whose version the viewer has read. Name and requisites that a person has already given are
/// frozen but for those who correct contacts (S0.1, S1.15); an empty one may be filled. Wants a transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ClientId,
    edit: ClientEdit,
) -> Result<ClientCard> {
    let root = reach::client_under(conn, viewer, Right::ClientsWrite, id).await?;
    let before = store::fields(conn, root.id).await?;
    if before.version != edit.version {
        return Err(ClientError::Stale { current: before.version });
    }
    let mut after = changed(&before, edit)?;
    if touches_frozen(&before, &after) {
        freeze::pass(conn, viewer).await?;
    }
    if before.status == ClientStatus::Client && after.status == ClientStatus::CommonBase {
        // There is no way back without the administrator (S1.7).
        viewer.require(Right::UsersManage)?;
    }
    if (&after.inn, &after.kpp) != (&before.inn, &before.kpp) {
        free_inn(conn, viewer, &after).await?;
    }
    if after != before {
        after.name_is_chosen |= after.name != before.name;
        after.automatic = false;
        after.version += 1;
        after.updated_at = now;
        store::update(conn, &after, &search_key(&after.name)).await?;
        let (before, after) = Fields::difference(&before, &after);
        let change = Change {
            action: "client.edit",
            subject_kind: "client",
            subject_id: root.id.0,
            before: Some(before),
            after: Some(after),
        };
        trace::record(conn, viewer, now, change).await?;
    }
    read(conn, viewer, id).await
}

fn touches_frozen(before: &Fields, after: &Fields) -> bool {
    let replaced = |old: &Option<String>, new: &Option<String>| old.is_some() && old != new;
    before.name_is_chosen && before.name != after.name
        || replaced(&before.inn, &after.inn)
        || replaced(&before.kpp, &after.kpp)
        || replaced(&before.ogrn, &after.ogrn)
}

/// The fields with the edit applied and checked.
pub(in crate::clients) fn changed(before: &Fields, edit: ClientEdit) -> Result<Fields> {
    let mut fields = before.clone();
    let region = edit.region.unwrap_or(Region::Russia);
    if let Some(name) = edit.name {
        fields.name = words(Some(name))
            .ok_or(ClientError::Invalid {
                field: "name", reason: "Название не может быть пустым."
            })?;
    }
    if let Some(status) = edit.status {
        fields.status = status;
    }
    if let Some(inn) = edit.inn {
        fields.inn = checked("inn", words(inn), |text| requisites::inn(text, region))?;
    }
    if let Some(kpp) = edit.kpp {
        fields.kpp = checked("kpp", words(kpp), requisites::kpp)?;
    }
    if let Some(ogrn) = edit.ogrn {
        fields.ogrn = checked("ogrn", words(ogrn), requisites::ogrn)?;
    }
    if let Some(city) = edit.city {
        fields.city = words(city);
    }
    if let Some(zone) = edit.time_zone {
        fields.time_zone = words(zone);
        if fields.time_zone.as_deref().is_some_and(|zone| !looks_like_zone(zone)) {
            return Err(ClientError::Invalid {
                field: "time_zone",
                reason: "Часовой пояс пишется как «Europe/Moscow».",
            });
        }
    }
    if let Some(features) = edit.features {
        fields.features = features.filter(|text| !text.trim().is_empty());
    }
    Ok(fields)
}

fn checked(
    field: &'static str,
    text: Option<String>,
    check: impl Fn(&str) -> Result<String, RequisiteError>,
) -> Result<Option<String>> {
    text.map(|text| check(&text)).transpose().map_err(|error| ClientError::Invalid {
        field,
        reason: match error {
            RequisiteError::Character => "В номере есть лишний знак.",
            RequisiteError::Length => "У номера не та длина.",
            RequisiteError::CheckDigits => "Контрольные цифры номера не сходятся: в нём опечатка.",
        },
    })
}

fn looks_like_zone(zone: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    zone == "UTC" || (zone.chars().all(plain) && zone.contains('/') && zone.len() <= 64)
}

/// Refuses an ИНН that another client has.
async fn free_inn(conn: &mut PgConnection, viewer: &Viewer, fields: &Fields) -> Result<()> {
    let Some(inn) = &fields.inn else { return Ok(()) };
    store::lock_inn(conn, inn).await?;
    let Some(owner) = store::owner_of_inn(conn, inn, fields.kpp.as_deref(), fields.id).await? else {
        return Ok(());
    };
    let by = match reach::readable_client(conn, viewer, owner).await {
        Ok(root) => TakenBy::Client { id: root.id },
        Err(ClientError::Foreign(stub)) => TakenBy::Foreign { stub },
        Err(ClientError::Forbidden(_)) => TakenBy::Hidden,
        Err(error) => return Err(error),
    };
    Err(ClientError::Taken { field: "inn", by })
}
