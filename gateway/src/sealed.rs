//! Secrets at rest: sealed with the installation's key, for one account or user each.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use crm_core::{AccountId, UserId};
use secrecy::{ExposeSecret, SecretString};

/// The first byte of everything sealed, so that another way of sealing can be told apart.
const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Whose secrets they are: sealed for one owner, they open for no other.
pub trait Owner {
    /// Ids of accounts and users are never the same.
    fn id(&self) -> uuid::Uuid;
}

impl Owner for AccountId {
    fn id(&self) -> uuid::Uuid {
        self.0
    }
}

impl Owner for UserId {
    fn id(&self) -> uuid::Uuid {
        self.0
    }
}

/// The installation's key. Whoever has it and the database has the secrets of all accounts.
#[derive(Clone)]
pub struct SealKey([u8; KEY_BYTES]);

/// Secret settings by their names.
pub type Secrets = BTreeMap<String, SecretString>;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither 64 hexadecimal digits nor base64.
    #[error("the key is neither base64 nor hexadecimal; make one with `openssl rand -base64 32`")]
    Unreadable,
    /// Readable, of the wrong length.
    #[error("the key has {0} bytes instead of 32; make one with `openssl rand -base64 32`")]
    Length(usize),
    /// The file holds no key.
    #[error("the key file {path} holds no key", path = path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<KeyError>,
    },
    /// The file cannot be read or made.
    #[error("the key file {path} cannot be used", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Why secrets cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Sealed with another key, for another owner, or changed since.
    #[error("the secrets were sealed with another key or have been changed")]
    WrongKey,
    /// Not something that we have sealed.
    #[error("the stored secrets have an unknown form")]
    Form,
}

impl SealKey {
    /// A key from the configuration: 32 bytes in base64 (either alphabet) or in hexadecimal.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let bytes = decode(text).ok_or(KeyError::Unreadable)?;
        let length = bytes.len();
        bytes.try_into().map(Self).map_err(|_| KeyError::Length(length))
    }

    /// A new key.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The key of the configuration.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Seals the secrets of one owner; they open for no other.
    pub fn seal(&self, owner: impl Owner, secrets: &Secrets) -> Vec<u8> {
        let plain: BTreeMap<&str, &str> =
            secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
        let plain = serde_json::to_vec(&plain).expect("a map of texts is JSON");
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let owner = owner.id();
        let payload = Payload { msg: &plain, aad: owner.as_bytes() };
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let sealed =
            cipher.encrypt(&XNonce::from(nonce), payload).expect("secrets are shorter than 256 gigabytes");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`seal`](Self::seal) made for this owner.
    pub fn open(&self, owner: impl Owner, sealed: &[u8]) -> Result<Secrets, OpenError> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(OpenError::Form)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Form)?;
        let owner = owner.id();
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let plain = XChaCha20Poly1305::new(&self.0.into())
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| OpenError::WrongKey)?;
        let texts: BTreeMap<String, String> = serde_json::from_slice(&plain).map_err(|_| OpenError::Form)?;
        Ok(texts.into_iter().map(|(name, text)| (name, SecretString::from(text))).collect())
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// The key in this file; at the first start the file is made, readable by its owner only.
pub fn key_from_file(path: &Path) -> Result<SealKey, KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    match fs::read_to_string(path) {
        Ok(text) => read_key(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match make_file(path) {
            // Another copy was faster: its key counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                read_key(path, &fs::read_to_string(path).map_err(failed)?)
            }
            made => made.map_err(failed),
        },
        Err(error) => Err(failed(error)),
    }
}

fn read_key(path: &Path, text: &str) -> Result<SealKey, KeyError> {
    SealKey::from_text(text)
        .map_err(|source| KeyError::InFile { path: path.to_owned(), source: Box::new(source) })
}

/// Written under another name and then linked: nobody reads half a key, and a key that is there is never replaced.
fn make_file(path: &Path) -> io::Result<SealKey> {
    let key = SealKey::random();
    let draft = path.with_extension(format!("{:016x}.new", rand::random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = writeln!(file, "{}", STANDARD.encode(key.0))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    written.and(removed)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(key)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() == 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return hex::decode(text).ok();
    }
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    fn secrets() -> Secrets {
        Secrets::from([("app_secret".into(), "канарейка".into()), ("verify_token".into(), "t".into())])
    }

    fn texts(secrets: &Secrets) -> Vec<(&str, &str)> {
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect()
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_for_the_same_account() {
        let key = SealKey::random();
        let sealed = key.seal(ACCOUNT, &secrets());
        assert_eq!(texts(&key.open(ACCOUNT, &sealed).unwrap()), texts(&secrets()));
        assert_ne!(key.seal(ACCOUNT, &secrets()), sealed, "the nonce is new each time");
        let canary = "канарейка".as_bytes();
        assert!(!sealed.windows(canary.len()).any(|window| window == canary));
    }

    #[test]
    fn another_key_another_account_or_changed_bytes_open_nothing() {
        let key = SealKey::random();
        let mut sealed = key.seal(ACCOUNT, &secrets());
        assert_eq!(SealKey::random().open(ACCOUNT, &sealed).unwrap_err(), OpenError::WrongKey);
        let other = AccountId(Uuid::from_u128(2));
        assert_eq!(key.open(other, &sealed).unwrap_err(), OpenError::WrongKey);
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(key.open(ACCOUNT, &sealed).unwrap_err(), OpenError::WrongKey);
        for form in [&b""[..], b"\x01", b"\x02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(key.open(ACCOUNT, form).unwrap_err(), OpenError::Form);
        }
    }

    #[test]
    fn a_key_is_read_from_base64_and_hexadecimal() {
        let key = SealKey([0xfb; KEY_BYTES]);
        let written = [
            hex::encode(key.0),
            hex::encode_upper(key.0),
            STANDARD.encode(key.0),
            STANDARD_NO_PAD.encode(key.0),
            URL_SAFE.encode(key.0),
            format!("  {}\n", URL_SAFE_NO_PAD.encode(key.0)),
        ];
        for text in written {
            assert_eq!(SealKey::from_text(&text).unwrap().0, key.0, "{text}");
        }
        assert!(matches!(SealKey::from_text("c2hvcnQ="), Err(KeyError::Length(5))));
        assert!(matches!(SealKey::from_text("не ключ"), Err(KeyError::Unreadable)));
        assert!(matches!(SealKey::from_text(""), Err(KeyError::Length(0))));
        assert_eq!(format!("{key:?}"), "SealKey(…)");
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let made = key_from_file(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(key_from_file(&path).unwrap().0, made.0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");

        fs::write(&path, "c2hvcnQ=").unwrap();
        let error = key_from_file(&path).unwrap_err();
        assert!(error.to_string().contains("seal.key"));
        assert!(matches!(error, KeyError::InFile { .. }));
        assert!(matches!(key_from_file(folder.path()), Err(KeyError::File { .. })));
    }
}
