//! One attempt to hand a letter over.

use std::time::Duration;

use connector_api::SendError;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::{Address, Message};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::answer::{Answer, Step, read};
use crate::letter::compose;
use crate::{Config, ConfigError, Letter, Security};

/// How long the server may take for one step. Servers that look for spam take their time behind the letter.
const PATIENCE: Duration = Duration::from_secs(60);

type Line = AsyncSmtpConnection;

/// Hands letters to the mail server, one at a time.
pub struct Mailer {
    config: Config,
    from: Mailbox,
    tls: Option<TlsParameters>,
    patience: Duration,
    /// Kept from the letter before.
    line: Mutex<Option<Line>>,
}

impl Mailer {
    /// Checks the configuration; asks nobody.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let (from, tls) = (config.sender()?, config.tls()?);
        Ok(Self { config, from, tls, patience: PATIENCE, line: Mutex::new(None) })
    }

    /// The same, with another patience.
    #[cfg(test)]
    pub(crate) fn patient_for(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// One attempt. The same letter again is recognised by whoever receives it, so after [`SendError::Unknown`] it may be
    /// repeated too.
    pub async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let message = compose(&self.from, letter)?;
        let to: Address = letter.to.parse().expect("what was composed has an address");
        let mut kept = self.line.lock().await;
        let mut line = match kept.take() {
            Some(line) => self.still_there(line).await?,
            None => self.connect().await?,
        };
        match self.hand_over(&mut line, to, &message).await {
            Ok(()) => *kept = Some(line),
            // In the middle of a letter every word would belong to it.
            Err(error @ SendError::Unknown(_)) => return Err(error),
            Err(error) => {
                self.leave(line).await;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether the server can be reached and lets us in. For a check by a person.
    pub async fn check(&self) -> Result<(), SendError> {
        let line = self.connect().await?;
        self.leave(line).await;
        Ok(())
    }

    /// Servers end connections that nobody uses.
    async fn still_there(&self, mut line: Line) -> Result<Line, SendError> {
        match tokio::time::timeout(self.patience, line.test_connected()).await {
            Ok(true) => Ok(line),
            _ => self.connect().await,
        }
    }

    async fn connect(&self) -> Result<Line, SendError> {
        let Config { server, port, security, login, hello_name, .. } = &self.config;
        let port = port.unwrap_or_else(|| security.usual_port());
        let name = hello_name.clone().unwrap_or_else(|| self.from.email.domain().to_owned());
        let hello = ClientId::Domain(name);
        let at_once = if *security == Security::Tls { self.tls.clone() } else { None };
        let opened =
            Line::connect_tokio1((server.as_str(), port), Some(self.patience), &hello, at_once, None);
        let mut line = self.step(Step::Hello, opened).await?;
        if let (Security::StartTls, Some(tls)) = (security, &self.tls) {
            // The library refuses to go on where the server does not offer it.
            self.step(Step::Hello, line.starttls(tls.clone(), &hello)).await?;
        }
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            self.step(Step::Login, line.auth(DEFAULT_MECHANISMS, &credentials)).await?;
        }
        Ok(line)
    }

    async fn hand_over(&self, line: &mut Line, to: Address, message: &Message) -> Result<(), SendError> {
        let bytes = message.formatted();
        self.step(Step::Sender, line.command(Mail::new(Some(self.from.email.clone()), Vec::new()))).await?;
        self.step(Step::Recipient, line.command(Rcpt::new(to, Vec::new()))).await?;
        self.step(Step::Data, line.command(Data)).await?;
        self.step::<Response>(Step::Letter, line.message(&bytes)).await?;
        Ok(())
    }

    async fn step<T>(
        &self,
        step: Step,
        asked: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, SendError> {
        let answer = match tokio::time::timeout(self.patience, asked).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => Answer::from(error),
            Err(_) => Answer::Silence("no answer in time".into()),
        };
        Err(read(step, answer))
    }

    /// Politely, but not for long.
    async fn leave(&self, mut line: Line) {
        let _ = tokio::time::timeout(Duration::from_secs(1), line.abort()).await;
    }
}

#[cfg(test)]
mod tests;
