//! What goes wrong at a fake: on request, by a random plan with a seed, or altogether.
//!
//! A fake serves by [`Faults::serve`] and says by [`Manners`] what its requests are and how it refuses; everything else
//! happens here. States that a fake posts back go through [`Faults::states`].

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::{IncomingStream, Listener};
use axum::{Json, Router};
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dice::Dice;
use crate::outgoing::Provider;

/// What a request is for; each fake sorts its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A message, an edit, a reaction, a deletion.
    Send,
    /// A file comes in.
    Upload,
    /// A file goes out, or its address is asked.
    Download,
    /// Anything else: balances, templates, states asked for, settings.
    Ask,
    /// Not a request: the states of one message on their way back.
    States,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Done, and the connection is cut before a byte of the answer.
    LostAnswer,
    /// Done, and the connection is cut in the middle of the answer's body.
    TruncatedBody,
    /// No answer for so long, then the connection is cut.
    Hang {
        /// How long.
        seconds: u64,
        /// It was done all the same.
        #[serde(default)]
        done: bool,
    },
    /// Not done: too many requests.
    TooMany {
        /// The provider's hint; without one it says nothing.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The provider fails with this status.
    ServerError {
        /// From 500.
        status: u16,
        /// It was done all the same.
        #[serde(default)]
        done: bool,
    },
    /// Not done: the provider's own refusal, by its code.
    Refused {
        /// As this provider counts them.
        code: i64,
    },
    /// The file is not there any more.
    Gone,
    /// The states come later by so much.
    LateStates {
        /// How much.
        seconds: u64,
    },
    /// The states come in the opposite order.
    ReorderedStates,
    /// Each state comes twice.
    DoubledStates,
    /// The states never come.
    LostStates,
}

impl Fault {
    fn of_states(&self) -> bool {
        matches!(
            self,
            Self::LateStates { .. } | Self::ReorderedStates | Self::DoubledStates | Self::LostStates
        )
    }

    fn fits(&self, on: Option<Operation>, operation: Operation) -> bool {
        self.of_states() == (operation == Operation::States) && on.is_none_or(|on| on == operation)
    }
}

/// The next requests of a kind go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Whose.
    pub provider: Provider,
    /// `None`: any.
    #[serde(default)]
    pub on: Option<Operation>,
    /// How.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many.
    #[serde(default = "one")]
    pub times: u32,
    /// How many go well before.
    #[serde(default)]
    pub after: u32,
}

fn one() -> u32 {
    1
}

/// Things go wrong by chance. The n-th request of an operation meets the same fault in every run of the same seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Whose requests; `None`: everybody's.
    #[serde(default)]
    pub provider: Option<Provider>,
    /// Decides all.
    pub seed: u64,
    /// At most one of them strikes a request.
    pub chances: Vec<Chance>,
}

/// How often something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance {
    /// `None`: on any operation.
    #[serde(default)]
    pub on: Option<Operation>,
    /// What.
    #[serde(flatten)]
    pub fault: Fault,
    /// Of a thousand requests.
    pub per_mille: usize,
}

/// Whether the provider is there at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// It is.
    #[default]
    None,
    /// Its port refuses connections, and those that were open are cut.
    Refusing,
    /// Connections are taken, and nothing is read or answered until it is over.
    Hanging,
}

/// How a fake takes part: what its requests are, and its own form of a refusal.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// Sorts a request.
    pub operation: fn(&Method, &Uri) -> Operation,
    /// The answer for `TooMany`, `ServerError`, `Refused` and `Gone`.
    pub refusal: fn(&Fault) -> Response,
}

/// What goes wrong with the fakes that share it.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<Rule>,
    plans: Vec<Plan>,
    dice: HashMap<(Provider, Operation, u64), Dice>,
    outages: HashMap<Provider, watch::Sender<Outage>>,
    struck: Vec<(Provider, Operation, Fault, u64)>,
}

