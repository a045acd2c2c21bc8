//! The mail server on a loopback port, and its mailboxes on another.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::letter::read;
use super::{Mail, Mode};
use crate::fakes::Clock;
use crate::serving::Serving;

/// More than any letter of ours.
const LARGEST: usize = 10 << 20;

const HELP: &str = "\
A mail server and the mailboxes behind it.
GET  /mails   what arrived, the newest last
POST /mode    how it behaves from now on: \"well\", \"greylisting\", \"no_mailbox\", \"spam\", \"hang\", \"cut_behind_letter\",
              \"cut_and_forget\", \"busy\"
";

#[derive(Clone)]
struct Stand {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
}

#[derive(Default)]
struct Inner {
    mode: Mode,
    mails: Vec<Mail>,
    /// Those that were put off once.
    grey: HashSet<String>,
}

/// A running mail server; it ends when this is dropped.
pub struct Server {
    stand: Stand,
    address: SocketAddr,
    serving: Serving,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts it on free loopback ports.
    pub async fn start(clock: Clock) -> std::io::Result<Self> {
        let stand = Stand { inner: Arc::default(), clock };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let app = Router::new()
            .route("/", get(async || HELP))
            .route("/mails", get(async |State(stand): State<Stand>| Json(stand.inner().mails.clone())))
            .route("/mode", post(mode))
            .with_state(stand.clone());
        let accepting = tokio::spawn(accept(listener, stand.clone()));
        Ok(Self { stand, address, serving: Serving::start(app).await?, accepting })
    }

    /// Where letters are handed over: without TLS, and without a log-in.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the mailboxes are read; `GET /` says what the server can be made to do.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// What arrived, the newest last.
    pub fn mails(&self) -> Vec<Mail> {
        self.stand.inner().mails.clone()
    }

    /// Changes how it behaves.
    pub fn behave(&self, mode: Mode) {
        self.stand.inner().mode = mode;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Stand {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is answered behind the last dot; `None` where nothing is.
    fn take(&self, from: &str, to: &str, data: &[u8]) -> Option<&'static str> {
        let mail = match read(from, to, data, (self.clock)()) {
            Ok(mail) => mail,
            Err(refusal) => return Some(refusal),
        };
        let mut inner = self.inner();
        let mode = inner.mode;
        match mode {
            Mode::Spam => return Some("554 5.7.1 message looks like spam"),
            Mode::Greylisting if inner.grey.insert(mail.message_id.clone()) => {
                return Some("451 4.7.1 greylisted, try again later");
            }
            Mode::CutAndForget | Mode::Hang => return None,
            _ => {}
        }
        match inner.mails.iter_mut().find(|known| known.message_id == mail.message_id && known.to == mail.to)
        {
            Some(known) => known.copies += 1,
            None => inner.mails.push(mail),
        }
        (mode != Mode::CutBehindLetter).then_some("250 2.0.0 kept")
    }
}

async fn mode(State(stand): State<Stand>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(mode) => {
            stand.inner().mode = mode;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

async fn accept(listener: TcpListener, stand: Stand) {
    // They end with the server.
    let mut open = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let stand = stand.clone();
        open.spawn(async move { serve(BufReader::new(connection), &stand).await });
        while open.try_join_next().is_some() {}
    }
}

/// One connection to its end.
async fn serve(mut connection: BufReader<TcpStream>, stand: &Stand) -> std::io::Result<()> {
    if stand.inner().mode == Mode::Busy {
        return say(&mut connection, "421 4.3.2 too busy").await;
    }
    say(&mut connection, "220 mail.example.ru ready").await?;
    let (mut greeted, mut from, mut to) = (false, None::<String>, None::<String>);
    loop {
        let mut line = Vec::new();
        if connection.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let Some(line) = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix("\r\n")) else {
            say(&mut connection, "500 5.5.2 no command").await?;
            continue;
        };
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match (word.as_str(), &from, &to) {
            ("EHLO", _, _) if line.len() > 5 => {
                greeted = true;
                "250-mail.example.ru\r\n250 SIZE 10485760"
            }
            ("NOOP", _, _) => "250 2.0.0 fine",
            ("RSET", _, _) => {
                (from, to) = (None, None);
                "250 2.0.0 forgotten"
            }
            ("QUIT", _, _) => return say(&mut connection, "221 2.0.0 bye").await,
            ("MAIL", None, _) if greeted => match path(line, "MAIL FROM:") {
                Some(address) => {
                    from = Some(address);
                    "250 2.1.0 go on"
                }
                None => "501 5.1.7 bad sender",
            },
            ("RCPT", Some(_), _) if stand.inner().mode == Mode::NoMailbox => "550 5.1.1 no such mailbox",
            ("RCPT", Some(_), None) => match path(line, "RCPT TO:") {
                Some(address) => {
                    to = Some(address);
                    "250 2.1.5 go on"
                }
                None => "501 5.1.3 bad recipient",
            },
            ("DATA", Some(_), Some(_)) => {
                say(&mut connection, "354 go on").await?;
                let data = letter(&mut connection).await?;
                let (from, to) = (from.take().unwrap_or_default(), to.take().unwrap_or_default());
                match stand.take(&from, &to, &data) {
                    Some(answer) => answer,
                    None if stand.inner().mode == Mode::Hang => std::future::pending().await,
                    None => return Ok(()),
                }
            }
            ("MAIL" | "RCPT" | "DATA", _, _) => "503 5.5.1 not now",
            _ => "502 5.5.1 unknown command",
        };
        say(&mut connection, answer).await?;
    }
}

async fn say(connection: &mut BufReader<TcpStream>, words: &str) -> std::io::Result<()> {
    connection.write_all(format!("{words}\r\n").as_bytes()).await
}

/// Up to the dot, with doubled dots undone.
async fn letter(connection: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if connection.read_until(b'\n', &mut line).await? == 0 || data.len() > LARGEST {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(data);
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// `MAIL FROM:<a@b>`, parameters behind it.
fn path(line: &str, word: &str) -> Option<String> {
    let rest = line.get(word.len()..).filter(|_| line[..word.len()].eq_ignore_ascii_case(word))?;
    let (address, _) = rest.strip_prefix('<')?.split_once('>')?;
    let (name, domain) = address.split_once('@')?;
    (!name.is_empty() && domain.contains('.')).then(|| address.to_owned())
}
