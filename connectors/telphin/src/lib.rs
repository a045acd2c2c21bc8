#![doc = include_str!("../README.md")]

mod config;
mod numbering;
mod parse;
mod verify;
mod wire;

use connector_api::{
    Channel, ConfigError, Connector, ParseError, Parsed, RawEvent, Verified, VerifyError, WebhookRequest,
};
use ipnet::IpNet;
use secrecy::SecretString;

pub use config::{Config, Group, GroupKind, SETTINGS};
use numbering::Numbering;

/// One Telphin account.
#[derive(Debug)]
pub struct Telphin {
    secret: SecretString,
    allowed_networks: Vec<IpNet>,
    numbering: Numbering,
}

impl Telphin {
    /// Checks the configuration: an empty secret or an unreadable network is an error.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let numbering = Numbering::new(&config);
        let allowed_networks = config::networks(&config.allowed_networks)?;
        config::check_secret(&config.secret)?;
        Ok(Self { secret: config.secret, allowed_networks, numbering })
    }
}

impl Connector for Telphin {
    fn channel(&self) -> Channel {
        Channel::Telephony
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(request, &self.secret, &self.allowed_networks)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(raw, &self.numbering)
    }
}
