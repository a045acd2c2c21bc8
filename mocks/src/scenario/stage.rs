//! Where beats become requests: it numbers messages, calls and updates, and remembers what can be answered.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Step;
use super::beat::Beat;
use super::texts::GOODS;
use crate::dice::Dice;
use crate::outgoing::Outgoing;
use crate::people::Person;
use crate::providers::Providers;
use crate::telphin::{Incoming, Outgoer, Talk};
use crate::{max, smsc, smsru, telegram, whatsapp};

/// The manager whose own Telegram account is connected.
const ANNA: (i64, &str) = (5_000_000_002, "Анна");
const CONNECTION: &str = "BcExample01Anna";

/// What waits for its turn. Telegram's update ids grow with time, so they are given when a step leaves.
enum Waiting {
    Ready(Outgoing),
    Telegram(telegram::Action),
}

/// What a client may refer to later.
#[derive(Default)]
struct Memory {
    his_whatsapp: Option<String>,
    our_whatsapp: Option<String>,
    his_telegram: Option<telegram::Message>,
    his_business: Option<i64>,
    his_max: Option<max::Message>,
}

pub(super) struct Stage {
    providers: Providers,
    starts_at: DateTime<Utc>,
    pub(super) dice: Dice,
    waiting: BTreeMap<(Duration, u64), Waiting>,
    memories: HashMap<u32, Memory>,
    message_ids: HashMap<(bool, i64), i64>,
    /// Counts everything that needs a number of its own.
    counter: u64,
    first_message_id: i64,
    update_id: i64,
    left: usize,
}

