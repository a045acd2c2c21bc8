//! Click-to-call: the provider rings the employee and then dials the client («callback»,
//! <https://ringme-confluence.atlassian.net/wiki/spaces/Ringme/pages/1901921362/callback>).

use async_trait::async_trait;
use bytes::Bytes;
use connector_api::{Accepted, CallRequest, CallStarter, SendError};
use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::Office;
use crate::api::Request;

#[async_trait]
impl CallStarter for Office {
    async fn start_call(&self, request: &CallRequest) -> Result<Accepted, SendError> {
        let found = self.api.extension(&request.extension).await;
        // Reading the list starts nothing: whatever failed, no phone rings.
        let extension = found.map_err(not_started)?.ok_or_else(|| unknown_extension(&request.extension))?;
        let callback = request_for(extension.id, &self.shown_number, request);
        let answer = self.api.ask(&callback).await.map_err(crate::api::ApiError::for_call)?;
        read_response(&answer.body)
    }
}

fn not_started(error: crate::api::ApiError) -> SendError {
    match error.for_call() {
        SendError::Unknown(error) => SendError::Temporary(error),
        other => other,
    }
}

fn unknown_extension(number: &str) -> SendError {
    SendError::rejected(
        "unknown_extension",
        format!("В Телфине нет добавочного {number}: проверьте, какой добавочный указан у сотрудника."),
    )
}

fn request_for(extension_id: u64, shown_number: &str, request: &CallRequest) -> Request {
    let mut body = json!({ "src_num": [request.extension], "dst_num": request.to.e164() });
    if !shown_number.is_empty() {
        body["dst_ani"] = shown_number.into();
    }
    Request::with_body(Method::POST, format!("/extension/{extension_id}/callback/"), body)
}

#[derive(Deserialize)]
struct Started {
    /// The `CallID` and `CallBackID` of the events that follow.
    call_id: Option<String>,
}

/// Reads the answer of a good status. What cannot be read may still have started the call.
fn read_response(body: &Bytes) -> Result<Accepted, SendError> {
    let started: Started = serde_json::from_slice(body)
        .map_err(|_| SendError::Unknown("the answer to a callback cannot be read".into()))?;
    Ok(match started.call_id.filter(|id| !id.is_empty()) {
        Some(id) => Accepted::with_id(id.to_lowercase()),
        None => Accepted::done(),
    })
}

#[cfg(test)]
mod tests {
    use connector_api::{PhoneNumber, Region};

    use super::*;

    fn asked() -> CallRequest {
        CallRequest {
            id: "00000000-0000-0000-0000-000000001234".parse().expect("an id"),
            extension: "101".to_owned(),
            to: PhoneNumber::parse("+79000000001", Region::Russia).expect("a number"),
        }
    }

    #[test]
    fn a_call_rings_the_employee_first_and_shows_the_companys_number() {
        let request = request_for(410_101, "74950000101", &asked());
        assert_eq!(request.path, "/extension/410101/callback/");
        let expected = json!({"src_num": ["101"], "dst_num": "+79000000001", "dst_ani": "74950000101"});
        assert_eq!((request.method, request.body), (Method::POST, Some(expected)));
        assert!(request_for(410_101, "", &asked()).body.is_some_and(|body| body.get("dst_ani").is_none()));
    }

    #[test]
    fn an_answer_is_read_and_an_unreadable_one_leaves_the_outcome_unknown() {
        let read = |body: &'static str| read_response(&Bytes::from_static(body.as_bytes()));
        let told = read(r#"{"call_api_id":"cb-1-5E0C","call_id":"5E0C1D2B3A49586776859403A2B1C0DF"}"#);
        assert_eq!(told.ok(), Some(Accepted::with_id("5e0c1d2b3a49586776859403a2b1c0df")));
        assert_eq!(read("{}").ok(), Some(Accepted::done()));
        for cut in ["", r#"{"call_api_id":"cb-1"#, "<html>"] {
            assert!(matches!(read(cut), Err(SendError::Unknown(_))), "{cut}");
        }
    }
}
