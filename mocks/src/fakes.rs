//! All fakes of one hub, started together.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::control;
use crate::fault::Faults;
use crate::log::{Log, Received};
use crate::max;
use crate::outgoing::{Outgoing, Provider};
use crate::phone::Phone;
use crate::post::{Posted, Poster, Settings};
use crate::providers::{Providers, ProvidersConfig};
use crate::scenario::Step;
use crate::serving::Serving;
use crate::whatsapp::graph;
use crate::{smsc, smsru, telegram, telphin};

/// The providers' clock. It is given from outside: nothing here reads the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What to start.
#[derive(Clone)]
pub struct FakesConfig {
    /// The accounts and their hook URLs.
    pub providers: ProvidersConfig,
    /// How the webhooks are posted and repeated.
    pub poster: Settings,
    /// Telegram posts webhooks at once (`true`), or its updates wait for `getUpdates`.
    pub telegram_webhook: bool,
    /// The time of what is done through the control API.
    pub clock: Clock,
}

impl fmt::Debug for FakesConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FakesConfig").field("poster", &self.poster).finish_non_exhaustive()
    }
}

/// Where the fakes listen: base URLs without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// Bot API.
    pub telegram: String,
    /// Graph API.
    pub whatsapp: String,
    /// The `RingMe` API.
    pub telphin: String,
    /// The API of SMSC.ru.
    pub smsc: String,
    /// The API of SMS.ru.
    pub smsru: String,
    /// Bot API of MAX, and its upload host.
    pub max: String,
    /// Makes the fakes act by HTTP.
    pub control: String,
}

impl Addresses {
    /// The API of this provider.
    pub fn of(&self, provider: Provider) -> &str {
        match provider {
            Provider::WhatsApp => &self.whatsapp,
            Provider::Telphin => &self.telphin,
            Provider::Telegram => &self.telegram,
            Provider::Smsc => &self.smsc,
            Provider::SmsRu => &self.smsru,
            Provider::Max => &self.max,
        }
    }
}

/// Why the fakes did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No loopback port.
    #[error("a fake cannot listen")]
    Listen(#[from] std::io::Error),
    /// No HTTP client.
    #[error("a fake cannot post")]
    Client(#[from] reqwest::Error),
}

/// What the servers of all fakes share.
#[derive(Clone)]
pub struct Surroundings {
    /// What the hub asked for.
    pub log: Log,
    /// What the clients' phones received.
    pub phone: Phone,
    /// What goes wrong.
    pub faults: Faults,
    /// How updates are posted.
    pub poster: Arc<Poster>,
    /// The provider's clock.
    pub clock: Clock,
}

/// All of it, running.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) providers: Providers,
    pub(crate) poster: Arc<Poster>,
    pub(crate) telegram: telegram::Server,
    pub(crate) telphin: telphin::Server,
    pub(crate) whatsapp: graph::Server,
    pub(crate) smsc: smsc::Server,
    pub(crate) smsru: smsru::Server,
    pub(crate) max: max::Server,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) phone: Phone,
}

impl Stand {
    pub(crate) async fn deliver(&self, outgoing: &Outgoing) -> Posted {
        match self.route(outgoing) {
            Some(outgoing) => {
                let posted = self.poster.post(&outgoing).await;
                self.settle(&posted);
                posted
            }
            None => Posted::queued(outgoing),
        }
    }

    /// Updates and notifications go where the hub wants them, and their fakes learn from them; everything else is posted
    /// as it is.
    pub(crate) fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        match outgoing.provider {
            Provider::Telegram => self.telegram.route(outgoing),
            Provider::WhatsApp => self.whatsapp.route(outgoing),
            Provider::Max => self.max.route(outgoing),
            Provider::Telphin => {
                self.telphin.observe(outgoing);
                Some(outgoing.clone())
            }
            _ => Some(outgoing.clone()),
        }
    }

    /// Bots remember what became of their webhooks. MAX gives its subscription up with the first one that it gives up.
    fn settle(&self, posted: &Posted) {
        match posted.provider {
            Provider::Telegram => self.telegram.posted(posted),
            Provider::Max if posted.attempts > 0 && !posted.acknowledged => self.max.unsubscribe_all(),
            _ => {}
        }
    }
}

/// Running fakes; they end when this is dropped.
#[derive(Debug)]
pub struct Fakes {
    stand: Arc<Stand>,
    control: Serving,
}

