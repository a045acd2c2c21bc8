//! Acts that ask for one's own password once more: it proves that it is he who sits there.

use crm_core::access::login::{self, Candidate};
use crm_core::access::{Viewer, profile};

use crate::app::App;
use crate::http::{ApiResult, Problem};

/// Checks the password of whoever is signed in. A wrong one counts as at the log-in, and is told of this field.
pub(super) async fn prove(
    app: &App,
    viewer: &Viewer,
    password: String,
    field: &str,
    wrong: &str,
) -> ApiResult<Candidate> {
    let now = app.now();
    let remote = viewer.remote.as_deref();
    let mut tx = app.pool.begin().await?;
    let me = profile::get(&mut tx, viewer, now).await?;
    let begun = login::begin(&mut tx, &me.login, remote, now).await?;
    tx.commit().await?;
    let candidate = begun.map_err(|wait| Problem::wait(wait, now))?;
    let right = app.passwords.verify(password, candidate.password_hash.clone()).await?;
    let mut tx = app.pool.begin().await?;
    if right {
        login::confirmed(&mut tx, &candidate, remote).await?;
    } else {
        login::fail(&mut tx, &candidate, remote, now).await?;
    }
    tx.commit().await?;
    if right { Ok(candidate) } else { Err(Problem::invalid_field(field, wrong)) }
}
