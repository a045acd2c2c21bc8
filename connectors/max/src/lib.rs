#![doc = include_str!("../README.md")]

use connector_api::{
    Channel, ConfigError, Connector, ConversationHistory, MediaSource, Outbound, ParseError, Parsed, Poller,
    Probe, RawEvent, Verified, VerifyError, WebhookRequest,
};
use secrecy::ExposeSecret;

mod api;
mod compose;
mod config;
mod failure;
mod history;
mod ids;
mod look_up;
mod media;
mod parse;
mod poll;
mod probe;
mod send;
mod split;
mod upload;
mod verify;
mod wire;

#[cfg(test)]
mod server;

pub use config::{Config, Intake, SETTINGS};

/// One bot.
pub struct Max {
    config: Config,
    http: reqwest::Client,
    reading: parse::Reading,
    uploaded: upload::Uploaded,
    accepted: look_up::Recent,
}

impl Max {
    /// A bot that calls the provider through `http`, which knows the proxy and the trusted roots.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        config::check(&config)?;
        let reading = parse::Reading { token: config.token.clone(), region: config.region };
        Ok(Self {
            config,
            http,
            reading,
            uploaded: upload::Uploaded::default(),
            accepted: look_up::Recent::default(),
        })
    }
}

impl Connector for Max {
    fn channel(&self) -> Channel {
        Channel::Max
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(self.config.secret.expose_secret(), request)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(&self.reading, raw)
    }

    fn poller(&self) -> Option<&dyn Poller> {
        (self.config.intake == Intake::Poll).then_some(self as &dyn Poller)
    }

    fn outbound(&self) -> Option<&dyn Outbound> {
        Some(self)
    }

    fn media(&self) -> Option<&dyn MediaSource> {
        Some(self)
    }

    fn conversation_history(&self) -> Option<&dyn ConversationHistory> {
        Some(self)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        Some(self)
    }
}
