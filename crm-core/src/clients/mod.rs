//! Clients, contacts and identities.
