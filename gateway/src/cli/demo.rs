//! `uzel demo`: the hub with fake providers and a day of invented clients, whose messages and calls really travel through
//! the webhooks.

mod bridge;
mod companies;
mod phrases;
mod tasks;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono_tz::Tz;
use crm_core::access::user::{self, UserPatch};
use crm_core::access::{Right, Scope, Token, Viewer, bootstrap};
use crm_core::accounts::{self, AccountEdit, NewAccount, Sealed, StoredAccount, health};
use crm_core::clients::client::{Transfer, transfer};
use crm_core::clients::list::{ClientFilter, ClientSort, Wanted, list};
use crm_core::timeline::raw_event;
use crm_core::{AccountId, ClientId, UserId};
use email::Security;
use mocks::post::Settings;
use mocks::{Addresses, Fakes, FakesConfig, Hooks, Provider, ProvidersConfig, scenario};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::config::{Config, MailConfig};
use crate::connectors;
use crate::run::{self, Hub, Role};
use crate::{clock, logs, shutdown};

/// How the demo is run.
#[derive(clap::Args)]
pub(super) struct Demo {
    /// Prints one line of JSON with addresses and log-ins when everything is ready.
    #[arg(long)]
    json: bool,
    /// How many invented clients there are.
    #[arg(long, default_value_t = 24)]
    clients: u32,
    /// The same seed gives the same day.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Role, log-in and name of the people of the demo.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("administrator", "admin", "Сергей Админов"),
    ("director", "director", "Виктор Директоров"),
    ("head_of_sales", "rop", "Марина Ропова"),
    ("manager", "anna", "Анна Менеджерова"),
    ("manager", "pavel", "Павел Продажин"),
];

