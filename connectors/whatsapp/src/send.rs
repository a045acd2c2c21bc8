//! The way out: one attempt at one part.

mod parts;
mod request;
mod response;
mod shape;
mod text;

pub(crate) use shape::essence;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Abilities, Accepted, Address, ConversationFacts, ExternalId, FetchError, LookUp, Outbound,
    OutboundAction, OutboundContent, OutboundMessage, Permission, SendAttempt, SendError, SendLimits,
};
use secrecy::ExposeSecret;

use crate::graph::Graph;
use crate::media::{Upload, Uploads};
use crate::outgoing::{PRODUCT, Read, Typing};
use crate::{Config, address, window};

/// How long a status with our reference is waited for after an attempt without an answer.
const STATUS_PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// Codes by which an upload of earlier days may be refused, though the same bytes uploaded anew may not.
const OF_AN_OLD_UPLOAD: [&str; 4] = ["100", "131009", "131052", "131053"];

/// Our number, as we call the provider for it.
#[derive(Debug)]
pub(crate) struct Line {
    pub config: Config,
    pub graph: Graph,
    /// The phone number id.
    pub number: String,
    /// The WhatsApp Business account.
    pub account: Option<String>,
    uploads: Uploads,
}

impl Line {
    /// `None` for an account that only receives.
    pub fn new(config: &Config, http: reqwest::Client) -> Option<Self> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if config.access_token.expose_secret().is_empty() {
            return None;
        }
        Some(Self {
            graph: Graph::new(config, http)?,
            number: given(&config.phone_number_id)?,
            account: given(&config.waba_id),
            uploads: Uploads::default(),
            config: config.clone(),
        })
    }

    /// Whether templates and subscriptions can be asked for.
    pub fn has_account(&self) -> bool {
        self.account.is_some()
    }
}

#[async_trait]
impl Outbound for Line {
    fn limits(&self) -> SendLimits {
        SendLimits {
            account_per_second: self.config.messages_per_second,
            conversation_pause: Duration::from_secs(6),
            conversation_burst: 45,
            concurrent: 40,
            attempts: 8,
        }
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            text_limit: Some(parts::TEXT_LIMIT),
            caption_limit: Some(parts::CAPTION_LIMIT),
            files: shape::abilities(),
            location: true,
            contacts: true,
            quote: true,
            reaction: true,
            edit: false,
            delete: false,
            buttons: false,
            templates: self.has_account(),
            writes_first: true,
            tells_read: true,
        }
    }

    fn can_send(&self, conversation: &ConversationFacts, now: DateTime<Utc>) -> Permission {
        window::can_send(&self.config, conversation, now)
    }

    fn conversation_with(&self, address: &Address) -> Option<ExternalId> {
        address::conversation_with(&self.config, &self.number, address)
    }

    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError> {
        parts::count(message)
    }

    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError> {
        let part = parts::nth(attempt)?;
        let upload = match part.file() {
            Some((file, _)) => Some(self.uploads.of(self, file, attempt).await?),
            None => None,
        };
        let media = upload.as_ref().map(|upload| upload.id.as_str());
        let outgoing = request::request_for(&self.config, attempt, &part, media)?;
        let answer = self.graph.send(&[&self.number, "messages"], &outgoing).await?;
        let read = response::read_response(&self.config, attempt.message, &answer);
        self.doubting_old_uploads(upload, read)
    }

    /// The provider cannot be asked for a message by anything of ours; it tells by itself, in the status webhook that
    /// carries our reference.
    async fn look_up(&self, attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        let until = attempt.tried_at + STATUS_PATIENCE;
        if attempt.now < until {
            return Ok(LookUp::TellsBy(until));
        }
        // A status comes within seconds of a message that was taken. A text may go again after so long a silence; whether
        // a file or a paid template does is a person's decision.
        let is_text = matches!(
            &attempt.message.action,
            OutboundAction::Send { content: OutboundContent::Text { .. }, .. }
        );
        Ok(if is_text { LookUp::NotArrived } else { LookUp::CannotTell })
    }

    async fn mark_read(&self, message: &ExternalId, typing: bool) -> Result<(), SendError> {
        let read = Read {
            messaging_product: PRODUCT,
            status: "read",
            message_id: message.as_str(),
            typing_indicator: typing.then_some(Typing { kind: "text" }),
        };
        let answer = self.graph.send(&[&self.number, "messages"], &read).await?;
        if answer.status.is_success() { Ok(()) } else { Err(self.graph.verdict(&answer).into()) }
    }
}

impl Line {
    /// An upload of earlier days may have been deleted at the provider: then the file is uploaded once more before the
    /// message is given up.
    fn doubting_old_uploads(
        &self,
        upload: Option<Upload>,
        read: Result<Accepted, SendError>,
    ) -> Result<Accepted, SendError> {
        match (upload, read) {
            (Some(upload), Err(SendError::Rejected { code, reason, .. }))
                if upload.is_old && OF_AN_OLD_UPLOAD.contains(&code.as_str()) =>
            {
                self.uploads.forget(&upload);
                Err(SendError::Temporary(format!("{code} {reason}").into()))
            }
            (_, read) => read,
        }
    }
}
