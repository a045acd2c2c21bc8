#![doc = include_str!("../README.md")]

pub mod bridge_storm;
pub mod crash;
pub mod feeds;
pub mod hub;
pub mod load;
pub mod sendload;
pub mod storm;
