//! People and rights: who asks, what they may see, and what they did.

pub mod api_key;
pub mod session;
mod token;
pub mod user;
mod viewer;

pub use api_key::viewer_of_key;
pub use session::viewer_of_session;
pub use token::Token;
pub use viewer::{ClientScope, Forbidden, Right, Scope, Viewer};
