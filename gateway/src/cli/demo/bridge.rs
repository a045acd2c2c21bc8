//! The demo's director: bound to a fake Telegram of his own, with «Отгрузки» and a client in his group.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use connector_api::Channel;
use crm_core::access::Viewer;
use crm_core::accounts::{self, AccountEdit};
use crm_core::bridge::{binding, setup};
use crm_core::rooms::{NewRoomMessage, member, message, room};
use crm_core::timeline::conversation::{self, ConversationFilter};
use crm_core::{ConversationId, RoomId, RoomMessageId};
use mocks::director::Director;
use mocks::people::Person;
use mocks::whatsapp::{Action, Content, Message, Sender, wamid};
use mocks::{Fakes, telegram};
use serde_json::json;
use uuid::Uuid;

use crate::clock;
use crate::config::Config;
use crate::run::Hub;

/// The room that he watches.
const ROOM: &str = "Отгрузки";

/// How long the hub may need to hear of him.
const HEARD_WITHIN: Duration = Duration::from_secs(30);

/// Starts his Telegram and sets up what is missing of his bridge. `colleague` writes him a first word in the room, and so
/// does the first client of the day.
pub(super) async fn set(
    config: &Config,
    hub: &Hub,
    colleague: &Viewer,
    boss: &Viewer,
    fakes: &Fakes,
) -> anyhow::Result<Director> {
    let mut bot = telegram::Config {
        token: "7000000042:AAHinventedTokenOfTheDirectorsOwnBt".to_owned(),
        secret_token: "demo-bridge-secret-0001".to_owned(),
        username: "example_bridge_bot".to_owned(),
        ..telegram::Config::example("http://127.0.0.1:1")
    };
    let mut tx = hub.database.pool.begin().await?;
    let known = accounts::list(&mut tx, colleague).await?;
    let account = match known.into_iter().find(super::serves_the_bridge) {
        Some(account) => account,
        None => {
            let form = json!({ "token": bot.token, "secret_token": bot.secret_token, "purpose": "bridge" });
            super::add_account(&mut tx, config, colleague, "telegram", form).await?
        }
    };
    bot.hook_url = format!("http://{}/hooks/{}", hub.address, account.key);
    let director = Director::start(bot, Arc::new(clock::now)).await.context("the director's Telegram")?;
    let mut settings = account.settings;
    settings["api_url"] = director.api_url().into();
    let edit = AccountEdit {
        name: Some("Telegram руководителя".to_owned()),
        settings: Some(settings),
        ..AccountEdit::default()
    };
    accounts::edit(&mut tx, colleague, account.id, edit, clock::now()).await?;
    tx.commit().await?;
    hub.accounts.reload().await?;

    director.lets_the_bot_in().await;
    bind(hub, boss, &director).await?;
    until(hub, async |conn| {
        Ok(setup::get(conn, boss).await?.groups.iter().any(|group| group.chat == director.group()))
    })
    .await?;
    let mut tx = hub.database.pool.begin().await?;
    let now = clock::now();
    setup::choose_group(&mut tx, boss, account.id, &director.group(), now).await?;
    let rooms = room::list(&mut tx, boss, false, None, 100).await?;
    let shipments = rooms.into_iter().find(|room| room.name == ROOM).context("the room is there")?.id;
    for who in [boss, colleague] {
        member::join(&mut tx, who, shipments, now).await?;
    }
    setup::set_bridged(&mut tx, boss, shipments, true, now).await?;
    say(&mut tx, colleague, shipments).await?;
    let client = Person::new(1);
    let conversation = conversation_with(&mut tx, boss, &client).await?;
    setup::set_conversation_bridged(&mut tx, boss, conversation, true, now).await?;
    tx.commit().await?;
    writes(fakes, &client).await?;
    Ok(director)
}

async fn conversation_with(
    conn: &mut sqlx::PgConnection,
    boss: &Viewer,
    client: &Person,
) -> anyhow::Result<ConversationId> {
    let filter = ConversationFilter { channels: vec![Channel::Whatsapp], ..ConversationFilter::default() };
    let known = conversation::list(conn, boss, &filter, None, 1000).await?;
    let name = client.name();
    let his = known.iter().find(|known| known.person_name.as_ref() == Some(&name));
    Ok(his.context("the first client of the day writes by WhatsApp")?.id)
}

/// The topic of a conversation opens with the first message behind the moment from which it is bridged.
async fn writes(fakes: &Fakes, client: &Person) -> anyhow::Result<()> {
    let now = clock::now();
    let from = Sender::phone(&client.phone).with_user_id(&client.bsuid).named(&client.name());
    // Numbered by the time, so that it is another message at every start.
    let id = wamid(&client.phone, now.timestamp_micros().unsigned_abs(), false);
    let words = Content::text("Здравствуйте! А скидка постоянным покупателям будет?");
    let message = Action::Message(Message::new(&id, now, from, words));
    let posted = fakes.deliver(&fakes.providers().whatsapp.request(&message)).await;
    anyhow::ensure!(posted.acknowledged, "the hub does not take a client's message");
    Ok(())
}

async fn bind(hub: &Hub, boss: &Viewer, director: &Director) -> anyhow::Result<()> {
    let mut tx = hub.database.pool.begin().await?;
    if binding::own(&mut tx, boss).await?.is_some() {
        return Ok(());
    }
    let code = binding::issue_code(&mut tx, boss, clock::now()).await?.code;
    tx.commit().await?;
    director.writes_to_the_bot(&format!("/start {code}")).await;
    until(hub, async |conn| Ok(binding::own(conn, boss).await?.is_some())).await
}

/// At every start again: his Telegram remembers nothing of the last one.
async fn say(conn: &mut sqlx::PgConnection, colleague: &Viewer, room: RoomId) -> anyhow::Result<()> {
    let new = NewRoomMessage {
        id: RoomMessageId(Uuid::now_v7()),
        text: Some("Машина на Новосибирск готова. Отпускаем сегодня?".to_owned()),
        files: Vec::new(),
        quote_id: None,
        mentions: Vec::new(),
    };
    message::post(conn, colleague, room, new, clock::now()).await?;
    Ok(())
}

async fn until(
    hub: &Hub,
    heard: impl AsyncFn(&mut sqlx::PgConnection) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let waiting = async {
        while !heard(&mut *hub.database.pool.acquire().await?).await? {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(HEARD_WITHIN, waiting).await.context("the hub does not hear the director")?
}
