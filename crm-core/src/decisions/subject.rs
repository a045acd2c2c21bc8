//! What an answer does: one line for each kind of question.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Decision, Effect};
use crate::{
    access::Viewer,
    clients::{ClientError, access_request, error::Result, request},
};

pub(super) async fn apply(
    conn: &mut PgConnection,
    viewer: &Viewer,
    decision: &Decision,
    word: &str,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Effect> {
    match decision.subject_kind.as_str() {
        request::SUBJECT => request::decided(conn, viewer, decision.subject_id, word, comment, now).await,
        access_request::SUBJECT => {
            access_request::decided(conn, viewer, decision.subject_id, word, comment, now).await
        }
        // Asked by a newer version of the program.
        _ => Err(ClientError::NotFound),
    }
}
