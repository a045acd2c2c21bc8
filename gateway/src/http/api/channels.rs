//! The lights of the channels, for everybody; asking and mending, for those who manage them.

use axum::Json;
use axum::extract::State;
use crm_core::AccountId;
use crm_core::access::Right;
use crm_core::accounts::health::{self, Cause, Health, Light};
use crm_core::timeline::entry::words::ChannelWord;
use http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(check)).routes(routes!(repair))
}

/// A channel and its light. Not the word of the document, which names the kinds of networks.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ChannelHealth)]
struct Channel {
    id: AccountId,
    name: String,
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    /// It takes and sends.
    enabled: bool,
    /// It can be written to.
    writes: bool,
    #[serde(flatten)]
    health: Health,
}

/// All channels with their lights, in the order in which they were made.
#[derive(Serialize, utoipa::ToSchema)]
struct ChannelList {
    items: Vec<Channel>,
}

/// How the channels are doing. The live feed says `notice` when this has changed.
#[utoipa::path(
    get, path = "/channels", tag = "accounts", operation_id = "list_channels",
    responses((status = 200, body = ChannelList), Unauthorized, Refused),
)]
async fn list(State(app): State<App>, Signed(_viewer): Signed) -> ApiResult<Json<ChannelList>> {
    let mut conn = app.pool.acquire().await?;
    let mut items = Vec::new();
    for account in app.accounts.all() {
        items.push(Channel {
            id: account.id,
            name: account.name.clone(),
            channel: account.channel.as_str(),
            enabled: account.enabled,
            writes: account.connector.outbound().is_some(),
            health: health::health(&mut conn, account.id, app.now()).await?,
        });
    }
    for broken in app.accounts.broken() {
        let mut health = health::health(&mut conn, broken.id, app.now()).await?;
        health.light = Light::Red;
        health.causes.insert(0, broken_settings());
        let known = crate::connectors::find(&broken.connector_name);
        items.push(Channel {
            id: broken.id,
            name: broken.name,
            channel: known.map_or("sms", |info| info.channel.as_str()),
            enabled: broken.enabled,
            writes: false,
            health,
        });
    }
    items.sort_by_key(|channel| channel.id);
    Ok(Json(ChannelList { items }))
}

fn broken_settings() -> Cause {
    Cause {
        code: "settings".into(),
        text: "Настройки канала не подходят: откройте «Каналы» и исправьте их.".into(),
        light: Light::Red,
        repairable: false,
        since: None,
    }
}

/// «Проверить»: asks the provider at the next occasion, within seconds, and tries what waits to be sent.
#[utoipa::path(
    post, path = "/accounts/{id}/check", tag = "accounts", operation_id = "check_account",
    params(("id" = AccountId, Path)),
    responses((status = 202), Invalid, Unauthorized, Refused, Missing),
)]
async fn check(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    health::check_now(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// What was mended.
#[derive(Serialize, utoipa::ToSchema)]
struct Repaired {
    /// Step by step, in Russian; empty when there was nothing to do.
    done: Vec<String>,
}

/// «Настроить у провайдера»: makes the provider send its events to us.
#[utoipa::path(
    post, path = "/accounts/{id}/repair", tag = "accounts", operation_id = "repair_account",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = Repaired), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn repair(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<Json<Repaired>> {
    viewer.require(Right::AccountsManage)?;
    let account = app.accounts.by_id(id).ok_or_else(Problem::not_found)?;
    let probe = account
        .connector
        .probe()
        .ok_or_else(|| Problem::conflict("У этого провайдера адрес событий вводится в его кабинете."))?;
    let base = app.settings.public_url.as_deref().ok_or_else(|| {
        Problem::conflict(
            "Укажите адрес системы в интернете (UZEL_PUBLIC_URL): без него провайдеру некуда обращаться.",
        )
    })?;
    let url = app.accounts.webhook_url(base, id).ok_or_else(Problem::not_found)?;
    let done = probe.repair(&url).await.map_err(|error| {
        tracing::info!(account.id = %id, %error, "a provider could not be set up");
        Problem::conflict("Провайдер не ответил или отказал: проверьте настройки канала и повторите.")
    })?;
    let mut tx = app.pool.begin().await?;
    health::repaired(&mut tx, &viewer, id, &done, app.now()).await?;
    tx.commit().await?;
    Ok(Json(Repaired { done }))
}
