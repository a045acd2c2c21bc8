//! A company's mail server and the mailboxes behind it, strict about what real ones are strict about.

mod letter;
mod server;

pub use letter::Mail;
pub use server::Server;

use serde::{Deserialize, Serialize};

/// How it behaves from now on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Takes every letter.
    #[default]
    Well,
    /// Refuses the first try of every letter for now, as servers do with strangers.
    Greylisting,
    /// Knows nobody of that name.
    NoMailbox,
    /// Takes the letter for an advertisement.
    Spam,
    /// Says nothing more once the letter has come.
    Hang,
    /// Cuts the connection behind the letter, which it kept.
    CutBehindLetter,
    /// Cuts the connection behind the letter, which it lost.
    CutAndForget,
    /// Serves nobody.
    Busy,
}
