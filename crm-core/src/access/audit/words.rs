//! The words of the log: every action and every kind of thing it is done to, so that the screens name each of them.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// What is done, by kind.
pub(super) const ACTIONS: &[&str] = &[
    "access_request.create",
    "access_request.decide",
    "access_request.withdraw",
    "account.create",
    "account.edit",
    "account.repair",
    "api_key.create",
    "api_key.revoke",
    "bridge.bind",
    "bridge.code",
    "bridge.conversation",
    "bridge.digest",
    "bridge.group",
    "bridge.mail_copy",
    "bridge.refuse",
    "bridge.refuse_press",
    "bridge.room",
    "bridge.unbind",
    "call.request",
    "call.result",
    "change_request.approve",
    "change_request.create",
    "change_request.refuse",
    "change_request.withdraw",
    "client.create",
    "client.edit",
    "client.give_back",
    "client.handover_keep",
    "client.handover_prolong",
    "client.hold",
    "client.join",
    "client.lend",
    "client.lend_end",
    "client.not_given_back",
    "client.release",
    "client.split",
    "client.take",
    "client.transfer",
    "consent.change",
    "contact.add_address",
    "contact.create",
    "contact.edit_post",
    "contact.invite",
    "contact.join",
    "contact.link",
    "contact.remove_address",
    "contact.rename",
    "contact.split",
    "contacts.freeze",
    "contract.create",
    "contract.edit",
    "contract.restore",
    "contract.withdraw",
    "conversation.close",
    "conversation.defer",
    "conversation.open",
    "decision.choose",
    "decision.refuse",
    "delivery.at_night",
    "delivery.cancel",
    "delivery.confirm",
    "delivery.failover",
    "delivery.replan",
    "delivery.retry",
    "delivery.send_now",
    "extension.seat",
    "interaction.pin",
    "interaction.pin_following",
    "interaction.unpin",
    "login.lock",
    "login.unlock",
    "mail.retry",
    "mail.test",
    "media.request_again",
    "messaging_rules.edit",
    "note.add",
    "note.delete",
    "note.edit",
    "phrase.create",
    "phrase.delete",
    "phrase.edit",
    "phrase.place",
    "proposal.accept",
    "proposal.reject",
    "rate.enter",
    "rate.resolve_doubt",
    "rate.withdraw",
    "raw_event.read",
    "raw_event.replay",
    "recording.expire",
    "recording.listen",
    "role.set_rights",
    "room.change",
    "room.create",
    "room.join",
    "room.leave",
    "room.member_put",
    "room.member_remove",
    "room.message_delete",
    "schedule.run_now",
    "second_factor.codes",
    "second_factor.off",
    "second_factor.on",
    "second_factor.recovery",
    "second_factor.require",
    "second_factor.reset",
    "session.open",
    "session.revoke",
    "session.revoke_others",
    "task.close",
    "task.create",
    "task.edit",
    "task.hand_over",
    "task.reopen",
    "template.bind",
    "user.activate",
    "user.change_password",
    "user.create",
    "user.deactivate",
    "user.edit",
    "user.look_through",
    "user.password_link",
    "user.set_password",
    "user.sign_out",
];

/// To what it is done.
pub(super) const SUBJECTS: &[&str] = &[
    "access_request",
    "account",
    "api_key",
    "bridge",
    "bridge_stranger",
    "call_request",
    "change_request",
    "client",
    "contact",
    "contact_freeze",
    "conversation",
    "decision",
    "delivery",
    "extension",
    "identity",
    "interaction",
    "login",
    "mail",
    "media",
    "messaging_rules",
    "phrase",
    "proposal",
    "rate",
    "rate_doubt",
    "raw_event",
    "raw_log",
    "role",
    "room",
    "room_message",
    "scheduled_task",
    "session",
    "task",
    "template",
    "user",
];

/// [`ACTIONS`] in the document of the API.
pub struct ActionWord;

impl PartialSchema for ActionWord {
    fn schema() -> RefOr<Schema> {
        one_of(ACTIONS, "What was done.")
    }
}

impl ToSchema for ActionWord {
    fn name() -> Cow<'static, str> {
        "AuditAction".into()
    }
}

/// [`SUBJECTS`] in the document of the API.
pub struct SubjectWord;

impl PartialSchema for SubjectWord {
    fn schema() -> RefOr<Schema> {
        one_of(SUBJECTS, "A kind of thing to which something is done.")
    }
}

impl ToSchema for SubjectWord {
    fn name() -> Cow<'static, str> {
        "AuditSubject".into()
    }
}

fn one_of(words: &'static [&'static str], description: &str) -> RefOr<Schema> {
    let words = words.iter().copied();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .description(Some(description))
        .into()
}