/// Starts everything, prints how to enter, and goes on until told to stop.
pub(super) async fn demo(mut config: Config, demo: Demo) -> anyhow::Result<ExitCode> {
    logs::start(&config.log)?;
    if config.data.folder == Config::usual().data.folder {
        // Invented clients never get into the data of a real installation.
        config.data.folder = PathBuf::from("uzel-demo");
    }
    if config.server.public_url.is_none() {
        let port = settled_port(config.server.listen)?;
        config.server.listen.set_port(port);
        config.server.public_url = Some(format!("http://{}:{port}", Ipv4Addr::LOCALHOST));
    }
    let stop = shutdown::on_signal();
    let bank = mocks::cbr::FakeBank::new(demo.seed, BTreeMap::new());
    let bank = mocks::cbr::Server::start(bank, Arc::new(clock::now)).await.context("the fake bank")?;
    config.rates.url = format!("{}/scripts", bank.url());
    config.rates.mirror_url = Some(format!("{}/mirror", bank.url()));
    let post = mocks::mail::Server::start(Arc::new(clock::now)).await.context("the fake mail server")?;
    config.mail = MailConfig {
        server: Some(post.address().ip().to_string()),
        port: Some(post.address().port()),
        security: Security::Plain,
        user: None,
        password: None,
        from: Some("Узел <uzel@example.ru>".to_owned()),
        trusted_roots: None,
    };
    let hub = run::start(&config, Role::All, clock::now).await?;
    let stage = Stage::set(&config, &hub).await?;
    let fakes = Fakes::start(FakesConfig {
        providers: stage.providers.clone(),
        poster: Settings::default(),
        telegram_webhook: true,
        clock: Arc::new(clock::now),
    })
    .await
    .context("the fake providers do not start")?;
    stage.point_at(&hub, &fakes.addresses()).await?;
    let day = scenario::company_day(fakes.providers(), clock::now(), demo.seed, demo.clients);
    if stage.is_new {
        fakes.play(day.steps, 0.0, |_| {}).await;
        at_rest(&hub).await?;
        stage.share_out(&hub).await?;
        stage.set_tasks(&hub, config.company().zone).await?;
    } else {
        // The fakes know nothing of their last run, and a bot may answer only whom it heard from.
        fakes.remember(&day.steps);
    }
    let director = bridge::set(&config, &hub, &stage.administrator, &stage.director, &fakes).await?;
    stage.set_up_hooks(&hub, &config).await?;
    announce(&demo, &hub, &stage, &fakes, &bank.url(), &post.url(), &director.page_url());
    let live = scenario::trickle(fakes.providers(), clock::now(), demo.seed).with_clients(demo.clients);
    tokio::select! {
        () = fakes.play(live, 1.0, |_| {}) => {}
        () = stop.cancelled() => {}
    }
    drop((fakes, director));
    hub.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The fakes run on this machine and are told the port, so that a free one is chosen before the start.
fn settled_port(listen: SocketAddr) -> anyhow::Result<u16> {
    match listen.port() {
        0 => Ok(TcpListener::bind(listen)?.local_addr()?.port()),
        port => Ok(port),
    }
}

/// Waits until everything that was posted is on the timelines.
async fn at_rest(hub: &Hub) -> anyhow::Result<()> {
    loop {
        let balance = raw_event::balance(&mut *hub.database.pool.acquire().await?, None).await?;
        if balance.pending == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The people and accounts of the demo.
struct Stage {
    people: Vec<Value>,
    administrator: Viewer,
    director: Viewer,
    managers: Vec<UserId>,
    providers: ProvidersConfig,
    is_new: bool,
}

impl Stage {
    /// Adds what is missing. Passwords are drawn anew at every start: nothing of them is kept but the hash.
    async fn set(config: &Config, hub: &Hub) -> anyhow::Result<Self> {
        let mut tx = hub.database.pool.begin().await?;
        let (mut people, mut managers) = (Vec::new(), Vec::new());
        let (mut administrator, mut director) = (None, None);
        for (role, login, name) in PEOPLE {
            let password = Token::new("").into_text()[..14].to_owned();
            let id = bootstrap::put_user_with_password(&mut tx, login, name, role, &password, clock::now())
                .await?;
            administrator.get_or_insert(id);
            match role {
                "manager" => managers.push(id),
                "director" => director = Some(everything(id, name)),
                _ => {}
            }
            people.push(json!({ "role": role, "login": login, "name": name, "password": password }));
        }
        let administrator = administrator.context("the demo has an administrator")?;
        let director = director.context("the demo has a director")?;
        let viewer = everything(administrator, PEOPLE[0].2);
        let email = UserPatch { email: Some("admin@example.ru".to_owned()), ..UserPatch::default() };
        user::edit(&mut tx, &viewer, administrator, email, clock::now()).await?;
        let known = accounts::list(&mut tx, &viewer).await?;
        let mut providers = ProvidersConfig::example(&Hooks::under("http://127.0.0.1:1"));
        let base = format!("http://{}/hooks", hub.address);
        for provider in Provider::ALL {
            let connector = provider.name();
            let is_its =
                |account: &&StoredAccount| account.connector == connector && !serves_the_bridge(account);
            let stored = match known.iter().find(is_its) {
                Some(account) => account.clone(),
                None => add_account(&mut tx, config, &viewer, connector, form(&providers, provider)).await?,
            };
            let hook = match provider {
                Provider::Telphin => format!("{base}/{}/{TELPHIN_SECRET}", stored.key),
                _ => format!("{base}/{}", stored.key),
            };
            providers.set_hook(provider, hook);
        }
        if known.is_empty() {
            phrases::write(&mut tx, &viewer, clock::now()).await?;
        }
        tx.commit().await?;
        hub.accounts.reload().await?;
        Ok(Self { people, administrator: viewer, director, managers, providers, is_new: known.is_empty() })
    }
}

impl Stage {
    /// The fakes listen on other ports at each start: accounts that call their provider are told where.
    async fn point_at(&self, hub: &Hub, addresses: &Addresses) -> anyhow::Result<()> {
        let mut tx = hub.database.pool.begin().await?;
        for account in accounts::list(&mut tx, &self.administrator).await? {
            let provider = Provider::ALL.into_iter().find(|provider| provider.name() == account.connector);
            let calls = connectors::find(&account.connector).and_then(|info| info.setting("api_url"));
            let (Some(provider), Some(setting)) = (provider, calls) else { continue };
            if serves_the_bridge(&account) {
                continue;
            }
            let mut settings = account.settings;
            settings[setting.name] = addresses.of(provider).into();
            let edit = AccountEdit { settings: Some(settings), ..AccountEdit::default() };
            accounts::edit(&mut tx, &self.administrator, account.id, edit, clock::now()).await?;
        }
        tx.commit().await?;
        Ok(hub.accounts.reload().await?)
    }

    /// What «Исправить» would do, without the press: every light is green from the start.
    async fn set_up_hooks(&self, hub: &Hub, config: &Config) -> anyhow::Result<()> {
        let base = config.server.public_url.as_deref().context("the demo has an address")?;
        for account in hub.accounts.all() {
            let Some(probe) = account.connector.probe() else { continue };
            let url = hub.accounts.webhook_url(base, account.id).context("an account has an address")?;
            let findings = probe.probe(Some(&url)).await?;
            if findings.iter().any(|finding| finding.repairable) {
                probe.repair(&url).await?;
            }
            // The hub may have asked before the fakes were there.
            let mut tx = hub.database.pool.begin().await?;
            health::check_now(&mut tx, &self.administrator, account.id, clock::now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Two of three clients get a manager, the third stays in the common base.
    async fn share_out(&self, hub: &Hub) -> anyhow::Result<()> {
        let mut conn = hub.database.pool.acquire().await?;
        let filter = ClientFilter::default();
        let clients = list(&mut conn, &self.administrator, &filter, ClientSort::Name, None, 200).await?;
        drop(conn);
        for (row, owner) in clients.iter().zip([0, 1, 2].into_iter().cycle()) {
            if let Some(manager) = self.managers.get(owner) {
                // Each by itself: cards are still being joined, and many locks at once would meet theirs.
                let mut tx = hub.database.pool.begin().await?;
                transfer(
                    &mut tx,
                    &self.administrator,
                    clock::now(),
                    row.id,
                    &Transfer::for_good(Some(*manager), "Демонстрация"),
                )
                .await?;
                tx.commit().await?;
            }
        }
        companies::write(&hub.database.pool, &self.administrator, &clients).await
    }
}

impl Stage {
    /// The first manager has something to do.
    async fn set_tasks(&self, hub: &Hub, zone: Tz) -> anyhow::Result<()> {
        let (_, _, name) = PEOPLE[3];
        let manager = everything(*self.managers.first().context("the demo has managers")?, name);
        let mut tx = hub.database.pool.begin().await?;
        let own = ClientFilter { responsible: Some(Wanted::Is(manager.user_id)), ..ClientFilter::default() };
        let clients = list(&mut tx, &manager, &own, ClientSort::Name, None, 3).await?;
        let clients: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
        tasks::write(&mut tx, (&self.director, &manager), &clients, zone, clock::now()).await?;
        Ok(tx.commit().await?)
    }
}

/// The last part of the fake PBX's webhook address. Invented like everything here; the demo listens on this machine.
const TELPHIN_SECRET: &str = "demo-telphin-secret-0001";

/// What the account of this fake is told.
fn form(providers: &ProvidersConfig, provider: Provider) -> Value {
    let mut form = providers.form(provider);
    if provider == Provider::Telphin {
        form["secret"] = TELPHIN_SECRET.into();
    }
    form
}

async fn add_account(
    conn: &mut PgConnection,
    config: &Config,
    viewer: &Viewer,
    connector: &str,
    fields: Value,
) -> anyhow::Result<StoredAccount> {
    let info = connectors::find(connector).context("the demo's connectors are known")?;
    let split = info.split(fields.as_object().cloned().unwrap_or_default())?;
    let secrets =
        split.secrets.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let id = AccountId::at(clock::now());
    let new = NewAccount {
        id,
        connector: connector.to_owned(),
        channel: info.channel,
        name: info.title.to_owned(),
        region: split.region.unwrap_or_default(),
        settings: Value::Object(split.settings),
        secrets: Sealed { bytes: run::seal_key(config)?.seal(id, &secrets), changed: Vec::new() },
        enabled: true,
    };
    Ok(accounts::create(conn, viewer, new, clock::now()).await?)
}

/// The director's own bot is no channel of clients.
fn serves_the_bridge(account: &StoredAccount) -> bool {
    account.settings["purpose"] == "bridge"
}

fn everything(user: UserId, name: &str) -> Viewer {
    Viewer {
        user_id: user,
        name: name.to_owned(),
        remote: None,
        rights: Right::ALL.into_iter().map(|right| (right, Scope::All)).collect(),
        lent: Vec::new(),
    }
}

fn announce(demo: &Demo, hub: &Hub, stage: &Stage, fakes: &Fakes, bank: &str, mail: &str, director: &str) {
    let url = format!("http://{}", hub.address);
    if demo.json {
        println!(
            "{}",
            json!({
                "url": url, "users": stage.people, "fakes": fakes.addresses(), "bank": bank, "mail": mail,
                "director": director,
            })
        );
        return;
    }
    println!("\nУзел работает: {url} (описание API: {url}/api/docs)\n\nВход:");
    for person in &stage.people {
        let text = |key: &str| person[key].as_str().unwrap_or_default().to_owned();
        println!("  {:<10} {:<16} {} ({})", text("login"), text("password"), text("name"), text("role"));
    }
    println!("\nПоддельные провайдеры (GET / перечисляет, что они умеют): {}", fakes.addresses().control);
    println!("Поддельный Банк России (GET / перечисляет, как его остановить и сломать): {bank}");
    println!("Поддельная почта (GET /mails показывает письма): {mail}");
    println!("Поддельный Telegram руководителя (читать и отвечать за него): {director}");
    println!("Новые события приходят сами. Остановка: Ctrl+C.\n");
}
