//! Passwords: what is good enough, and how it is kept. Hashing takes tens of milliseconds of one core: never on an
//! asynchronous thread.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 10;

/// The longest one: hashing must not become a way to keep us busy.
const MAX_BYTES: usize = 1024;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than `MIN_CHARS` characters.
    #[error("the password is too short")]
    TooShort,
    /// More than a kilobyte.
    #[error("the password is too long")]
    TooLong,
    /// The login itself, in whatever case.
    #[error("the password equals the login")]
    SameAsLogin,
}

/// Decides whether a password may be set for this login.
pub fn check(login: &str, password: &str) -> Result<(), WeakPassword> {
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if password.trim().to_lowercase() == login.to_lowercase() {
        return Err(WeakPassword::SameAsLogin);
    }
    Ok(())
}

/// The argon2id hash in PHC form. Slow on purpose.
pub fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the default parameters are valid and the system gives random bytes")
        .to_string()
}

/// Whether the password is that of the stored hash. Without a hash (an unknown login, a user who has set none) the
/// same work is done in vain, so that the time of the answer tells nothing.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let in_vain = NOBODY.as_str();
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(in_vain)) else { return false };
    let right = password.len() <= MAX_BYTES
        && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && stored.is_some()
}

/// The hash of a password that nobody knows.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&hex::encode(rand::random::<[u8; 32]>())));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_only_its_own_hash() {
        let stored = hash("молоко и хлеб");
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("молоко и хлеб", Some(&stored)));
        assert!(!verify("молоко и хлеб ", Some(&stored)));
        assert!(!verify("молоко и хлеб", None));
        assert!(!verify("молоко и хлеб", Some("not a hash")));
    }

    #[test]
    fn a_weak_password_is_told_why() {
        assert_eq!(check("anna", "короткий"), Err(WeakPassword::TooShort));
        assert_eq!(check("anna.petrova", "Anna.Petrova"), Err(WeakPassword::SameAsLogin));
        assert_eq!(check("anna", &"д".repeat(1025)), Err(WeakPassword::TooLong));
        assert_eq!(check("anna", "десять зна"), Ok(()));
    }
}
