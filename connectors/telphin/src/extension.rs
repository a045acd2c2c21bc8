//! The extensions of the account, as the provider lists them.

use std::sync::Arc;
use std::time::Duration;

use connector_api::BoxError;
use serde::Deserialize;
use tokio::time::Instant;

use crate::api::{Api, ApiError, PAGES_AT_MOST, PER_PAGE, Request};
use crate::numbering::short;

/// Extensions change seldom, and every request counts against the hour.
const KEPT_FOR: Duration = Duration::from_secs(3600);

/// One extension.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct WireExtension {
    pub(crate) id: u64,
    /// `10129*101`
    pub(crate) name: String,
    /// `phone`, `queue`, `ivr`, `fax`
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl WireExtension {
    /// What people dial.
    pub(crate) fn number(&self) -> &str {
        short(&self.name)
    }
}

/// What the list was a while ago.
#[derive(Default)]
pub(crate) struct Extensions(tokio::sync::Mutex<Option<(Instant, Arc<Vec<WireExtension>>)>>);

impl Api {
    /// All extensions, as they were at most an hour ago.
    pub(crate) async fn extensions(&self) -> Result<Arc<Vec<WireExtension>>, ApiError> {
        let mut kept = self.extensions.0.lock().await;
        if let Some((read_at, list)) = kept.as_ref()
            && read_at.elapsed() < KEPT_FOR
        {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(self.list_extensions().await?);
        *kept = Some((Instant::now(), Arc::clone(&list)));
        Ok(list)
    }

    /// The extension that is dialled by this number. A number that is not in the list makes it be read anew, once.
    pub(crate) async fn extension(&self, number: &str) -> Result<Option<WireExtension>, ApiError> {
        let find = |list: &[WireExtension]| list.iter().find(|known| known.number() == number).cloned();
        if let Some(found) = find(&self.extensions().await?) {
            return Ok(Some(found));
        }
        self.forget_extensions().await;
        Ok(find(&self.extensions().await?))
    }

    /// The next question reads the list anew.
    pub(crate) async fn forget_extensions(&self) {
        *self.extensions.0.lock().await = None;
    }

    async fn list_extensions(&self) -> Result<Vec<WireExtension>, ApiError> {
        let mut all = Vec::new();
        for page in 1..=PAGES_AT_MOST {
            let answer = self.ask(&Request::page("/client/@me/extension/", &[], page)).await?;
            let part: Vec<WireExtension> = read_list(&answer.body)?;
            let is_last = part.len() < PER_PAGE;
            all.extend(part);
            if is_last {
                break;
            }
        }
        Ok(all)
    }
}

/// A bare JSON array.
pub(crate) fn read_list<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<Vec<T>, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("a list that cannot be read (line {}, column {})", error.line(), error.column());
        ApiError::Unknown(BoxError::from(place))
    })
}
