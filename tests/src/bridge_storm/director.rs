//! The director with his Telegram: he writes in the topics of his group, and his words are told as Telegram tells them, in
//! order, some of them again and some of them again much later.

use std::sync::Arc;

use anyhow::bail;
use gateway::clock;
use mocks::dice::Dice;
use mocks::telegram::Action;
use mocks::{Fakes, Outgoing};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// His group.
pub(super) const GROUP: i64 = -1_002_000_000_777;
/// Himself.
pub(super) const BOSS: i64 = 5_000_000_001;
/// Whom nobody knows.
pub(super) const STRANGER: i64 = 6_600_000_001;

/// Percent of the updates that are told twice, and of those that are told again when others have come.
const AGAIN: usize = 5;

pub(super) struct Director {
    fakes: Arc<Fakes>,
    /// One queue, as Telegram has one for each chat.
    queue: Mutex<Queue>,
}

struct Queue {
    dice: Dice,
    late: Vec<Outgoing>,
}

impl Director {
    pub(super) fn new(fakes: Arc<Fakes>, seed: u64) -> Self {
        Self { fakes, queue: Mutex::new(Queue { dice: Dice::new(seed), late: Vec::new() }) }
    }

    /// One update, told until it is taken.
    pub(super) async fn tell(&self, kind: &str, object: Value) -> anyhow::Result<Instant> {
        let mut queue = self.queue.lock().await;
        let action = Action::Raw { kind: kind.to_owned(), object, queue: "the director's group".to_owned() };
        let number = self.fakes.telegram().next_update_id();
        let outgoing = self.fakes.providers().telegram.request(number, &action);
        let began = Instant::now();
        self.deliver(&outgoing).await?;
        if queue.dice.chance(AGAIN) {
            self.deliver(&outgoing).await?;
        }
        if queue.dice.chance(AGAIN) {
            queue.late.push(outgoing);
        } else if queue.dice.chance(AGAIN)
            && let Some(late) = queue.late.pop()
        {
            self.deliver(&late).await?;
        }
        Ok(began)
    }

    /// What is still to be told again.
    pub(super) async fn tell_the_rest(&self) -> anyhow::Result<()> {
        let late = std::mem::take(&mut self.queue.lock().await.late);
        for outgoing in late {
            self.deliver(&outgoing).await?;
        }
        Ok(())
    }

    async fn deliver(&self, outgoing: &Outgoing) -> anyhow::Result<()> {
        if self.fakes.deliver(outgoing).await.acknowledged {
            return Ok(());
        }
        bail!("an update is not taken")
    }

    /// He sends the bot a line.
    pub(super) async fn writes_to_the_bot(&self, text: &str) -> anyhow::Result<()> {
        let chat = json!({ "id": BOSS, "type": "private", "first_name": "Директор" });
        let object = frame(self.number(), BOSS, chat, json!({ "text": text }));
        self.tell("message", object).await?;
        Ok(())
    }

    /// He makes the bot an administrator of his group.
    pub(super) async fn lets_the_bot_in(&self) -> anyhow::Result<()> {
        let member = json!({ "status": "administrator", "can_manage_topics": true });
        let object = json!({ "chat": group(), "date": clock::now().timestamp(), "new_chat_member": member });
        self.tell("my_chat_member", object).await?;
        Ok(())
    }

    /// A number for a message.
    pub(super) fn number(&self) -> i64 {
        self.fakes.telegram().next_message_id()
    }
}

/// What somebody writes in the group; `topic` is none in General.
pub(super) fn in_group(number: i64, from: i64, topic: Option<i64>, mut said: Value) -> Value {
    if let Some(topic) = topic {
        said["message_thread_id"] = topic.into();
        said["is_topic_message"] = true.into();
        // As Telegram has it where nothing is answered.
        if said.get("reply_to_message").is_none() {
            said["reply_to_message"] = json!({
                "message_id": topic, "date": clock::now().timestamp(), "chat": group(),
                "message_thread_id": topic, "is_topic_message": true,
                "forum_topic_created": { "name": "Чат", "icon_color": 7_322_096 },
            });
        }
    }
    frame(number, from, group(), said)
}

/// The message that is answered.
pub(super) fn quote(number: i64, topic: i64) -> Value {
    json!({
        "message_id": number, "date": clock::now().timestamp(), "chat": group(), "text": "…",
        "message_thread_id": topic, "is_topic_message": true,
    })
}

fn frame(number: i64, from: i64, chat: Value, said: Value) -> Value {
    let mut object = json!({
        "message_id": number, "date": clock::now().timestamp(), "chat": chat,
        "from": { "id": from, "is_bot": false, "first_name": "Директор" },
    });
    if let (Some(object), Value::Object(said)) = (object.as_object_mut(), said) {
        object.extend(said);
    }
    object
}

fn group() -> Value {
    json!({ "id": GROUP, "type": "supergroup", "is_forum": true, "title": "Мост" })
}
