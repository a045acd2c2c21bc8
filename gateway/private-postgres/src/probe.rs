//! The question "may I come in?", asked as a client asks it: the first packet of PostgreSQL's protocol.
//!
//! <https://www.postgresql.org/docs/15/protocol-flow.html#id-1.10.6.7.3>

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

const PROTOCOL_3_0: u32 = 3 << 16;
const PATIENCE: Duration = Duration::from_secs(2);

/// What the server says to a client.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Come in. The server's `server_version`.
    Ready { version: String },
    /// It works, but has no free connection.
    Full,
    /// Not now: it is starting, recovering or shutting down.
    NotYet { reason: String },
    /// No: no such role or database, or the map does not know us (or was not read again yet).
    Refused { reason: String },
    /// Nobody listens, or what listens does not speak.
    Nobody { reason: String },
}

/// Knocks at the socket in `socket_dir` as `user` of `database`.
pub(crate) fn ask(socket_dir: &Path, user: &str, database: &str) -> Answer {
    converse(socket_dir, user, database).unwrap_or_else(|error| Answer::Nobody { reason: error.to_string() })
}

fn converse(socket_dir: &Path, user: &str, database: &str) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(crate::socket::file(socket_dir))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&startup_packet(user, database)?)?;
    let mut version = String::new();
    loop {
        let (kind, body) = read_message(&mut stream)?;
        match kind {
            b'R' if body != [0; 4] => {
                return Ok(Answer::Refused {
                    reason: "it asks for a password instead of looking who we are".into(),
                });
            }
            b'S' => {
                if let Some(value) = body.strip_prefix(b"server_version\0") {
                    version = text(value);
                }
            }
            b'E' => {
                let reason = field(&body, b'M').unwrap_or_default();
                return Ok(match field(&body, b'C').as_deref() {
                    Some("53300") => Answer::Full,
                    Some("57P03") => Answer::NotYet { reason },
                    _ => Answer::Refused { reason },
                });
            }
            b'Z' => {
                // A goodbye, so that the server has nothing to complain about in its log.
                stream.write_all(&[b'X', 0, 0, 0, 4])?;
                return Ok(Answer::Ready { version });
            }
            _ => {}
        }
    }
}

fn startup_packet(user: &str, database: &str) -> io::Result<Vec<u8>> {
    let mut body = PROTOCOL_3_0.to_be_bytes().to_vec();
    for word in ["user", user, "database", database, "application_name", "uzel start"] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
    Ok([length.to_be_bytes().as_slice(), &body].concat())
}

/// One message: a letter, a length that counts itself, a body.
fn read_message(stream: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = u32::from_be_bytes(length).saturating_sub(4);
    if length > 1 << 16 {
        return Err(io::Error::other("what listens there is not PostgreSQL"));
    }
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body)?;
    Ok((kind, body))
}

/// A field of an error: its letter, its text, a zero.
fn field(body: &[u8], letter: u8) -> Option<String> {
    body.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(&[letter])).map(text)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_an_error_is_found_by_its_letter() {
        let body = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        assert_eq!(field(body, b'C').as_deref(), Some("57P03"));
        assert_eq!(field(body, b'M').as_deref(), Some("the database system is starting up"));
        assert_eq!(field(body, b'D'), None);
    }

    #[test]
    fn a_stranger_on_the_socket_is_not_believed() {
        assert!(read_message(&mut b"HTTP/1.1 400 Bad Request".as_slice()).is_err());
    }
}
