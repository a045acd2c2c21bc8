//! The keys of a message: <https://core.telegram.org/bots/api#message>.

use serde_json::{Map, Value};

/// What we can show, the special before the general.
pub(super) const CONTENT: [&str; 12] = [
    "animation",
    "live_photo",
    "venue",
    "photo",
    "video",
    "video_note",
    "voice",
    "audio",
    "document",
    "sticker",
    "contact",
    "location",
];

/// Around the content.
const FRAME: [&str; 49] = [
    "author_signature",
    "business_connection_id",
    "caption",
    "caption_entities",
    "chat",
    "date",
    "direct_messages_topic",
    "edit_date",
    "effect_id",
    "entities",
    "ephemeral_message_id",
    "external_reply",
    "forward_date",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_origin",
    "forward_sender_name",
    "forward_signature",
    "from",
    "guest_bot_caller_chat",
    "guest_bot_caller_user",
    "guest_query_id",
    "has_media_spoiler",
    "has_protected_content",
    "is_automatic_forward",
    "is_from_offline",
    "is_paid_post",
    "is_topic_message",
    "link_preview_options",
    "media_group_id",
    "message_id",
    "message_thread_id",
    "paid_star_count",
    "quote",
    "receiver_user",
    "reply_markup",
    "reply_to_checklist_task_id",
    "reply_to_message",
    "reply_to_poll_option_id",
    "reply_to_story",
    "sender_boost_count",
    "sender_business_bot",
    "sender_chat",
    "sender_tag",
    "show_caption_above_media",
    "suggested_post_info",
    "text",
    "via_bot",
];

/// Notes of the network itself about a chat. What a person does to us with money or data is not among them.
const SERVICE: [&str; 44] = [
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "community_chat_added",
    "community_chat_joined",
    "community_chat_removed",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_completed",
    "giveaway_created",
    "group_chat_created",
    "left_chat_member",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "new_chat_members",
    "new_chat_photo",
    "new_chat_title",
    "paid_message_price_changed",
    "pinned_message",
    "poll_option_added",
    "poll_option_deleted",
    "proximity_alert_triggered",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "supergroup_chat_created",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "write_access_allowed",
];

/// The first key of a service message.
pub(super) fn service(message: &Map<String, Value>) -> Option<&str> {
    present(message).find(|key| SERVICE.contains(key))
}

/// The key that most looks like the content of a kind that we cannot show: one that points at a file, else one with
/// an inner structure, else any. A known kind of a strange form counts.
pub(super) fn unplanned(message: &Map<String, Value>) -> Option<&str> {
    let candidates = || {
        let foreign = |key: &&str| !FRAME.contains(key) && !SERVICE.contains(key);
        present(message).filter(foreign)
    };
    candidates()
        .find(|key| points_at_a_file(&message[*key]))
        .or_else(|| candidates().find(|key| message[*key].is_object() || message[*key].is_array()))
        .or_else(|| candidates().next())
}

fn present(message: &Map<String, Value>) -> impl Iterator<Item = &str> {
    message.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str())
}

/// Somewhere inside stands a file.
pub(super) fn points_at_a_file(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.contains_key("file_id") || fields.values().any(points_at_a_file),
        Value::Array(items) => items.iter().any(points_at_a_file),
        _ => false,
    }
}
