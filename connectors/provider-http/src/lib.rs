#![doc = include_str!("../README.md")]

mod answer;
mod client;
mod failure;

pub use answer::{Answer, AnswerError, media_stream, retry_after};
pub use client::{ClientError, ClientOptions, build};
pub use failure::{hide, of_fetch, of_media, of_send};
