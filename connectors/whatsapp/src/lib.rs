#![doc = include_str!("../README.md")]

mod address;
mod codes;
mod config;
mod graph;
mod media;
mod outgoing;
mod parse;
mod probe;
mod send;
mod templates;
mod verify;
mod window;
mod wire;

use connector_api::{
    Channel, ConfigError, Connector, MediaSource, Outbound, ParseError, Parsed, Probe, RawEvent, Templates,
    Verified, VerifyError, WebhookRequest,
};

pub use config::{Config, SETTINGS};

/// WhatsApp through one of our accounts.
#[derive(Debug)]
pub struct WhatsApp {
    config: Config,
    line: Option<send::Line>,
}

impl WhatsApp {
    /// A connector of one account that calls the provider through `http`, which knows the proxy and the time-out for
    /// connecting.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        let config = config.checked()?;
        let line = send::Line::new(&config, http);
        Ok(Self { config, line })
    }
}

impl Connector for WhatsApp {
    fn channel(&self) -> Channel {
        Channel::Whatsapp
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(&self.config, request)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(&self.config, raw)
    }

    /// 2: failures say what would help.
    fn mapping(&self) -> i16 {
        2
    }

    fn outbound(&self) -> Option<&dyn Outbound> {
        self.line.as_ref().map(|line| line as &dyn Outbound)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        self.line.as_ref().filter(|line| line.has_account()).map(|line| line as &dyn Templates)
    }

    fn media(&self) -> Option<&dyn MediaSource> {
        self.line.as_ref().map(|line| line as &dyn MediaSource)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        self.line.as_ref().map(|line| line as &dyn Probe)
    }
}
