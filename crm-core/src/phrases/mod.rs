//! «Заготовки»: quick replies and SMS templates of our own, with fields that are filled from the client, from whoever writes,
//! or by hand. Templates that a provider approves are in [`templates`](crate::templates); their fields are filled from the
//! same [`Sources`].

pub mod phrase;
pub mod sources;
pub mod text;

pub use phrase::{NewPhrase, Phrase, PhraseCursor, PhraseEdit, PhraseError, PhraseFilter, PhraseKind};
pub use sources::{Source, Sources, sources};
pub use text::{Filled, MissingField, TextField, Values, fill};

#[cfg(test)]
mod tests;
