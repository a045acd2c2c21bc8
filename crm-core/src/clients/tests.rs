//! Cards, people, lists, search and joins against a database.

mod cards;
mod join;
mod list;
mod loans;
mod people;
mod requests;
mod search;
