//! Topics of the bridge's group: <https://core.telegram.org/bots/api#forumtopic>.

use async_trait::async_trait;
use connector_api::{ExternalId, FetchError, MenuCommand, SendError, ThreadObstacle, Threads};
use serde_json::{Value, json};

use crate::Telegram;
use crate::api::Call;
use crate::connection::of_fetch;
use crate::place::Place;
use crate::reply::{Refusal, Reply, Trouble, result};
use crate::wire;

/// Longer names are refused.
const NAME_LIMIT: usize = 128;

#[async_trait]
impl Threads for Telegram {
    async fn open(&self, chat: &ExternalId, name: &str) -> Result<ExternalId, SendError> {
        let place = place(chat)?;
        if is_private(&place) {
            return Ok(place.conversation());
        }
        let fields = json!({ "chat_id": place.chat, "name": cut(name) });
        let made = self.obeyed(&Call::new("createForumTopic", fields)).await?;
        let topic = wire::read::<wire::ForumTopic>(&made).and_then(|topic| topic.message_thread_id);
        let Some(topic) = topic else {
            return Err(SendError::Unknown(Trouble("a topic without its number".into()).into()));
        };
        Ok(Place { topic: Some(topic), ..place }.conversation())
    }

    async fn rename(&self, thread: &ExternalId, name: &str) -> Result<(), SendError> {
        let place = place(thread)?;
        if is_private(&place) {
            return Ok(());
        }
        let fields = json!({ "chat_id": place.chat, "message_thread_id": place.topic, "name": cut(name) });
        self.settled(&Call::new("editForumTopic", fields)).await
    }

    async fn set_closed(&self, thread: &ExternalId, closed: bool) -> Result<(), SendError> {
        let place = place(thread)?;
        if is_private(&place) {
            return Ok(());
        }
        let method = if closed { "closeForumTopic" } else { "reopenForumTopic" };
        let fields = json!({ "chat_id": place.chat, "message_thread_id": place.topic });
        self.settled(&Call::new(method, fields)).await
    }

    async fn set_menu(&self, commands: &[MenuCommand]) -> Result<(), SendError> {
        self.settled(&menu(commands)).await
    }

    async fn obstacles(&self, chat: &ExternalId) -> Result<Vec<ThreadObstacle>, FetchError> {
        let Some(place) = Place::read(chat) else { return Ok(vec![ThreadObstacle::NotThere]) };
        let asked = self.ask(&Call::new("getChat", json!({ "chat_id": place.chat }))).await?;
        if let Reply::Refused(Refusal { code: 400 | 403, .. }) = Reply::read(&asked) {
            return Ok(vec![ThreadObstacle::NotThere]);
        }
        if is_private(&place) {
            return Ok(Vec::new());
        }
        let chat: wire::Chat = wire::read(&result(&asked)?).unwrap_or_default();
        let fields = json!({ "chat_id": place.chat, "user_id": self.reading.bot_id });
        let asked = self.ask(&Call::new("getChatMember", fields)).await?;
        let member: wire::ChatMember = wire::read(&result(&asked)?).unwrap_or_default();
        let mut found = Vec::new();
        if chat.is_forum != Some(true) {
            found.push(ThreadObstacle::NoThreads);
        }
        match member.status.as_deref() {
            Some("administrator") if member.can_manage_topics == Some(true) => {}
            Some("administrator") => found.push(ThreadObstacle::NoRight),
            Some("left" | "kicked") => return Ok(vec![ThreadObstacle::NotThere]),
            _ => found.push(ThreadObstacle::NotAdministrator),
        }
        Ok(found)
    }
}

impl Telegram {
    /// The result of a call that changes something, or what to do about its failure.
    async fn obeyed(&self, call: &Call) -> Result<Value, SendError> {
        let answer = self.ask(call).await.map_err(of_fetch)?;
        match Reply::read(&answer) {
            Reply::Done(result) => Ok(result),
            Reply::Refused(Refusal { code: 429, retry_after, .. }) => {
                Err(SendError::RateLimited { retry_after, scope: connector_api::RateScope::Conversation })
            }
            Reply::Refused(refusal) => Err(refused(&refusal)),
            Reply::Failed(status) | Reply::Foreign(status) => {
                Err(SendError::Temporary(Trouble(format!("status {status}")).into()))
            }
            Reply::Unreadable => Err(SendError::Unknown(Trouble("an unreadable answer".into()).into())),
        }
    }

    /// The same for a call after which things stand as wanted, perhaps as before.
    async fn settled(&self, call: &Call) -> Result<(), SendError> {
        match self.obeyed(call).await {
            Err(SendError::Rejected { code, .. }) if code == "as_before" => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }
}

/// <https://core.telegram.org/bots/api#setmycommands>
fn menu(commands: &[MenuCommand]) -> Call {
    let commands: Vec<Value> = commands
        .iter()
        .map(|command| json!({ "command": command.name, "description": command.about }))
        .collect();
    Call::new("setMyCommands", json!({ "commands": commands }))
}

fn refused(refusal: &Refusal) -> SendError {
    if refusal.says(&["TOPIC_NOT_MODIFIED", "not modified"]) {
        return SendError::rejected("as_before", "Всё уже так.");
    }
    if refusal.says(&["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"]) {
        return SendError::rejected("topic_gone", "Тема удалена.");
    }
    if refusal.moved_to.is_some() {
        return SendError::rejected("moved", "Группа стала супергруппой: мост переходит в неё.");
    }
    if refusal.says(&["not enough rights", "need administrator", "CHAT_ADMIN_REQUIRED"]) {
        return SendError::rejected(
            "no_rights",
            "Бот не администратор группы или не может управлять темами.",
        );
    }
    if refusal.says(&["not a forum", "CHANNEL_FORUM_MISSING"]) {
        return SendError::rejected("no_threads", "В группе выключены темы.");
    }
    if refusal.says(&["kicked", "not a member", "chat not found", "deactivated", "deleted"]) {
        return SendError::rejected("group_lost", "Бота больше нет в группе.");
    }
    SendError::rejected("refused", "Telegram отказал без понятной причины.")
}

/// A chat with one person has no topics: all threads are one stream there. Groups have negative numbers.
fn is_private(place: &Place<'_>) -> bool {
    place.chat > 0
}

fn place(key: &ExternalId) -> Result<Place<'_>, SendError> {
    Place::read(key).ok_or_else(|| SendError::rejected("no_chat", "Такого чата в Telegram нет."))
}

fn cut(name: &str) -> String {
    name.chars().take(NAME_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn in_a_private_chat_every_thread_is_the_chat_itself_and_nothing_is_asked_of_the_provider() {
        let telegram = crate::send::testing::Server::gone().await.telegram();
        let chat = ExternalId::new("5000000042");
        let place = telegram.open(&chat, "Отгрузки").await.unwrap();
        assert_eq!(place, chat);
        telegram.rename(&place, "Рейсы").await.unwrap();
        telegram.set_closed(&place, true).await.unwrap();
    }

    #[test]
    fn the_menu_names_each_command_with_what_it_gives() {
        let call = menu(&[MenuCommand { name: "rates", about: "Курсы валют" }]);
        assert_eq!(call.method, "setMyCommands");
        let expected = json!({ "commands": [{ "command": "rates", "description": "Курсы валют" }] });
        assert_eq!(Value::Object(call.fields), expected);
    }
}