impl Stage {
    pub(super) fn new(scenario: &str, providers: &Providers, starts_at: DateTime<Utc>, seed: u64) -> Self {
        // Ids of two scenarios must not meet in one hub, so all numbers begin at places given by
        // the scenario, its start and its seed.
        let seconds = starts_at.timestamp();
        let name =
            scenario.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(byte)));
        let mut dice = Dice::new(seed ^ name ^ seconds.unsigned_abs().rotate_left(32));
        let counter = dice.between(1_000_000, 900_000_000) * 100_000;
        let first_message_id = i64::try_from(dice.between(1_000, 1_000_000) * 1_000).unwrap_or(1);
        let update_id = i64::try_from(dice.between(100_000_000, 1_900_000_000)).unwrap_or(1);
        Self {
            providers: providers.clone(),
            starts_at,
            dice,
            waiting: BTreeMap::new(),
            memories: HashMap::new(),
            message_ids: HashMap::new(),
            counter,
            first_message_id,
            update_id,
            left: 0,
        }
    }

    /// The manager connects her Telegram account to the bot.
    pub(super) fn connect_anna(&mut self, at: Duration) {
        let action = telegram::Action::Connection {
            id: CONNECTION.to_owned(),
            manager: telegram::User::new(ANNA.0, ANNA.1),
            at: self.time(at),
            enabled: true,
        };
        self.put_telegram(at, action);
    }

    /// Everything that waits until this time, as numbered steps in order.
    pub(super) fn leave_until(&mut self, until: Duration) -> Vec<Step> {
        let later = self.waiting.split_off(&(until, u64::MAX));
        let now = std::mem::replace(&mut self.waiting, later);
        let mut steps = Vec::with_capacity(now.len());
        for ((at, _), waiting) in now {
            let outgoing = match waiting {
                Waiting::Ready(outgoing) => outgoing,
                Waiting::Telegram(action) => {
                    self.update_id += 1;
                    self.providers.telegram.request(self.update_id, &action)
                }
            };
            steps.push(Step { number: self.left, at, outgoing });
            self.left += 1;
        }
        steps
    }

    pub(super) fn leave(&mut self) -> Vec<Step> {
        self.leave_until(Duration::MAX)
    }

    pub(super) fn time(&self, at: Duration) -> DateTime<Utc> {
        self.starts_at + at
    }

    pub(super) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Ids of SMS fit into 31 bits.
    pub(super) fn sms_id(&mut self) -> u64 {
        self.next() % 2_000_000_000
    }

    pub(super) fn put(&mut self, at: Duration, outgoing: Outgoing) {
        let number = self.next();
        self.waiting.insert((at, number), Waiting::Ready(outgoing));
    }

    pub(super) fn put_telegram(&mut self, at: Duration, action: telegram::Action) {
        let number = self.next();
        self.waiting.insert((at, number), Waiting::Telegram(action));
    }

    fn memory(&mut self, person: &Person) -> &mut Memory {
        self.memories.entry(person.index).or_default()
    }

    /// Puts one beat on the stage and says how long it takes.
    pub(super) fn perform(&mut self, at: Duration, person: &Person, beat: Beat) -> Duration {
        match beat {
            // The pause before it was the whole of it.
            Beat::Later => return Duration::ZERO,
            Beat::Wa(text) => self.says(at, person, text, false),
            Beat::WaQuote(text) => self.says(at, person, text, true),
            Beat::WaHidden(text) => {
                let text = self.filled(person, text);
                let sender = whatsapp::Sender::user(&person.bsuid).named(&person.first_name);
                self.writes(at, person, sender, whatsapp::Content::Text(text), false);
            }
            Beat::WaPhoto(caption) => {
                let photo = whatsapp::Content::photo(self.next(), caption);
                self.shows(at, person, photo);
            }
            Beat::WaVoice => {
                let voice = whatsapp::Content::voice(self.next());
                self.shows(at, person, voice);
            }
            Beat::WaPdf(name) => {
                let document = whatsapp::Content::pdf(self.next(), name);
                self.shows(at, person, document);
            }
            Beat::WaPlace(name, address) => {
                let (name, address) = (Some(name.to_owned()), Some(address.to_owned()));
                let place = whatsapp::Content::Location { latitude: 55.03, longitude: 82.92, name, address };
                self.shows(at, person, place);
            }
            Beat::WaCard(name) => {
                let phones = vec![format!("+{}", crate::people::phone(800_000 + person.index % 1000))];
                let card = whatsapp::Card { name: name.to_owned(), phones, requested: false };
                self.shows(at, person, whatsapp::Content::Contacts(vec![card]));
            }
            Beat::WaReact(emoji) => {
                if let Some(to) = self.memory(person).our_whatsapp.clone() {
                    let emoji = (!emoji.is_empty()).then(|| emoji.to_owned());
                    self.aside(at, person, whatsapp::Content::Reaction { to, emoji });
                }
            }
            Beat::WaEdit(text) => {
                let text = self.filled(person, text);
                if let Some(original) = self.memory(person).his_whatsapp.clone() {
                    let content = Box::new(whatsapp::Content::Text(text));
                    self.aside(at, person, whatsapp::Content::Edit { original, content });
                }
            }
            Beat::WaRevoke => {
                if let Some(original) = self.memory(person).his_whatsapp.take() {
                    self.aside(at, person, whatsapp::Content::Revoke { original });
                }
            }
            Beat::WaPoll => {
                let poll =
                    whatsapp::Content::Unsupported { code: 131_051, kind: Some("poll_creation".to_owned()) };
                self.aside(at, person, poll);
            }
            Beat::WaUs(text) => self.answers_from_the_phone(at, person, text),
            Beat::Call(seconds) => return self.call(at, Some(person.phone_e164()), &[seconds]),
            Beat::CallMissed => return self.call(at, Some(person.phone_e164()), &[]),
            Beat::CallPassed(seconds) => {
                return self.call(at, Some(person.phone_e164()), &[seconds / 3 + 1, seconds]);
            }
            Beat::CallHidden(seconds) => return self.call(at, None, &[seconds]),
            Beat::CallOut(seconds) => return self.call_out(at, &person.phone_with_eight(), seconds),
            Beat::SmsDone => self.reports(at, person, &[0, 1]),
            Beat::SmsLost => self.reports(at, person, &[0, 20]),
            Beat::Sms(text) => {
                let (id, phone, text) = (self.sms_id(), person.phone.clone(), text.to_owned());
                let sms = smsc::Action::Inbound { id: Some(id), phone, text, at: self.time(at) };
                self.put(at, self.providers.smsc.request(&sms));
            }
            Beat::SmsRuDone => {
                let id = format!("202647-{}", self.next());
                let entry = |code, after: u64| smsru::Entry::Report {
                    id: id.clone(),
                    code,
                    at: self.time(at + Duration::from_secs(after)),
                };
                let outgoing = self.providers.smsru.request(&[entry(102, 1), entry(103, 9)]);
                self.put(at + Duration::from_secs(10), outgoing);
            }
            Beat::MaxStart(_)
            | Beat::MaxContact
            | Beat::Max(_)
            | Beat::MaxPhotos(..)
            | Beat::MaxVoice(_)
            | Beat::MaxPdf(_)
            | Beat::MaxForward(_)
            | Beat::MaxEdit(_)
            | Beat::MaxRemove => self.in_max(at, person, beat),
            telegram => self.in_telegram(at, person, telegram),
        }
        Duration::from_secs(10)
    }

    fn filled(&mut self, person: &Person, text: &str) -> String {
        let goods = &GOODS[person.index as usize % GOODS.len()];
        let count = self.dice.between(2, 12).to_string();
        text.replace("{goods}", goods.name)
            .replace("{part}", goods.part)
            .replace("{price}", goods.price)
            .replace("{count}", &count)
    }

    fn sender(person: &Person) -> whatsapp::Sender {
        whatsapp::Sender::phone(&person.phone).with_user_id(&person.bsuid).named(&person.name())
    }

    fn says(&mut self, at: Duration, person: &Person, text: &str, quoting: bool) {
        let text = self.filled(person, text);
        self.writes(at, person, Self::sender(person), whatsapp::Content::Text(text), quoting);
    }

    fn shows(&mut self, at: Duration, person: &Person, content: whatsapp::Content) {
        self.writes(at, person, Self::sender(person), content, false);
    }

    fn writes(
        &mut self,
        at: Duration,
        person: &Person,
        sender: whatsapp::Sender,
        content: whatsapp::Content,
        quoting: bool,
    ) {
        let id = whatsapp::wamid(&person.phone, self.next(), false);
        let mut message = whatsapp::Message::new(&id, self.time(at), sender, content);
        if let Some(quoted) = self.memory(person).our_whatsapp.clone().filter(|_| quoting) {
            message = message.quoting(&quoted, &self.providers.whatsapp.config().display_phone);
        }
        // Only a text may be edited by the beats.
        if matches!(message.content, whatsapp::Content::Text(_)) {
            self.memory(person).his_whatsapp = Some(id);
        }
        self.put(at, self.providers.whatsapp.request(&whatsapp::Action::Message(message)));
    }

    /// A reaction, an edit and the like: a message of its own that nobody refers to.
    fn aside(&mut self, at: Duration, person: &Person, content: whatsapp::Content) {
        let id = whatsapp::wamid(&person.phone, self.next(), false);
        let message = whatsapp::Message::new(&id, self.time(at), Self::sender(person), content);
        self.put(at, self.providers.whatsapp.request(&whatsapp::Action::Message(message)));
    }

    fn answers_from_the_phone(&mut self, at: Duration, person: &Person, text: &str) {
        let content = whatsapp::Content::Text(self.filled(person, text));
        let id = whatsapp::wamid(&person.phone, self.next(), true);
        self.memory(person).our_whatsapp = Some(id.clone());
        let to = Self::sender(person);
        let echo = whatsapp::Echo { id: id.clone(), at: self.time(at), to: to.clone(), content };
        self.put(at, self.providers.whatsapp.request(&whatsapp::Action::Echo(echo)));
        let mut later = at;
        for reached in [whatsapp::Reached::Sent, whatsapp::Reached::Delivered, whatsapp::Reached::Read] {
            later += self.dice.seconds(1, 30);
            let (id, to, at) = (id.clone(), to.clone(), self.time(later));
            let status = whatsapp::Status { id, at, to, reached, callback_data: None };
            self.put(later, self.providers.whatsapp.request(&whatsapp::Action::Status(status)));
        }
    }

    /// Rings two phones; each talk is with another employee.
    pub(super) fn call(&mut self, at: Duration, caller: Option<String>, seconds: &[u64]) -> Duration {
        let staff = self.providers.telphin.config().staff.clone();
        if staff.is_empty() {
            return Duration::ZERO;
        }
        let first = self.dice.below(staff.len());
        let mut talks = Vec::new();
        for (turn, &seconds) in seconds.iter().enumerate() {
            talks.push(Talk {
                with: staff[(first + turn) % staff.len()].clone(),
                rang: self.dice.seconds(3, 14),
                talked: Duration::from_secs(seconds) + self.dice.seconds(0, 1),
            });
        }
        let ringing = vec![staff[first].clone(), staff[(first + 1) % staff.len()].clone()];
        let incoming =
            Incoming { at: self.time(at), caller, ringing, talks, patience: self.dice.seconds(18, 40) };
        let events = self.providers.telphin.incoming(&mut self.dice, &incoming);
        self.put_events(&events)
    }

    pub(super) fn call_out(&mut self, at: Duration, number: &str, seconds: u64) -> Duration {
        let staff = self.providers.telphin.config().staff.clone();
        if staff.is_empty() {
            return Duration::ZERO;
        }
        let call = Outgoer {
            at: self.time(at),
            from: self.dice.pick(&staff).clone(),
            number: number.to_owned(),
            rang: self.dice.seconds(4, 20),
            talked: (seconds > 0).then(|| Duration::from_secs(seconds) + self.dice.seconds(0, 1)),
        };
        let events = self.providers.telphin.outgoing(&mut self.dice, &call);
        self.put_events(&events)
    }

    fn put_events(&mut self, events: &[crate::telphin::Event]) -> Duration {
        let offset = |at: DateTime<Utc>| (at - self.starts_at).to_std().unwrap_or_default();
        let offsets: Vec<Duration> = events.iter().map(|event| offset(event.at)).collect();
        for (event, &offset) in events.iter().zip(&offsets) {
            self.put(offset, self.providers.telphin.request(event));
        }
        match (offsets.first(), offsets.last()) {
            (Some(&first), Some(&last)) => last.saturating_sub(first),
            _ => Duration::ZERO,
        }
    }

    fn reports(&mut self, at: Duration, person: &Person, statuses: &[i32]) {
        let id = self.sms_id();
        let mut later = at;
        for &status in statuses {
            let (phone, at) = (person.phone.clone(), self.time(later));
            let report = smsc::Action::Report { id, phone, status, at };
            self.put(later, self.providers.smsc.request(&report));
            later += self.dice.seconds(2, 30);
        }
    }

    fn in_telegram(&mut self, at: Duration, person: &Person, beat: Beat) {
        use telegram::{Action, Author, Content, Photo, Place, User};
        let client = User {
            last_name: Some(person.last_name.clone()),
            ..User::new(person.telegram_id, &person.first_name)
        };
        let file = |stage: &mut Self| format!("{:x}", stage.next());
        match beat {
            Beat::TgBlock | Beat::TgUnblock => {
                let blocked = beat == Beat::TgBlock;
                let action = Action::Blocked { client, at: self.time(at), blocked };
                self.put_telegram(at, action);
            }
            Beat::TgDelete => {
                if let Some(id) = self.memory(person).his_business.take() {
                    let connection = CONNECTION.to_owned();
                    self.put_telegram(at, Action::Deleted { connection, client, message_ids: vec![id] });
                }
            }
            Beat::TgEdit(text) => {
                let text = Content::Text(self.filled(person, text));
                if let Some(said) = self.memory(person).his_telegram.clone() {
                    let edited = telegram::Message { content: text, ..said };
                    self.put_telegram(at, Action::Edited(edited, self.time(at)));
                }
            }
            Beat::TgWork(text) | Beat::TgAnna(text) => {
                let text = Content::Text(self.filled(person, text));
                let message_id = self.message_id(true, ANNA.0);
                let place = Place::Business(CONNECTION.to_owned());
                let mut said = telegram::Message::new(place, message_id, client, self.time(at), text);
                if matches!(beat, Beat::TgAnna(_)) {
                    said.author = Author::Manager(User::new(ANNA.0, ANNA.1));
                } else {
                    self.memory(person).his_business = Some(message_id);
                }
                self.put_telegram(at, Action::Message(said));
            }
            Beat::TgAlbum(pictures, caption) => {
                let album = self.next().to_string();
                for picture in 0..pictures {
                    let photo = Photo {
                        file: file(self),
                        caption: (picture == 0).then(|| caption.to_owned()),
                        album: Some(album.clone()),
                    };
                    let later = at + Duration::from_millis(300) * u32::try_from(picture).unwrap_or(0);
                    self.tell_the_bot(later, &client, Content::Photo(photo));
                }
            }
            Beat::Tg(text) => {
                let text = Content::Text(self.filled(person, text));
                let said = self.tell_the_bot(at, &client, text);
                self.memory(person).his_telegram = Some(said);
            }
            Beat::TgStart(payload) => {
                self.tell_the_bot(at, &client, Content::Start(payload.to_owned()));
            }
            Beat::TgContact => {
                let (phone, name) = (person.phone.clone(), person.first_name.clone());
                // The bot's question has the number before.
                self.message_id(false, person.telegram_id);
                self.tell_the_bot(at, &client, Content::Contact { phone, name, own: true });
            }
            Beat::TgPhoto(caption) => {
                let photo = Photo { file: file(self), caption: Some(caption.to_owned()), album: None };
                self.tell_the_bot(at, &client, Content::Photo(photo));
            }
            Beat::TgVoice(seconds) => {
                let voice = Content::Voice { file: file(self), seconds };
                self.tell_the_bot(at, &client, voice);
            }
            Beat::TgPdf(name) => {
                let document =
                    Content::Document { file: file(self), file_name: name.to_owned(), caption: None };
                self.tell_the_bot(at, &client, document);
            }
            _ => {}
        }
    }

    fn in_max(&mut self, at: Duration, person: &Person, beat: Beat) {
        use max::{Action, Content};
        let (client, now) = (max::User::of(person), self.time(at));
        let name = |stage: &mut Self, ending: &str| format!("{:x}.{ending}", stage.next());
        let content = match beat {
            Beat::MaxStart(payload) => {
                let payload = (!payload.is_empty()).then(|| payload.to_owned());
                return self.put_max(at, &Action::Started { client, payload, at: now });
            }
            Beat::MaxEdit(text) => {
                let text = Content::Text(self.filled(person, text));
                if let Some(said) = self.memory(person).his_max.clone() {
                    let edited = max::Message { content: text, ..said };
                    self.put_max(at, &Action::Edited(edited, now));
                }
                return;
            }
            Beat::MaxRemove => {
                if let Some(said) = self.memory(person).his_max.take() {
                    self.put_max(at, &Action::Removed { client, mid: said.mid(), at: now });
                }
                return;
            }
            Beat::MaxContact => {
                let (phone, name) = (person.phone.clone(), person.first_name.clone());
                Content::Contact { phone, name, own: true }
            }
            Beat::MaxPhotos(count, text) => {
                let names = (0..count).map(|_| name(self, "png")).collect();
                Content::Photos { names, text: Some(text.to_owned()) }
            }
            Beat::MaxVoice(seconds) => Content::Voice { name: name(self, "ogg"), seconds },
            Beat::MaxPdf(file) => Content::File { name: file.to_owned(), text: None },
            Beat::MaxForward(text) => {
                Content::Forward { from: "Склад".to_owned(), text: text.to_owned() }
            }
            Beat::Max(text) => Content::Text(self.filled(person, text)),
            _ => return,
        };
        let count = u16::try_from(self.next() % 65_536).unwrap_or(0);
        let said = max::Message::new(client, count, now, content);
        // Only a text is edited or taken back.
        if matches!(said.content, Content::Text(_)) {
            self.memory(person).his_max = Some(said.clone());
        }
        self.put_max(at, &Action::Message(said));
    }

    fn put_max(&mut self, at: Duration, action: &max::Action) {
        self.put(at, self.providers.max.request(action));
    }

    fn tell_the_bot(
        &mut self,
        at: Duration,
        client: &telegram::User,
        content: telegram::Content,
    ) -> telegram::Message {
        let message_id = self.message_id(false, client.id);
        let place = telegram::Place::Bot;
        let said = telegram::Message::new(place, message_id, client.clone(), self.time(at), content);
        self.put_telegram(at, telegram::Action::Message(said.clone()));
        said
    }

    /// Message ids count per account in private chats with people: for us, per bot chat and per manager.
    fn message_id(&mut self, business: bool, owner: i64) -> i64 {
        let id = self.message_ids.entry((business, owner)).or_insert(self.first_message_id);
        *id += 1;
        *id
    }
}
