//! HTTP: the API, its errors, and what all handlers share.

pub mod api;
pub mod cookie;
pub mod credential;
pub mod docs;
pub mod extract;
pub mod file_answer;
pub mod health;
pub mod layers;
pub mod origin;
pub mod page;
pub mod problem;
pub mod range;
pub mod remote;
pub mod signed;
pub mod web;
pub mod webhooks;
pub mod words;

pub use extract::{ApiJson, ApiPath, ApiQuery};
pub use page::{Cursor, Limit};
pub use problem::{ApiResult, Problem};
pub use remote::Remote;
pub use signed::{Arrived, ArrivedSession, Signed, SignedSession};

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
