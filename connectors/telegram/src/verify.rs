//! Proof of a webhook: the secret that we gave to the provider comes back in a header. There is no signature.

use connector_api::{Verified, VerifyError, WebhookRequest, secret_matches};
use http::Method;

/// <https://core.telegram.org/bots/api#setwebhook>
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

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

    fn verified(method: &Method, header: Option<(&str, &[u8])>) -> Result<Verified, VerifyError> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        }
        let request = WebhookRequest {
            method,
            url_secret: None,
            query: "",
            headers: &headers,
            body: b"{\"update_id\":1}",
            remote: IpAddr::V4(Ipv4Addr::LOCALHOST),
            received_at: DateTime::UNIX_EPOCH,
        };
        verify(SECRET, &request)
    }

    #[test]
    fn only_the_exact_secret_is_genuine() {
        let wrong = Err(VerifyError::WrongSignature);
        for (value, expected) in [
            ("Abc_123-xyz", Ok(Verified::Genuine)),
            ("abc_123-xyz", wrong.clone()),
            ("ABC_123-XYZ", wrong.clone()),
            ("Abc_123-xy", wrong.clone()),
            ("Abc_123-xyzz", wrong.clone()),
            ("", wrong),
        ] {
            assert_eq!(verified(&Method::POST, Some((HEADER, value.as_bytes()))), expected, "{value:?}");
        }
        let bytes = verified(&Method::POST, Some((HEADER, b"\xd0\xb0")));
        assert_eq!(bytes, Err(VerifyError::WrongSignature));
    }

    #[test]
    fn the_name_of_the_header_is_accepted_in_any_case() {
        for name in ["x-telegram-bot-api-secret-token", "X-TELEGRAM-BOT-API-SECRET-TOKEN", HEADER] {
            let header = Some((name, SECRET.as_bytes()));
            assert_eq!(verified(&Method::POST, header), Ok(Verified::Genuine), "{name}");
        }
    }

    #[test]
    fn a_request_without_the_header_is_told_apart_from_a_wrong_secret() {
        assert_eq!(verified(&Method::POST, None), Err(VerifyError::MissingSignature));
    }

    #[test]
    fn only_post_is_used() {
        let header = Some((HEADER, SECRET.as_bytes()));
        assert_eq!(verified(&Method::GET, header), Err(VerifyError::Method));
    }

    #[test]
    fn an_account_without_a_secret_takes_no_webhooks() {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-telegram-bot-api-secret-token"),
            HeaderValue::from_static(""),
        )]);
        let request = WebhookRequest {
            method: &Method::POST,
            url_secret: None,
            query: "",
            headers: &headers,
            body: b"",
            remote: IpAddr::V4(Ipv4Addr::LOCALHOST),
            received_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(verify("", &request), Err(VerifyError::WrongSignature));
    }
}