impl Faults {
    /// The next requests that fit go wrong. Rules count before plans, older ones first.
    pub fn add(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    /// From now on things go wrong by chance, beside older plans.
    pub fn plan(&self, plan: Plan) {
        self.lock().plans.push(plan);
    }

    /// Goes down in this manner, or comes back.
    pub fn outage(&self, provider: Provider, outage: Outage) {
        self.lock().outages.entry(provider).or_default().send_replace(outage);
    }

    /// Everything is well again; the sums stay.
    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.rules.clear();
        inner.plans.clear();
        inner.dice.clear();
        for outage in inner.outages.values() {
            outage.send_replace(Outage::None);
        }
    }

    /// How often each thing went wrong so far.
    pub fn struck(&self) -> Vec<(Provider, Operation, Fault, u64)> {
        self.lock().struck.clone()
    }

    /// What happens to this request; asking counts as one request.
    pub fn strike(&self, provider: Provider, operation: Operation) -> Option<Fault> {
        let mut inner = self.lock();
        let fault = inner.by_rule(provider, operation).or_else(|| inner.by_plan(provider, operation))?;
        inner.count(provider, operation, &fault);
        Some(fault)
    }

    /// The states of one message with their pauses from now, as they will really come.
    pub fn states<T: Clone>(&self, provider: Provider, mut states: Vec<(Duration, T)>) -> Vec<(Duration, T)> {
        match self.strike(provider, Operation::States) {
            Some(Fault::LateStates { seconds }) => {
                for (pause, _) in &mut states {
                    *pause += Duration::from_secs(seconds);
                }
            }
            Some(Fault::ReorderedStates) => {
                let pauses: Vec<Duration> = states.iter().map(|(pause, _)| *pause).collect();
                states.reverse();
                for ((pause, _), of_place) in states.iter_mut().zip(pauses) {
                    *pause = of_place;
                }
            }
            Some(Fault::DoubledStates) => {
                states = states.into_iter().flat_map(|state| [state.clone(), state]).collect();
            }
            Some(Fault::LostStates) => states.clear(),
            _ => {}
        }
        states
    }

