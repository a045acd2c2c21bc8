//! Codes of an authenticator app (RFC 6238): six digits, new ones every 30 seconds.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret, Totp};

/// What a person scans or types into the app.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// In base32, as apps take it by hand.
    pub secret: String,
    /// `otpauth://…`
    pub uri: String,
    /// The same as a picture: a PNG.
    pub qr_png: Vec<u8>,
}

/// A new secret for this login.
pub fn enrol(issuer: &str, login: &str) -> Enrolment {
    let secret = Secret::generate();
    // A colon separates the two in the address.
    let of = |text: &str| text.replace(':', " ");
    let totp = Builder::new()
        .with_secret(secret.clone())
        .with_issuer(Some(of(issuer)))
        .with_account_name(of(login))
        .build()
        .expect("the secret is long enough and the names have no colon");
    Enrolment {
        secret: secret.to_base32(),
        uri: totp.to_url().expect("it has a name"),
        qr_png: totp.to_qr_png().expect("the address is short"),
    }
}

/// The period of 30 seconds of which this is the code; a clock may be one period off. `None` for a wrong code.
pub fn step_of(secret: &str, code: &str, now: DateTime<Utc>) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let second = u64::try_from(now.timestamp()).ok()?;
    let step = generator(secret)?.check(&digits, second)?;
    i64::try_from(step).ok()
}

/// The code of this moment, for tests that play the app.
#[cfg(any(test, feature = "fixture"))]
pub fn code_at(secret: &str, now: DateTime<Utc>) -> String {
    let second = u64::try_from(now.timestamp()).expect("after 1970");
    generator(secret).expect("a secret").generate(second).to_string()
}

fn generator(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and codes of appendix B of RFC 6238, of which six digits are shown.
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        assert_eq!(step_of(RFC, "287 082", at(59)), Some(1));
        assert_eq!(step_of(RFC, "081804", at(1_111_111_109)), Some(37_037_036));
        assert_eq!(step_of(RFC, "287083", at(59)), None);
        assert_eq!(step_of(RFC, "слово", at(59)), None);
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off() {
        let code = code_at(RFC, at(3000));
        assert_eq!(
            [2970, 3030, 3060].map(|second| step_of(RFC, &code, at(second))),
            [Some(100), Some(100), None]
        );
    }

    #[test]
    fn what_is_scanned_names_the_hub_and_the_login() {
        let one = enrol("Узел: связь", "anna");
        assert!(one.uri.starts_with("otpauth://totp/") && one.uri.contains("anna"), "{}", one.uri);
        assert!(one.qr_png.starts_with(b"\x89PNG"));
        assert_ne!(one.secret, enrol("Узел", "anna").secret);
    }
}
