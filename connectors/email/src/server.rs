//! For tests: a mail server on this machine that does as it is told at one word of the dialogue and keeps what it took.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::{Config, Security};

pub(crate) const ROOT: &str = include_str!("../fixtures/tls/root.pem");
const CERTIFICATE: &[u8] = include_bytes!("../fixtures/tls/server.pem");
const KEY: &[u8] = include_bytes!("../fixtures/tls/server.key");

/// What it does instead of agreeing.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Say(&'static str),
    Hang,
    HangUp,
}

/// How it listens, and at which word it does what: `CONNECT`, a command, or `.` for the end of the letter.
#[derive(Clone)]
pub(crate) struct Behaviour {
    pub(crate) security: Security,
    pub(crate) at: Option<(&'static str, Act)>,
    pub(crate) extensions: &'static str,
}

impl Behaviour {
    pub(crate) fn plain() -> Self {
        Self { security: Security::Plain, at: None, extensions: "" }
    }

    pub(crate) fn at(word: &'static str, act: Act) -> Self {
        Self { at: Some((word, act)), ..Self::plain() }
    }
}

#[derive(Clone, Default)]
pub(crate) struct Seen {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Seen {
    /// Every command and every line of a letter; `TLS` where it began.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, word: &str) -> usize {
        self.lines().iter().filter(|line| line.starts_with(word)).count()
    }

    fn note(&self, line: &str) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }
}

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) seen: Seen,
    security: Security,
}

pub(crate) async fn start(behaviour: Behaviour) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (seen, security) = (Seen::default(), behaviour.security);
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection, behaviour.clone(), kept.clone()));
        }
    });
    Server { port, seen, security }
}

impl Server {
    pub(crate) fn config(&self) -> Config {
        Config {
            server: "localhost".into(),
            port: Some(self.port),
            security: self.security,
            login: None,
            from: "Узел <uzel@example.ru>".into(),
            hello_name: None,
            trusted_roots: None,
        }
    }
}

async fn serve(connection: TcpStream, behaviour: Behaviour, seen: Seen) {
    seen.note("CONNECT");
    match behaviour.security {
        Security::Tls => {
            let Ok(connection) = acceptor().accept(connection).await else { return };
            seen.note("TLS");
            talk(BufReader::new(connection), &behaviour, &seen, true).await;
        }
        _ => {
            let Some(connection) = talk(BufReader::new(connection), &behaviour, &seen, true).await else {
                return;
            };
            let Ok(connection) = acceptor().accept(connection.into_inner()).await else { return };
            seen.note("TLS");
            talk(BufReader::new(connection), &behaviour, &seen, false).await;
        }
    }
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Until the end of the connection, or until TLS is wanted: then the connection comes back.
async fn talk<S>(
    mut stream: BufReader<S>,
    behaviour: &Behaviour,
    seen: &Seen,
    greets: bool,
) -> Option<BufReader<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if greets && !answer(&mut stream, behaviour, "CONNECT", "220 ready").await {
        return None;
    }
    let mut in_letter = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        seen.note(line);
        if in_letter && line != "." {
            continue;
        }
        in_letter = false;
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let usual = match word {
            "EHLO" => format!("250-localhost{}\r\n250 8BITMIME", behaviour.extensions),
            "DATA" => "354 go on".to_owned(),
            "STARTTLS" => "220 now".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            _ => "250 fine".to_owned(),
        };
        if !answer(&mut stream, behaviour, word, &usual).await || word == "QUIT" {
            return None;
        }
        match word {
            "DATA" => in_letter = true,
            "STARTTLS" => return Some(stream),
            _ => {}
        }
    }
}

async fn answer<S>(stream: &mut BufReader<S>, behaviour: &Behaviour, word: &str, usual: &str) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let act = behaviour.at.filter(|(at, _)| *at == word).map_or(Act::Say(""), |(_, act)| act);
    let words = match act {
        Act::HangUp => return false,
        Act::Hang => std::future::pending().await,
        Act::Say("") => usual,
        Act::Say(words) => words,
    };
    stream.write_all(format!("{words}\r\n").as_bytes()).await.is_ok()
}