    /// Serves a fake on a free loopback port, with everything that can go wrong.
    pub async fn serve(&self, provider: Provider, manners: Manners, app: Router) -> io::Result<Server> {
        let outage = self.lock().outages.entry(provider).or_default().subscribe();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let port = Port { address, outage, state: PortState::Open(listener) };
        let meeting = Meeting { faults: self.clone(), provider, manners };
        let app =
            app.layer(from_fn_with_state(meeting, meet)).into_make_service_with_connect_info::<Scissors>();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(port, app).await {
                tracing::warn!(%error, "a fake stopped serving");
            }
        });
        Ok(Server { address, task })
    }

    /// `/faults…` of the control port; its help text has the bodies.
    pub fn routes(&self) -> Router {
        #[derive(Deserialize)]
        struct Goes {
            provider: Provider,
            outage: Outage,
        }
        let told = async |State(faults): State<Self>| Json(faults.told());
        let added = async |State(faults): State<Self>, Json(rule): Json<Rule>| faults.add(rule);
        let planned = async |State(faults): State<Self>, Json(plan): Json<Plan>| faults.plan(plan);
        let goes = async |State(faults): State<Self>, Json(goes): Json<Goes>| {
            faults.outage(goes.provider, goes.outage);
        };
        let cleared = async |State(faults): State<Self>| faults.clear();
        Router::new()
            .route("/faults", get(told).post(added).delete(cleared))
            .route("/faults/plan", post(planned))
            .route("/faults/outage", post(goes))
            .with_state(self.clone())
    }

    fn told(&self) -> Value {
        let inner = self.lock();
        let struck = inner.struck.iter().map(|(provider, on, fault, count)| {
            json!({ "provider": provider, "on": on, "what": fault, "count": count })
        });
        let outages = inner.outages.iter().map(|(provider, outage)| (provider.name(), *outage.borrow()));
        json!({
            "rules": inner.rules,
            "plans": inner.plans,
            "outages": outages.collect::<HashMap<_, _>>(),
            "struck": struck.collect::<Vec<_>>(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn by_rule(&mut self, provider: Provider, operation: Operation) -> Option<Fault> {
        let fits = |rule: &Rule| rule.provider == provider && rule.fault.fits(rule.on, operation);
        let place = self.rules.iter().position(fits)?;
        let rule = &mut self.rules[place];
        if rule.after > 0 {
            rule.after -= 1;
            return None;
        }
        let fault = rule.fault.clone();
        rule.times = rule.times.saturating_sub(1);
        if rule.times == 0 {
            self.rules.remove(place);
        }
        Some(fault)
    }

    fn by_plan(&mut self, provider: Provider, operation: Operation) -> Option<Fault> {
        for plan in &self.plans {
            if plan.provider.is_some_and(|whose| whose != provider) {
                continue;
            }
            // A stream of chance for each operation, so that uploads do not decide what happens to messages.
            let seed = plan.seed.wrapping_mul(31).wrapping_add(operation as u64);
            let dice = self.dice.entry((provider, operation, seed)).or_insert_with(|| Dice::new(seed));
            let mut drawn = dice.below(1000);
            for chance in plan.chances.iter().filter(|chance| chance.fault.fits(chance.on, operation)) {
                if drawn < chance.per_mille {
                    return Some(chance.fault.clone());
                }
                drawn -= chance.per_mille;
            }
        }
        None
    }

    fn count(&mut self, provider: Provider, operation: Operation, fault: &Fault) {
        let same = |entry: &&mut (Provider, Operation, Fault, u64)| {
            entry.0 == provider && entry.1 == operation && entry.2 == *fault
        };
        match self.struck.iter_mut().find(same) {
            Some(entry) => entry.3 += 1,
            None => self.struck.push((provider, operation, fault.clone(), 1)),
        }
    }
}

/// A served fake, ended with its owner.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// `http://127.0.0.1:PORT`, the same before and after an outage.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Meeting {
    faults: Faults,
    provider: Provider,
    manners: Manners,
}

async fn meet(
    State(meeting): State<Meeting>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
    next: Next,
) -> Response {
    let operation = (meeting.manners.operation)(request.method(), request.uri());
    let Some(fault) = meeting.faults.strike(meeting.provider, operation) else {
        return next.run(request).await;
    };
    match fault {
        Fault::LostAnswer => {
            next.run(request).await;
            scissors.cut()
        }
        Fault::TruncatedBody => truncated(next.run(request).await).await,
        Fault::Hang { seconds, done } => {
            if done {
                next.run(request).await;
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            scissors.cut()
        }
        Fault::ServerError { done: true, .. } => {
            next.run(request).await;
            (meeting.manners.refusal)(&fault)
        }
        _ => {
            // Read to its end, or the client would see a reset instead of the answer.
            let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
            (meeting.manners.refusal)(&fault)
        }
    }
}

/// The head promises the whole body, half of it comes.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    let broken: [io::Result<Bytes>; 2] = [Ok(half), Err(io::ErrorKind::ConnectionReset.into())];
    Response::from_parts(parts, Body::from_stream(stream::iter(broken)))
}

/// Cuts the connection of one request before anything is answered.
#[derive(Debug, Clone)]
struct Scissors(Arc<AtomicBool>);

impl Scissors {
    /// The response is what the server tries to write, and fails.
    fn cut(&self) -> Response {
        self.0.store(true, Ordering::Release);
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Connected<IncomingStream<'_, Port>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.io().scissors.clone()
    }
}

/// A listening port that can refuse for a while without losing its number.
struct Port {
    address: SocketAddr,
    outage: watch::Receiver<Outage>,
    state: PortState,
}

enum PortState {
    Open(TcpListener),
    /// Bound and not listening: the kernel refuses, and nobody else takes the number.
    Held(TcpSocket),
    Between,
}

impl Port {
    fn held(&self) -> io::Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        Ok(socket)
    }

    /// Opens or closes as the outage wants it.
    fn settle(&mut self) -> io::Result<()> {
        let refusing = *self.outage.borrow_and_update() == Outage::Refusing;
        self.state = match std::mem::replace(&mut self.state, PortState::Between) {
            PortState::Open(listener) if refusing => {
                drop(listener);
                PortState::Held(self.held()?)
            }
            PortState::Held(socket) if !refusing => PortState::Open(socket.listen(1024)?),
            PortState::Between if refusing => PortState::Held(self.held()?),
            PortState::Between => PortState::Open(self.held()?.listen(1024)?),
            settled => settled,
        };
        Ok(())
    }
}

impl Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            if let Err(error) = self.settle() {
                tracing::warn!(%error, "a fake's port is not to be had");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            let PortState::Open(listener) = &self.state else {
                let _ = self.outage.changed().await;
                continue;
            };
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, peer)) = accepted {
                    return (Wire::new(stream, self.outage.clone()), peer);
                },
                _ = self.outage.changed() => {}
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that an outage or the scissors end.
struct Wire {
    stream: TcpStream,
    scissors: Scissors,
    outage: watch::Receiver<Outage>,
    changed: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Wire {
    fn new(stream: TcpStream, outage: watch::Receiver<Outage>) -> Self {
        let changed = next_change(&outage);
        Self { stream, scissors: Scissors(Arc::default()), outage, changed }
    }

    /// Ready when bytes may go.
    fn passable(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.changed.as_mut().poll(context).is_ready() {
            self.changed = next_change(&self.outage);
        }
        let outage = *self.outage.borrow();
        if outage == Outage::Refusing || self.scissors.0.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if outage == Outage::Hanging { Poll::Pending } else { Poll::Ready(Ok(())) }
    }
}

fn next_change(outage: &watch::Receiver<Outage>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let mut outage = outage.clone();
    outage.mark_unchanged();
    Box::pin(async move {
        if outage.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.passable(context))?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.passable(context))?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.passable(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::http_client;

    const SEND: Operation = Operation::Send;

    fn refusal(fault: &Fault) -> Response {
        match fault {
            Fault::ServerError { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY).into_response()
            }
            _ => StatusCode::TOO_MANY_REQUESTS.into_response(),
        }
    }

    fn rule(fault: Fault) -> Rule {
        Rule { provider: Provider::Smsc, on: None, fault, times: 1, after: 0 }
    }

    /// A fake that counts what it did and answers 4 letters.
    async fn fake(faults: &Faults) -> (Server, Arc<Mutex<u32>>) {
        let done = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&done);
        let app = Router::new().route(
            "/",
            post(async move || {
                *counted.lock().expect("unpoisoned") += 1;
                "done"
            }),
        );
        let manners = Manners { operation: |_, _| SEND, refusal };
        (faults.serve(Provider::Smsc, manners, app).await.expect("a port"), done)
    }

