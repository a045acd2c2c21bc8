//! The provider's format, as far as we read it: <https://dev.max.ru/docs-api>.
//!
//! Every field is optional, and one of a strange form counts as absent. Times are milliseconds; `seq` is greater than
//! 2^53 and never passes through a float.

use connector_api::tolerant;
use serde_json::{Number, Value};

pub(crate) use connector_api::of_json as read;

tolerant! {
    /// What a webhook brings, and each element of `GET /updates`. Kept open: what belongs to the kind is read by its kind.
    struct Update {
        update_type: String,
        /// Milliseconds.
        timestamp: i64,
        chat_id: i64,
        user: User,
        message: Message,
        message_id: String,
        callback: Callback,
        /// Of the link by which the person came.
        payload: String,
    }

    /// A person or a bot.
    struct User {
        user_id: i64,
        first_name: String,
        last_name: String,
        username: String,
        is_bot: bool,
        /// The old form of the two names.
        name: String,
    }

    /// A message.
    struct Message {
        /// Absent in channels.
        sender: User,
        recipient: Recipient,
        /// Milliseconds.
        timestamp: i64,
        link: Link,
        body: Body,
    }

    /// Where it was said.
    struct Recipient {
        chat_id: i64,
        /// `dialog`, `chat`, `channel`.
        chat_type: String,
    }

    /// The message answered or forwarded.
    struct Link {
        /// `reply`, `forward`.
        r#type: String,
        sender: User,
        message: Body,
    }

    /// What was said.
    struct Body {
        mid: String,
        /// Order inside the chat.
        seq: i64,
        text: String,
        attachments: Vec<Value>,
    }

    /// A press on a button under a message of ours.
    struct Callback {
        /// Milliseconds.
        timestamp: i64,
        callback_id: String,
        payload: String,
        user: User,
    }

    /// A part of a message beside its text. What is in no `payload` stands beside it.
    struct Attachment {
        r#type: String,
        payload: Payload,
        filename: String,
        /// Bytes.
        size: i64,
        /// Seconds.
        duration: i64,
        title: String,
        latitude: Number,
        longitude: Number,
    }

    /// The inner part of an attachment.
    struct Payload {
        url: String,
        token: String,
        /// Names a sticker.
        code: String,
        /// A visiting card.
        vcf_info: String,
        /// Proves that the card is the sender's own.
        hash: String,
        max_info: User,
        buttons: Vec<Vec<Button>>,
    }

    /// A button of ours.
    struct Button {
        text: String,
        payload: String,
    }

    /// An answer that refuses.
    struct Failure {
        code: String,
        message: String,
        error: String,
    }

    /// An answer to a change: 200 with `success: false` is a refusal.
    struct Done {
        success: bool,
        message: Value,
    }

    /// An answer to a sending.
    struct Sent {
        message: Message,
    }

    /// An answer to `POST /uploads`.
    struct UploadPlace {
        url: String,
        /// For sound and film only.
        token: String,
    }

    /// An answer to `GET /messages`, newest first.
    struct History {
        messages: Vec<Value>,
    }

    /// An answer to `GET /subscriptions`.
    struct Subscriptions {
        subscriptions: Vec<Subscription>,
    }

    /// Somebody's webhook.
    struct Subscription {
        url: String,
        update_types: Vec<String>,
    }
}
