//! Stories in WhatsApp.

use mocks::people::Person;
use mocks::whatsapp::{Action, Card, Content, Echo, Message, NumberChange, Reached, Sender, Status, wamid};
use mocks::{Outgoing, Providers};
use proptest::prelude::*;

use super::moves::{MOVES, earlier, moment, pick, who};

#[derive(Debug, Clone)]
pub enum Move {
    Text(Person, Form, Option<usize>),
    Photo(Person, Form),
    Card(Person),
    Edit(usize, u8),
    Revoke(usize),
    React(Person, usize, bool),
    Echo(Person, Form),
    EchoEdit(usize),
    EchoRevoke(usize),
    Status(usize, usize),
    NumberChange(Person, u32),
    Unsupported(Person),
    Unknown(Person),
}

/// Under which of his ids a person comes.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Phone,
    Both,
    User,
}

pub fn story() -> impl Strategy<Value = Vec<Move>> {
    let form = prop_oneof![Just(Form::Phone), Just(Form::Both), Just(Form::User)];
    let one = prop_oneof![
        4 => (who(), form.clone(), proptest::option::of(earlier())).prop_map(|(p, f, q)| Move::Text(p, f, q)),
        1 => (who(), form.clone()).prop_map(|(person, form)| Move::Photo(person, form)),
        1 => who().prop_map(Move::Card),
        2 => (earlier(), any::<u8>()).prop_map(|(of, text)| Move::Edit(of, text)),
        1 => earlier().prop_map(Move::Revoke),
        4 => (who(), earlier(), any::<bool>()).prop_map(|(who, to, given)| Move::React(who, to, given)),
        2 => (who(), form).prop_map(|(person, form)| Move::Echo(person, form)),
        1 => earlier().prop_map(Move::EchoEdit),
        1 => earlier().prop_map(Move::EchoRevoke),
        4 => (earlier(), 0..STATES.len()).prop_map(|(of, state)| Move::Status(of, state)),
        1 => (who(), 1..6u32).prop_map(|(person, to)| Move::NumberChange(person, to)),
        1 => who().prop_map(Move::Unsupported),
        1 => who().prop_map(Move::Unknown),
    ];
    proptest::collection::vec(one, 8..MOVES)
}

const STATES: [Reached; 5] =
    [Reached::Sent, Reached::Delivered, Reached::Read, Reached::Played, Reached::Failed(131_026)];

pub fn perform(providers: &Providers, story: &[Move]) -> Vec<Outgoing> {
    let mut said: Vec<(String, Person)> = Vec::new();
    let mut ours: Vec<(String, Person)> = Vec::new();
    let mut requests = Vec::new();
    for (place, one) in story.iter().enumerate() {
        let id = |person: &Person, from_us| wamid(&person.phone, 1000 + place as u64, from_us);
        let message = |person: &Person, form: Form, content: Content| {
            Message::new(&id(person, false), moment(place), sender(person, form), content)
        };
        let echo = |person: &Person, form: Form, content: Content| {
            let (id, to) = (id(person, true), sender(person, form));
            Action::Echo(Echo { id, at: moment(place), to, content })
        };
        let action = match one {
            Move::Text(person, form, quote) => {
                let mut text = message(person, *form, Content::text(format!("сообщение {place}")));
                if let Some((quoted, _)) = quote.and_then(|quote| pick(&ours, quote)) {
                    text = text.quoting(quoted, &providers.whatsapp.config().display_phone);
                }
                said.push((id(person, false), person.clone()));
                Action::Message(text)
            }
            Move::Photo(person, form) => {
                said.push((id(person, false), person.clone()));
                Action::Message(message(person, *form, Content::photo(place as u64, "вот")))
            }
            Move::Card(person) => {
                let card = Card {
                    name: person.name(),
                    phones: vec![person.phone_e164()],
                    requested: place % 2 == 0,
                };
                Action::Message(message(person, Form::User, Content::Contacts(vec![card])))
            }
            Move::Edit(of, text) => {
                let Some((original, person)) = pick(&said, *of) else { continue };
                let content = Box::new(Content::text(format!("правка {text}")));
                let edit = Content::Edit { original: original.clone(), content };
                Action::Message(message(person, Form::Both, edit))
            }
            Move::Revoke(of) => {
                let Some((original, person)) = pick(&said, *of) else { continue };
                let revoke = Content::Revoke { original: original.clone() };
                Action::Message(message(person, Form::Both, revoke))
            }
            Move::React(person, to, given) => {
                let Some((to, _)) = pick(&ours, *to).or_else(|| pick(&said, *to)) else { continue };
                let emoji = given.then(|| ["👍", "❤", "🔥"][place % 3].to_owned());
                let reaction = Content::Reaction { to: to.clone(), emoji };
                Action::Message(message(person, Form::Both, reaction))
            }
            Move::Echo(person, form) => {
                ours.push((id(person, true), person.clone()));
                echo(person, *form, Content::text(format!("ответ {place}")))
            }
            Move::EchoEdit(of) => {
                let Some((original, person)) = pick(&ours, *of) else { continue };
                let content = Box::new(Content::text(format!("ответ, правка {place}")));
                echo(person, Form::Both, Content::Edit { original: original.clone(), content })
            }
            Move::EchoRevoke(of) => {
                let Some((original, person)) = pick(&ours, *of) else { continue };
                echo(person, Form::Both, Content::Revoke { original: original.clone() })
            }
            Move::Status(of, state) => {
                let Some((id, person)) = pick(&ours, *of) else { continue };
                Action::Status(Status {
                    id: id.clone(),
                    at: moment(place),
                    to: sender(person, Form::Both),
                    reached: STATES[*state],
                    callback_data: None,
                })
            }
            Move::NumberChange(person, to) => {
                let after = Person::new(*to);
                Action::NumberChange(NumberChange {
                    id: id(person, false),
                    at: moment(place),
                    name: person.name(),
                    before: sender(person, Form::Both),
                    after: Sender::phone(&after.phone).with_user_id(&format!("{}.moved", person.bsuid)),
                })
            }
            Move::Unsupported(person) => {
                let content = Content::Unsupported { code: 131_051, kind: None };
                Action::Message(message(person, Form::Phone, content))
            }
            Move::Unknown(person) => {
                Action::Message(message(person, Form::Phone, Content::Unknown("hologram".to_owned())))
            }
        };
        requests.push(providers.whatsapp.request(&action));
    }
    requests
}

fn sender(person: &Person, form: Form) -> Sender {
    match form {
        Form::Phone => Sender::phone(&person.phone),
        Form::Both => Sender::phone(&person.phone).with_user_id(&person.bsuid),
        Form::User => Sender::user(&person.bsuid),
    }
    .named(&person.name())
}
