//! «Мой профиль».

use axum::Json;
use axum::extract::State;
use crm_core::access::profile::{self, Profile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::own_secret;
use crate::app::App;
use crate::http::problem::documented::{Invalid, Refused, TooMany, Unauthorized};
use crate::http::{ApiJson, ApiResult, Arrived, Problem, Signed, SignedSession};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, edit)).routes(routes!(set_email))
}

/// The viewer himself, and by whose clocks the company counts its days.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    profile: Profile,
    /// As in the zone database: a day of return and the day of a task begin at its midnight.
    company_zone: String,
}

impl Me {
    /// The profile with what the company has set.
    pub(super) fn new(app: &App, profile: Profile) -> Self {
        Self { profile, company_zone: app.company.zone.to_string() }
    }
}

/// What a user changes of himself. Any other field is refused with 403: it is the administrator's.
#[derive(Deserialize, utoipa::ToSchema)]
struct ProfilePatch {
    /// An empty text takes it away.
    phone: Option<String>,
    #[serde(flatten)]
    #[schema(ignore)]
    others: Map<String, Value>,
}

/// Who I am and what I may.
#[utoipa::path(
    get, path = "/me", tag = "me", operation_id = "get_me",
    responses((status = 200, body = Me), Unauthorized),
)]
async fn get(State(app): State<App>, Arrived(viewer): Arrived) -> ApiResult<Json<Me>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(Me::new(&app, profile::get(&mut conn, &viewer, app.now()).await?)))
}

/// Changes my own data.
#[utoipa::path(
    patch, path = "/me", tag = "me", operation_id = "edit_me",
    request_body = ProfilePatch,
    responses((status = 200, body = Me), Invalid, Unauthorized, Refused),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(patch): ApiJson<ProfilePatch>,
) -> ApiResult<Json<Me>> {
    if let Some(field) = patch.others.keys().next() {
        let detail = format!("Поле «{field}» меняет только администратор.");
        return Err(Problem::forbidden(detail).with("field", field.as_str()));
    }
    let now = app.now();
    let mut tx = app.pool.begin().await?;
    let profile = match patch.phone {
        Some(phone) => profile::set_phone(&mut tx, &viewer, &phone, now).await?,
        None => profile::get(&mut tx, &viewer, now).await?,
    };
    tx.commit().await?;
    Ok(Json(Me::new(&app, profile)))
}

/// Where the hub is to write to me, and the password that proves that it is I who asks for it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnEmail {
    /// An empty text takes it away.
    email: String,
    #[schema(format = Password)]
    password: String,
}

/// Changes my address; the former one gets a letter about it.
#[utoipa::path(
    put, path = "/me/email", tag = "me", operation_id = "change_my_email",
    request_body = OwnEmail,
    responses((status = 200, body = Me), Invalid, Unauthorized, Refused, TooMany),
)]
async fn set_email(
    State(app): State<App>,
    signed: SignedSession,
    ApiJson(body): ApiJson<OwnEmail>,
) -> ApiResult<Json<Me>> {
    own_secret::prove(&app, &signed.viewer, body.password, "password", "Пароль неверен.").await?;
    let mut tx = app.pool.begin().await?;
    let profile = profile::set_email(&mut tx, &signed.viewer, &body.email, app.now()).await?;
    tx.commit().await?;
    Ok(Json(Me::new(&app, profile)))
}
