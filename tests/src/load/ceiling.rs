//! The raw ceilings, in a process of their own: the same HTTP library and reading of bodies, the same group commit, the
//! same PostgreSQL, and nothing else. What the hub does beside is the hub's cost.

mod groups;

use std::net::SocketAddr;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use groups::{Group, Waiting};

/// The hidden first argument by which the driver becomes the ceilings.
const BECOME: &str = "__ceiling";

/// The statement that makes the tables: copies with all indexes and checks, the raw one with one partition as the hub's
/// has one of the day.
const TABLES: &str = "drop table if exists ceiling_raw, ceiling_interactions;
    create table ceiling_raw (like raw_events including all) partition by range (received_at);
    create table ceiling_raw_other partition of ceiling_raw default;
    create table ceiling_interactions (like interactions including all)";

/// When the driver was started as the ceilings, it is them.
pub(super) fn run_as_ceiling() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next()? != BECOME {
        return None;
    }
    let (socket, port) = (arguments.next()?, arguments.next()?.parse().ok()?);
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(serve(&socket, port)));
    Some(match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ceiling: {error:#}");
            ExitCode::FAILURE
        }
    })
}

/// The ceilings, running.
pub(super) struct Ceiling {
    child: Child,
    pub address: SocketAddr,
}

impl Ceiling {
    /// Starts them beside the database of this pool.
    pub async fn start(pool: &PgPool) -> anyhow::Result<Self> {
        sqlx::raw_sql(TABLES).execute(pool).await?;
        let options = pool.connect_options();
        let socket = options.get_socket().context("the private PostgreSQL has a socket")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(BECOME).arg(socket).arg(options.get_port().to_string());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = child.stdout.take().context("the standard output is piped")?;
        let line = BufReader::new(output).lines().next_line().await?;
        let address = line.context("the ceilings did not start")?.parse()?;
        Ok(Self { child, address })
    }

    /// Ends them and drops their tables.
    pub async fn stop(mut self, pool: &PgPool) -> anyhow::Result<()> {
        self.child.kill().await?;
        sqlx::raw_sql("drop table ceiling_raw, ceiling_interactions").execute(pool).await?;
        Ok(())
    }

    /// Empties the tables between rounds, so that no round is slower for the rows of another.
    pub async fn empty(pool: &PgPool) -> anyhow::Result<()> {
        sqlx::raw_sql("truncate ceiling_raw, ceiling_interactions").execute(pool).await?;
        Ok(())
    }
}

#[derive(Clone)]
struct Doors {
    raw: Group,
    rows: Group,
    pool: PgPool,
}

async fn serve(socket: &str, port: u16) -> anyhow::Result<()> {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(socket)
        .port(port)
        .username("uzel")
        .database("uzel")
        .application_name("ceiling");
    let pool = |size| PgPoolOptions::new().max_connections(size).connect_lazy_with(options.clone());
    // As many connections as the hub has for its intake, and for its reads.
    let intake = pool(4);
    let doors = Doors {
        raw: Group::start(&intake, groups::What::Raw),
        rows: Group::start(&intake, groups::What::RawAndRow),
        pool: pool(20),
    };
    let router = Router::new()
        .route("/raw/{key}", any(raw))
        .route("/rows/{key}", any(rows))
        .route("/page/{contact}", get(page))
        .with_state(doors);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

async fn raw(State(doors): State<Doors>, Path(_): Path<String>, request: Request) -> StatusCode {
    take(&doors.raw, request).await
}

async fn rows(State(doors): State<Doors>, Path(_): Path<String>, request: Request) -> StatusCode {
    take(&doors.rows, request).await
}

/// Reads the body as the hub does, and waits until it is on disk.
async fn take(group: &Group, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let Ok(body) = read_body(body).await else { return StatusCode::BAD_REQUEST };
    let received_at = gateway::clock::now();
    let content_type = content_type(&parts.headers);
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if group.store(Waiting::new(received_at, content_type, query, body)).await {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn read_body(body: Body) -> anyhow::Result<bytes::Bytes> {
    let read = axum::body::to_bytes(body, 4 << 20);
    Ok(tokio::time::timeout(Duration::from_secs(10), read).await??)
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A row, as plainly as it can be read.
#[derive(Serialize, sqlx::FromRow)]
struct Row {
    id: Uuid,
    contact_id: Option<Uuid>,
    conversation_id: Option<Uuid>,
    kind: String,
    direction: Option<String>,
    occurred_at: DateTime<Utc>,
    body: Option<String>,
}

/// The bare read of 50 rows by an index.
async fn page(State(doors): State<Doors>, Path(contact): Path<Uuid>) -> Response {
    let rows: Result<Vec<Row>, sqlx::Error> = sqlx::query_as(
        "select id, contact_id, conversation_id, kind, direction, occurred_at, body from interactions
         where contact_id = $1 order by occurred_at desc, id desc limit 50",
    )
    .bind(contact)
    .fetch_all(&doors.pool)
    .await;
    match rows {
        Ok(rows) => axum::Json(rows).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
