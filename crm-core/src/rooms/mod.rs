//! Internal chats: rooms of employees, their members and messages, and what of them is unread. What is said here stands on
//! no timeline; a room tied to a client is seen by nobody who does not see that client.

pub mod member;
pub mod message;
pub(crate) mod reach;
pub mod reading;
pub mod room;

pub use member::{RoomMember, RoomRole};
pub use message::{BridgeStep, NewRoomMessage, RoomMessage, RoomOrigin};
pub use room::{NewRoom, Room, RoomAccess, RoomPatch};

#[cfg(test)]
mod tests;
