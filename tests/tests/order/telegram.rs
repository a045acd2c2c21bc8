//! Stories in Telegram: the bot's chats and the manager's own.

use mocks::people::Person;
use mocks::telegram::{Action, Author, Content, Message, Photo, Place, User};
use mocks::{Outgoing, Providers};
use proptest::prelude::*;
use serde_json::json;

use super::moves::{MOVES, earlier, moment, pick, who};

#[derive(Debug, Clone)]
pub enum Move {
    Bot(Person),
    Start(Person),
    Album(Person, usize),
    Voice(Person),
    /// A card: one's own, or somebody's.
    Contact(Person, Person),
    Business(Person),
    Manager(Person),
    Echo(Person),
    Edit(usize),
    EditCaption(usize),
    Delete(usize),
    Blocked(Person, bool),
    React(usize, bool),
    Connection(bool),
    Unknown(Person),
}

pub fn story() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => who().prop_map(Move::Bot),
        1 => who().prop_map(Move::Start),
        2 => (who(), 1..4usize).prop_map(|(who, pictures)| Move::Album(who, pictures)),
        1 => who().prop_map(Move::Voice),
        2 => (who(), who()).prop_map(|(who, whose)| Move::Contact(who, whose)),
        3 => who().prop_map(Move::Business),
        2 => who().prop_map(Move::Manager),
        1 => who().prop_map(Move::Echo),
        3 => earlier().prop_map(Move::Edit),
        1 => earlier().prop_map(Move::EditCaption),
        2 => earlier().prop_map(Move::Delete),
        1 => (who(), any::<bool>()).prop_map(|(who, blocked)| Move::Blocked(who, blocked)),
        3 => (earlier(), any::<bool>()).prop_map(|(to, given)| Move::React(to, given)),
        1 => any::<bool>().prop_map(Move::Connection),
        1 => who().prop_map(Move::Unknown),
    ];
    proptest::collection::vec(one, 8..MOVES)
}

const CONNECTION: &str = "BcExample01Anna";

fn anna() -> User {
    User::new(5_000_000_002, "Анна")
}

fn user(person: &Person) -> User {
    User { last_name: Some(person.last_name.clone()), ..User::new(person.telegram_id, &person.first_name) }
}

pub fn perform(providers: &Providers, story: &[Move]) -> Vec<Outgoing> {
    let (mut said, mut pictures): (Vec<Message>, Vec<Message>) = (Vec::new(), Vec::new());
    let mut requests: Vec<Outgoing> = Vec::new();
    for (place, one) in story.iter().enumerate() {
        let number = 100 + 10 * i64::try_from(place).unwrap_or(0);
        let message = |place_in: Place, who: &Person, content: Content| {
            Message::new(place_in, number, user(who), moment(place), content)
        };
        let business = || Place::Business(CONNECTION.to_owned());
        let text = || Content::Text(format!("сообщение {place}"));
        let mut actions = Vec::new();
        match one {
            Move::Bot(who) => said.push(message(Place::Bot, who, text())),
            Move::Business(who) => said.push(message(business(), who, text())),
            Move::Manager(who) => {
                said.push(Message { author: Author::Manager(anna()), ..message(business(), who, text()) });
            }
            Move::Echo(who) => {
                said.push(Message { author: Author::Hub(anna()), ..message(business(), who, text()) });
            }
            Move::Start(who) => {
                actions.push(Action::Message(message(Place::Bot, who, Content::Start("x1".to_owned()))));
            }
            Move::Album(who, count) => {
                for picture in 0..*count {
                    let photo = Photo {
                        file: format!("f{place}p{picture}"),
                        caption: (picture == 0).then(|| "вот".to_owned()),
                        album: Some(format!("album{place}")),
                    };
                    let mut said = message(Place::Bot, who, Content::Photo(photo));
                    said.message_id += i64::try_from(picture).unwrap_or(0);
                    pictures.push(said.clone());
                    actions.push(Action::Message(said));
                }
            }
            Move::Voice(who) => {
                let voice = Content::Voice { file: format!("v{place}"), seconds: 3 };
                actions.push(Action::Message(message(Place::Bot, who, voice)));
            }
            Move::Contact(who, whose) => {
                let (phone, name) = (whose.phone.clone(), whose.first_name.clone());
                let own = who.index == whose.index;
                actions.push(Action::Message(message(
                    Place::Bot,
                    who,
                    Content::Contact { phone, name, own },
                )));
            }
            Move::Edit(of) => {
                let Some(original) = pick(&said, *of) else { continue };
                let content = Content::Text(format!("правка {place}"));
                actions.push(Action::Edited(Message { content, ..original.clone() }, moment(place)));
            }
            Move::EditCaption(of) => {
                let Some(original) = pick(&pictures, *of) else { continue };
                let Content::Photo(photo) = original.content.clone() else { continue };
                let content =
                    Content::Photo(Photo { caption: Some(format!("подпись {place}")), ..photo });
                actions.push(Action::Edited(Message { content, ..original.clone() }, moment(place)));
            }
            Move::Delete(of) => {
                let own: Vec<&Message> = said.iter().filter(|said| said.place != Place::Bot).collect();
                let Some(original) = pick(&own, *of) else { continue };
                actions.push(Action::Deleted {
                    connection: CONNECTION.to_owned(),
                    client: original.client.clone(),
                    message_ids: vec![original.message_id, original.message_id + 1],
                });
            }
            Move::Blocked(who, blocked) => {
                actions.push(Action::Blocked { client: user(who), at: moment(place), blocked: *blocked });
            }
            Move::React(to, given) => {
                let bot: Vec<&Message> = said.iter().filter(|said| said.place == Place::Bot).collect();
                let Some(target) = pick(&bot, *to) else { continue };
                let sign = ["👍", "🔥"][place % 2];
                let emoji = json!([{ "type": "emoji", "emoji": sign }]);
                let client = json!({
                    "id": target.client.id, "first_name": target.client.first_name, "type": "private",
                });
                let mut from = client.clone();
                from["is_bot"] = false.into();
                actions.push(Action::Raw {
                    kind: "message_reaction".to_owned(),
                    object: json!({
                        "chat": client, "message_id": target.message_id, "user": from,
                        "date": moment(place).timestamp(),
                        "old_reaction": [], "new_reaction": if *given { emoji } else { json!([]) },
                    }),
                    queue: format!("reaction {}", target.client.id),
                });
            }
            Move::Connection(enabled) => actions.push(Action::Connection {
                id: CONNECTION.to_owned(),
                manager: anna(),
                at: moment(place),
                enabled: *enabled,
            }),
            Move::Unknown(who) => {
                actions.push(Action::Message(message(
                    Place::Bot,
                    who,
                    Content::Unknown("hologram".to_owned()),
                )));
            }
        }
        if actions.is_empty()
            && let Some(last) = said.last()
        {
            actions.push(Action::Message(last.clone()));
        }
        for action in actions {
            let update_id = 1_000 + i64::try_from(requests.len()).unwrap_or(0);
            requests.push(providers.telegram.request(update_id, &action));
        }
    }
    requests
}