    async fn ask(http: &reqwest::Client, server: &Server) -> Result<(u16, String), reqwest::Error> {
        let answer = http.post(server.url()).body("x").send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    #[tokio::test]
    async fn a_lost_answer_a_cut_one_and_a_refusal_strike_once_each() {
        let faults = Faults::default();
        let (server, done) = fake(&faults).await;
        let http = http_client(Duration::from_secs(5)).expect("a client");
        faults.add(Rule { after: 1, ..rule(Fault::LostAnswer) });
        assert_eq!(ask(&http, &server).await.expect("an answer"), (200, "done".to_owned()));
        assert!(ask(&http, &server).await.expect_err("no answer").status().is_none());
        faults.add(rule(Fault::TruncatedBody));
        ask(&http, &server).await.expect_err("half of a body");
        faults.add(rule(Fault::TooMany { retry_after: Some(3) }));
        assert_eq!(ask(&http, &server).await.expect("an answer").0, 429);
        assert_eq!(*done.lock().expect("unpoisoned"), 3, "the refused one was not done");
        faults.add(rule(Fault::ServerError { status: 502, done: true }));
        assert_eq!(ask(&http, &server).await.expect("an answer").0, 502);
        assert_eq!(*done.lock().expect("unpoisoned"), 4);
        assert_eq!(ask(&http, &server).await.expect("an answer").0, 200);
        assert_eq!(faults.struck().len(), 4);
    }

    #[tokio::test]
    async fn a_provider_that_is_down_refuses_connections_and_comes_back_on_its_port() {
        let faults = Faults::default();
        let (server, done) = fake(&faults).await;
        let http = http_client(Duration::from_secs(5)).expect("a client");
        ask(&http, &server).await.expect("an answer");
        faults.outage(Provider::Smsc, Outage::Refusing);
        // The first may still meet the connection that was open.
        let _ = ask(&http, &server).await;
        while !ask(&http, &server).await.is_err_and(|error| error.is_connect()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        faults.outage(Provider::Smsc, Outage::None);
        while ask(&http, &server).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(*done.lock().expect("unpoisoned"), 2);
    }

    #[tokio::test]
    async fn a_hanging_provider_answers_nobody_until_it_is_over() {
        let faults = Faults::default();
        let (server, done) = fake(&faults).await;
        let http = http_client(Duration::from_millis(100)).expect("a client");
        ask(&http, &server).await.expect("an answer");
        faults.outage(Provider::Smsc, Outage::Hanging);
        assert!(ask(&http, &server).await.expect_err("no answer").is_timeout());
        assert_eq!(*done.lock().expect("unpoisoned"), 1);
        faults.clear();
        while ask(&http, &server).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[test]
    fn a_plan_strikes_the_same_requests_in_every_run() {
        let plan = Plan {
            provider: None,
            seed: 7,
            chances: vec![
                Chance { on: Some(SEND), fault: Fault::LostAnswer, per_mille: 100 },
                Chance { on: None, fault: Fault::ServerError { status: 503, done: false }, per_mille: 50 },
                Chance { on: None, fault: Fault::LateStates { seconds: 9 }, per_mille: 1000 },
            ],
        };
        let run = || {
            let faults = Faults::default();
            faults.plan(plan.clone());
            (0..1000).map(|_| faults.strike(Provider::WhatsApp, SEND)).collect::<Vec<_>>()
        };
        let first = run();
        assert_eq!(first, run());
        let lost = first.iter().filter(|fault| **fault == Some(Fault::LostAnswer)).count();
        let failed = first.iter().flatten().count() - lost;
        assert!((60..140).contains(&lost) && (25..80).contains(&failed), "{lost} {failed}");
    }

    #[test]
    fn states_come_late_reordered_doubled_or_never() {
        let faults = Faults::default();
        let second = Duration::from_secs(1);
        let states = vec![(second, "sent"), (second * 2, "read")];
        let through = |fault| {
            faults.add(rule(fault));
            // A request in between takes none of them.
            assert_eq!(faults.strike(Provider::Smsc, SEND), None);
            faults.states(Provider::Smsc, states.clone())
        };
        assert_eq!(through(Fault::LateStates { seconds: 5 }), [(second * 6, "sent"), (second * 7, "read")]);
        assert_eq!(through(Fault::ReorderedStates), [(second, "read"), (second * 2, "sent")]);
        assert_eq!(through(Fault::DoubledStates).len(), 4);
        assert!(through(Fault::LostStates).is_empty());
        assert_eq!(faults.states(Provider::Smsc, states.clone()), states);
    }

    #[test]
    fn a_rule_is_short_json() {
        let text = r#"{"provider":"smsc","on":"send","fault":"hang","seconds":3,"times":2}"#;
        let rule: Rule = serde_json::from_str(text).expect("a rule");
        assert_eq!((rule.fault, rule.times), (Fault::Hang { seconds: 3, done: false }, 2));
    }
}
