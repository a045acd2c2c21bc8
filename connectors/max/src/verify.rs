//! Proof of a webhook: the secret that we gave to the provider comes back in a header. There is no signature.

use connector_api::{Verified, VerifyError, WebhookRequest, secret_matches};
use http::Method;

/// <https://dev.max.ru/docs-api/methods/POST/subscriptions>
const HEADER: &str = "X-Max-Bot-Api-Secret";

/// Whether the request carries our secret. An empty secret lets nobody in.
pub(crate) fn verify(secret: &str, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
    if request.method != Method::POST {
        return Err(VerifyError::Method);
    }
    let given = request.headers.get(HEADER).ok_or(VerifyError::MissingSignature)?;
    match given.to_str() {
        Ok(given) if secret_matches(secret, given) => Ok(Verified::Genuine),
        _ => Err(VerifyError::WrongSignature),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use chrono::DateTime;
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    const SECRET: &str = "Abc_123-xyz";

    fn verified(secret: &str, method: &Method, header: Option<&[u8]>) -> Result<Verified, VerifyError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            let name = HeaderName::from_static("x-max-bot-api-secret");
            headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        }
        let request = WebhookRequest {
            method,
            url_secret: None,
            query: "",
            headers: &headers,
            body: b"{\"update_type\":\"bot_started\"}",
            remote: IpAddr::V4(Ipv4Addr::LOCALHOST),
            received_at: DateTime::UNIX_EPOCH,
        };
        verify(secret, &request)
    }

    #[test]
    fn only_the_exact_secret_is_genuine() {
        assert_eq!(verified(SECRET, &Method::POST, Some(SECRET.as_bytes())), Ok(Verified::Genuine));
        for wrong in ["abc_123-xyz", "Abc_123-xy", "Abc_123-xyzz", "Abc_123", "", "\u{430}"] {
            let refused = verified(SECRET, &Method::POST, Some(wrong.as_bytes()));
            assert_eq!(refused, Err(VerifyError::WrongSignature), "{wrong:?}");
        }
    }

    #[test]
    fn a_request_without_the_header_is_told_apart_from_a_wrong_secret() {
        assert_eq!(verified(SECRET, &Method::POST, None), Err(VerifyError::MissingSignature));
    }

    #[test]
    fn an_account_without_a_secret_takes_no_webhooks() {
        assert_eq!(verified("", &Method::POST, Some(b"")), Err(VerifyError::WrongSignature));
    }

    #[test]
    fn only_post_is_used() {
        assert_eq!(verified(SECRET, &Method::GET, Some(SECRET.as_bytes())), Err(VerifyError::Method));
    }
}
