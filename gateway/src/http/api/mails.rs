//! «Письма узла»: what the hub writes to its own people.

use axum::Json;
use axum::extract::State;
use crm_core::MailId;
use crm_core::mail::{self, Mail, MailAttempt, MailState, Words};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiQuery, ApiResult, Cursor, Limit, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(retry))
        .routes(routes!(test))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct MailsQuery {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<MailId>>,
    /// Only those in this state.
    state: Option<MailState>,
}

/// Letters, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct MailPage {
    items: Vec<Mail>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// A letter with its tries.
#[derive(Serialize, utoipa::ToSchema)]
struct MailWithAttempts {
    mail: Mail,
    /// The first one first.
    attempts: Vec<MailAttempt>,
}

/// Letters, the newest first.
#[utoipa::path(
    get, path = "/mails", tag = "mails", operation_id = "list_mails",
    params(MailsQuery),
    responses((status = 200, body = MailPage), Invalid, Unauthorized, Refused),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<MailsQuery>,
) -> ApiResult<Json<MailPage>> {
    let behind = query.cursor.map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = mail::list(&mut conn, &viewer, query.state, behind, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |mail| mail.id);
    Ok(Json(MailPage { items, next_cursor }))
}

/// One letter and every try to send it, with its cause in words.
#[utoipa::path(
    get, path = "/mails/{id}", tag = "mails", operation_id = "get_mail",
    params(("id" = MailId, Path)),
    responses((status = 200, body = MailWithAttempts), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MailId>,
) -> ApiResult<Json<MailWithAttempts>> {
    let (mail, attempts) = mail::get(&mut *app.pool.acquire().await?, &viewer, id).await?;
    Ok(Json(MailWithAttempts { mail, attempts }))
}

/// «Отправить ещё раз»: a letter that was given up or waits is due at once.
#[utoipa::path(
    post, path = "/mails/{id}/retry", tag = "mails", operation_id = "retry_mail",
    params(("id" = MailId, Path)),
    responses((status = 202, body = Mail), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn retry(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MailId>,
) -> ApiResult<(StatusCode, Json<Mail>)> {
    let mut tx = app.pool.begin().await?;
    let mail = mail::retry(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(mail)))
}

/// «Проверочное письмо» to my own address. What becomes of it stands in the list.
#[utoipa::path(
    post, path = "/mails/test", tag = "mails", operation_id = "send_test_mail",
    responses((status = 202, body = Mail), Unauthorized, Refused, Conflict),
)]
async fn test(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<(StatusCode, Json<Mail>)> {
    let words = Words {
        subject: "Проверочное письмо узла".to_owned(),
        text: "Почта узла работает: сюда приходят письма о каналах и задачах, которые требуют внимания."
            .to_owned(),
    };
    let mut tx = app.pool.begin().await?;
    let mail = mail::write_to_oneself(&mut tx, &viewer, &words, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(mail)))
}
