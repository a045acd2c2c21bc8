//! Whether the database is ready for this version of the program.

mod store;

pub use store::state;

/// What of the schema is in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// All migrations of this version are applied; those of a newer version may be as well.
    pub is_current: bool,
    /// Raw events of the day have a partition of their own.
    pub has_partitions: bool,
}
