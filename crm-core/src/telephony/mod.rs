//! Telephony from our side: who sits where, calls started from here, who should take a call, the ring card, and the
//! missed calls that wait for somebody to call back.

pub mod call_request;
pub mod debt;
pub mod extension;
pub mod ring_card;
pub mod route;
#[cfg(test)]
mod tests;
