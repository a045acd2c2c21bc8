//! People and rights: who asks, what they may see, and what they did.

mod viewer;

pub use viewer::{ClientScope, Forbidden, Right, Scope, Viewer};
