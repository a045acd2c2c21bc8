#![doc = include_str!("../README.md")]

mod api;
mod call;
mod config;
mod extension;
mod history;
mod media;
mod numbering;
mod parse;
mod probe;
mod routing;
mod subscription;
mod verify;
mod wire;

use std::fmt;

use connector_api::{
    CallRouting, CallStarter, Channel, ConfigError, Connector, History, MediaSource, ParseError, Parsed,
    Probe, RawEvent, Verified, VerifyError, WebhookRequest,
};
use ipnet::IpNet;
use secrecy::SecretString;

use api::Api;
pub use config::{Config, Group, GroupKind, SETTINGS};
use numbering::Numbering;
use routing::Routing;

/// One Telphin account.
pub struct Telphin {
    secret: SecretString,
    allowed_networks: Vec<IpNet>,
    numbering: Numbering,
    routing: Routing,
    /// `None` without an application: then the account only listens.
    office: Option<Office>,
}

/// What can be asked of the provider, and by what the answers are read.
struct Office {
    api: Api,
    /// The last part of our webhook's address.
    secret: SecretString,
    /// Our public number, digits; empty for the extension's own.
    shown_number: String,
    probed: probe::Probed,
}

impl Telphin {
    /// Checks the configuration: an empty secret, half an application or an unreadable network is an error.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        let numbering = Numbering::new(&config);
        let allowed_networks = config::networks(&config.allowed_networks)?;
        config::check_secret(&config.secret)?;
        config::check_application(&config)?;
        let office = (!config.app_id.is_empty()).then(|| Office {
            api: Api::new(&config, http),
            secret: config.secret.clone(),
            shown_number: config.shown_number.chars().filter(char::is_ascii_digit).collect(),
            probed: probe::Probed::default(),
        });
        let routing = Routing::new(&config);
        Ok(Self { secret: config.secret, allowed_networks, numbering, routing, office })
    }
}

impl fmt::Debug for Telphin {
    /// Names nothing that belongs into no log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Telphin").finish_non_exhaustive()
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

    fn call_starter(&self) -> Option<&dyn CallStarter> {
        self.office.as_ref().map(|office| office as _)
    }

    fn call_routing(&self) -> Option<&dyn CallRouting> {
        Some(&self.routing)
    }

    fn media(&self) -> Option<&dyn MediaSource> {
        self.office.as_ref().map(|office| office as _)
    }

    fn history(&self) -> Option<&dyn History> {
        self.office.as_ref().map(|office| office as _)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        self.office.as_ref().map(|office| office as _)
    }
}
