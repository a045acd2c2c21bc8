//! Cards, people, lists, search and joins against a database.

mod cards;
mod contracts;
mod handovers;
mod join;
mod list;
mod loans;
mod migrated;
mod names;
mod people;
mod reach;
mod requests;
mod search;
