//! People and rights: who asks, what they may see, and what they did.

pub mod api_key;
pub mod audit;
pub mod bootstrap;
pub mod eyes;
pub mod login;
pub mod password;
pub mod password_link;
pub mod profile;
pub mod role;
pub mod second_factor;
pub mod session;
pub mod sweep;
pub mod throttle;
pub(crate) mod token;
pub mod totp;
pub mod user;
mod viewer;

pub use api_key::viewer_of_key;
pub use audit::{Actor, Subject};
pub use session::viewer_of_session;
pub use token::Token;
pub(crate) use user::viewer_unscoped;
pub use viewer::{ClientScope, Forbidden, Right, Scope, Viewer};

#[cfg(test)]
mod tests;

/// The role that manages users. It cannot lose that right, and somebody always has it.
pub const ADMINISTRATOR: &str = "administrator";
