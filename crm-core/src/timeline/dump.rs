//! Everything that follows from events, as one text in which nothing depends on the order of arrival.
//!
//! Two databases that got the same events have the same text: that is promise 3, and the tests and drivers compare it.
//! People are named by their addresses, not by our ids; times of ours are left out.

mod store;

pub use store::canonical;