impl Fakes {
    /// Starts all of them on free loopback ports.
    pub async fn start(config: FakesConfig) -> Result<Self, StartError> {
        let (log, faults, phone) = (Log::default(), Faults::default(), Phone::default());
        let poster = Arc::new(Poster::new(config.poster)?);
        let around = Surroundings {
            log: log.clone(),
            phone: phone.clone(),
            faults: faults.clone(),
            poster: Arc::clone(&poster),
            clock: Arc::clone(&config.clock),
        };
        let telegram = telegram::Server::start(
            config.providers.telegram.clone(),
            config.telegram_webhook,
            around.clone(),
        )
        .await?;
        let mut providers = config.providers;
        let max = max::Server::start(providers.max.clone(), around.clone()).await?;
        providers.max.files_url = max.url();
        let providers = Providers::new(providers);
        let clock = Arc::clone(&config.clock);
        let telphin = telphin::Server::start(
            providers.telphin.clone(),
            Arc::clone(&poster),
            clock,
            log.clone(),
            &faults,
        )
        .await?;
        let smsc = smsc::Server::start(providers.smsc.clone(), around.clone()).await?;
        let smsru = smsru::Server::start(providers.smsru.clone(), around.clone()).await?;
        let whatsapp = graph::Server::start(providers.whatsapp.clone(), around).await?;
        let stand = Arc::new(Stand {
            providers,
            poster,
            telegram,
            telphin,
            whatsapp,
            smsc,
            smsru,
            max,
            log,
            faults,
            phone,
        });
        let control = Serving::start(control::router(Arc::clone(&stand), config.clock)).await?;
        Ok(Self { stand, control })
    }

    /// Where they listen.
    pub fn addresses(&self) -> Addresses {
        Addresses {
            telegram: self.stand.telegram.url(),
            whatsapp: self.stand.whatsapp.url(),
            telphin: self.stand.telphin.url(),
            smsc: self.stand.smsc.url(),
            smsru: self.stand.smsru.url(),
            max: self.stand.max.url(),
            control: self.control.url(),
        }
    }

    /// The makers of requests, for scenarios.
    pub fn providers(&self) -> &Providers {
        &self.stand.providers
    }

    /// The poster, for its sums.
    pub fn poster(&self) -> &Arc<Poster> {
        &self.stand.poster
    }

    /// The Bot API.
    pub fn telegram(&self) -> &telegram::Server {
        &self.stand.telegram
    }

    /// The PBX's API.
    pub fn telphin(&self) -> &telphin::Server {
        &self.stand.telphin
    }

    /// The Bot API of MAX.
    pub fn max(&self) -> &max::Server {
        &self.stand.max
    }

    /// The Graph API.
    pub fn whatsapp(&self) -> &graph::Server {
        &self.stand.whatsapp
    }

    /// What the hub asked the fakes for.
    pub fn log(&self) -> Vec<Received> {
        self.stand.log.entries()
    }

    /// The API of SMSC.ru.
    pub fn smsc(&self) -> &smsc::Server {
        &self.stand.smsc
    }

    /// What goes wrong at them.
    pub fn faults(&self) -> &Faults {
        &self.stand.faults
    }

    /// What the clients' phones received.
    pub fn phone(&self) -> &Phone {
        &self.stand.phone
    }

    /// Takes these steps as having happened in an earlier run, without delivering anything.
    pub fn remember(&self, steps: &[Step]) {
        for step in steps.iter().filter(|step| step.outgoing.provider == Provider::Telegram) {
            self.stand.telegram.remember(&step.outgoing);
        }
    }

    /// Delivers one request: posted until acknowledged, or queued for `getUpdates`.
    pub async fn deliver(&self, outgoing: &Outgoing) -> Posted {
        self.stand.deliver(outgoing).await
    }

    /// Delivers steps at their times, `pace` seconds per second of theirs (0: all at once); `tell` hears of each outcome. Ends with the last of them: with an endless iterator
    /// (a trickle) it never does. The future owns all it needs, so it can be spawned.
    pub fn play<I, F>(&self, steps: I, pace: f64, tell: F) -> impl Future<Output = ()> + Send + use<I, F>
    where
        I: IntoIterator<Item = Step> + Send + 'static,
        I::IntoIter: Send,
        F: Fn(Posted) + Send + Sync + 'static,
    {
        let stand = Arc::clone(&self.stand);
        async move {
            let poster = Arc::clone(&stand.poster);
            let routing = Arc::clone(&stand);
            let settled = move |posted: Posted| {
                stand.settle(&posted);
                tell(posted);
            };
            poster.play_routed(steps, pace, move |outgoing| routing.route(&outgoing), settled).await;
        }
    }
}
