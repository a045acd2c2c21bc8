//! Whether the program lives, whether it is ready, and its figures. None of it holds personal data.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use crm_core::schema;
use http::request::Parts;
use http::{StatusCode, header};
use metrics::gauge;
use serde::Serialize;
use tokio::time::timeout;

use super::{Problem, Remote};
use crate::app::App;
use crate::config::Config;
use crate::figures::{Figures, float};
use crate::intake::Intake;
use crate::worker::apply::ApplyQueue;

/// A database that takes longer is as good as away.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is looked at.
#[derive(Clone)]
pub struct Vitals {
    /// The database and the clock.
    pub app: App,
    /// The spool; `None` where no webhooks are taken.
    pub intake: Option<Intake>,
    /// What waits for the timeline.
    pub apply: ApplyQueue,
    /// Where figures are gathered.
    pub figures: Figures,
    /// More may not wait.
    pub max_backlog: u64,
    /// Whether everybody may read the figures.
    pub metrics_public: bool,
}

impl Vitals {
    /// With the limits of the configuration.
    pub fn new(config: &Config, app: App, intake: Option<Intake>, apply: ApplyQueue) -> Self {
        Self {
            app,
            intake,
            apply,
            figures: Figures::of_this_process(),
            max_backlog: config.health.max_backlog,
            metrics_public: config.metrics.public,
        }
    }

    fn backlog(&self) -> u64 {
        u64::try_from(self.apply.backlog()).unwrap_or(u64::MAX)
    }

    async fn schema(&self) -> Option<schema::SchemaState> {
        let look = async {
            let mut conn = self.app.pool.acquire().await?;
            schema::state(&mut conn, self.app.now().date_naive()).await
        };
        timeout(PATIENCE, look).await.ok()?.ok()
    }
}

/// `/health/live`, `/health/ready` and `/metrics`.
pub fn router(vitals: Vitals) -> Router {
    Router::new()
        .route("/health/live", get(|| async { Json(Live { live: true }) }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(vitals)
}

#[derive(Serialize)]
struct Live {
    live: bool,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// Names of the checks that failed.
    failing: Vec<&'static str>,
    checks: Vec<Check>,
    /// Damaged files `*.broken` in the spool folder: no reason to post elsewhere, but somebody should look at them.
    broken_spool_files: usize,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
}

async fn ready(State(vitals): State<Vitals>) -> impl IntoResponse {
    let schema = vitals.schema().await;
    let checks = [
        ("database", schema.is_some()),
        ("migrations", schema.is_some_and(|schema| schema.is_current)),
        ("partitions", schema.is_some_and(|schema| schema.has_partitions)),
        ("spool", vitals.intake.as_ref().is_none_or(Intake::has_room)),
        ("backlog", vitals.backlog() <= vitals.max_backlog),
    ];
    let checks: Vec<Check> = checks.into_iter().map(|(name, ok)| Check { name, ok }).collect();
    let failing: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    let status = if failing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let broken_spool_files = vitals.intake.as_ref().map_or(0, Intake::broken_files);
    let body = Json(Ready { ready: failing.is_empty(), failing, checks, broken_spool_files });
    (status, [(header::CACHE_CONTROL, "no-store")], body)
}

async fn metrics(State(vitals): State<Vitals>, request: Request) -> Result<impl IntoResponse, Problem> {
    let (parts, _) = request.into_parts();
    if !vitals.metrics_public && !comes_from_inside(&parts, &vitals.app) {
        return Err(Problem::forbidden(
            "Показатели доступны только с этой машины и из частных сетей; см. UZEL_METRICS_PUBLIC.",
        ));
    }
    vitals.figures.count_raw(&vitals.app.pool).await;
    if let Some(intake) = &vitals.intake {
        gauge!("uzel_spool_bytes").set(float(intake.spooled_bytes().try_into().unwrap_or(i64::MAX)));
    }
    gauge!("uzel_apply_backlog").set(float(vitals.backlog().try_into().unwrap_or(i64::MAX)));
    let idle = u32::try_from(vitals.app.pool.num_idle()).unwrap_or(u32::MAX);
    let busy = vitals.app.pool.size().saturating_sub(idle);
    gauge!("uzel_database_connections", "state" => "idle").set(idle);
    gauge!("uzel_database_connections", "state" => "busy").set(busy);
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, vitals.figures.page()))
}

/// A request from this machine or a private network, as far as we can know: one that a proxy handed on says so, and
/// counts only where the proxy is declared, because its own address is private as a rule.
fn comes_from_inside(parts: &Parts, app: &App) -> bool {
    let handed_on =
        parts.headers.contains_key("x-forwarded-for") || parts.headers.contains_key(header::FORWARDED);
    if handed_on && !app.settings.behind_proxy {
        return false;
    }
    let remote = Remote::of(parts, app).and_then(|address| address.parse().ok());
    match remote {
        Some(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Some(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests;
