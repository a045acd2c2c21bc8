//! The provider's format, as far as we read it: <https://core.telegram.org/bots/api#available-types>.
//!
//! Every field is optional, and one of a strange form counts as absent. What a message holds (`text`, `photo`, …) is
//! read key by key in `parse/content`, because there the unknown keys matter too.

#![expect(clippy::struct_field_names, reason = "the names are the provider's")]

pub(crate) use connector_api::of_json as read;
use connector_api::tolerant;
use serde_json::{Number, Value};

tolerant! {
    /// A person or a bot.
    struct User {
        id: i64,
        is_bot: bool,
        first_name: String,
        last_name: String,
        username: String,
    }

    /// A private chat has the name of the person and the person's id.
    struct Chat {
        id: i64,
        /// `private`, `group`, `supergroup`, `channel`.
        r#type: String,
        title: String,
        first_name: String,
        last_name: String,
        username: String,
        /// A supergroup with topics.
        is_forum: bool,
    }

    /// The frame of a message.
    struct Message {
        /// Unique inside the chat; 0 for messages without a number.
        message_id: i64,
        /// Seconds; 0 in messages that are not accessible any more.
        date: i64,
        edit_date: i64,
        chat: Chat,
        from: User,
        /// Present when the sender speaks in the name of a chat.
        sender_chat: Chat,
        /// The bot that really sent a message of a business account.
        sender_business_bot: User,
        business_connection_id: String,
        /// A greeting, an away message or a scheduled one.
        is_from_offline: bool,
        /// A topic only where `is_topic_message` is true, otherwise the root of replies.
        message_thread_id: i64,
        is_topic_message: bool,
        reply_to_message: Replied,
        /// A reply to a message of another chat; only its presence matters.
        external_reply: Value,
        quote: TextQuote,
        /// Kept as it came: its presence alone makes a forward.
        forward_origin: Value,
        /// The old form of the same.
        forward_date: Value,
        media_group_id: String,
        reply_markup: Markup,
        migrate_to_chat_id: i64,
        migrate_from_chat_id: i64,
    }

    /// The message answered.
    struct Replied {
        message_id: i64,
        text: String,
        caption: String,
        /// Opens a topic.
        forum_topic_created: Value,
    }

    /// Mark-up of a part of a text, counted in UTF-16 units.
    struct Entity {
        offset: i64,
        length: i64,
        /// Of a word with an address behind it.
        url: String,
    }

    /// The words picked by the person who replies.
    struct TextQuote {
        text: String,
    }

    /// Where a forwarded message comes from.
    struct Origin {
        sender_user: User,
        sender_user_name: String,
        sender_chat: Chat,
        chat: Chat,
    }

    /// Buttons under a message.
    struct Markup {
        inline_keyboard: Vec<Vec<Button>>,
    }

    /// One button.
    struct Button {
        text: String,
        callback_data: String,
    }

    /// A size of a photo, or any other file.
    struct File {
        file_id: String,
        width: i64,
        height: i64,
        /// Seconds.
        duration: i64,
        file_name: String,
        mime_type: String,
        file_size: i64,
        /// Where it can be downloaded for the next hour.
        file_path: String,
    }

    /// A visiting card.
    struct Contact {
        phone_number: String,
        first_name: String,
        last_name: String,
        /// Whose card it is, where that person uses the network.
        user_id: i64,
    }

    /// A place.
    struct Location {
        latitude: Number,
        longitude: Number,
    }

    /// A place with a name.
    struct Venue {
        location: Location,
        title: String,
        address: String,
    }

    /// A press on a button under a message of ours.
    struct CallbackQuery {
        id: String,
        from: User,
        message: Value,
        data: String,
    }

    /// Reactions of one person to one message.
    struct MessageReactionUpdated {
        chat: Chat,
        message_id: i64,
        user: User,
        date: i64,
        new_reaction: Vec<ReactionType>,
    }

    /// One of several reactions.
    struct ReactionType {
        /// `emoji`, `custom_emoji`, `paid`.
        r#type: String,
        emoji: String,
        custom_emoji_id: String,
    }

    /// The bot's own membership changed.
    struct ChatMemberUpdated {
        chat: Chat,
        date: i64,
        new_chat_member: ChatMember,
    }

    /// A member of a chat.
    struct ChatMember {
        /// `member`, `kicked`, `administrator`, …
        status: String,
        /// Of an administrator: he may open, rename and close topics.
        can_manage_topics: bool,
    }

    /// A topic just opened.
    struct ForumTopic {
        message_thread_id: i64,
    }

    /// A manager's account.
    struct BusinessConnection {
        id: String,
        user: User,
        is_enabled: bool,
        rights: BusinessBotRights,
        /// The old form of the right.
        can_reply: bool,
    }

    /// What the owner lets the bot do; an absent flag is false.
    struct BusinessBotRights {
        can_reply: bool,
    }

    /// How the provider sees our webhook.
    struct WebhookInfo {
        /// Empty: there is none.
        url: String,
        pending_update_count: i64,
        /// Seconds; stays for ever.
        last_error_date: i64,
        last_error_message: String,
        allowed_updates: Vec<String>,
    }

    /// Messages deleted in a manager's chat.
    struct BusinessMessagesDeleted {
        business_connection_id: String,
        chat: Chat,
        message_ids: Vec<Value>,
    }
}

impl Message {
    /// Forwarded, or said to be.
    pub(crate) fn is_forward(&self) -> bool {
        self.forward_origin.is_some() || self.forward_date.is_some()
    }
}
