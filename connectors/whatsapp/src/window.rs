//! When a conversation can be written to: the 24-hour window.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{ConversationFacts, ConversationState, Permission};

use crate::Config;
use crate::address::Recipient;

/// Since the client's newest message.
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The provider decides in the end; this is what the screen shows and what spares a certain refusal. The core counts
/// messages only: system messages, the history, echoes and reactions do not open the window.
pub(crate) fn can_send(config: &Config, facts: &ConversationFacts, now: DateTime<Utc>) -> Permission {
    if let Some(reason) = closed(facts) {
        return Permission::Closed { reason: reason.into() };
    }
    let open = WINDOW - TimeDelta::minutes(config.window_margin_minutes.min(60 * 24).into());
    match facts.last_inbound_at.map(|at| at + open) {
        Some(end) if now <= end => Permission::Open { until: Some(end) },
        _ => Permission::TemplatesOnly,
    }
}

/// A wish for no advertising closes nothing: answers and service templates are welcome, and the provider holds back the
/// rest.
fn closed(facts: &ConversationFacts) -> Option<&'static str> {
    let group = |key| matches!(Recipient::of_conversation(key), Recipient::Group(_));
    if facts.conversation.as_ref().is_some_and(group) {
        return Some(GROUP);
    }
    match facts.state {
        Some(ConversationState::Blocked) => Some("Клиент заблокировал номер компании."),
        Some(ConversationState::Disconnected) => Some("Номер отключён от WhatsApp Business."),
        Some(ConversationState::Migrated) => Some("Диалог переехал на другой номер."),
        _ => None,
    }
}

pub(crate) const GROUP: &str = "В группы WhatsApp программа не пишет: ответьте с телефона.";

#[cfg(test)]
mod tests {
    use connector_api::ExternalId;

    use super::*;

    fn facts(last_inbound_at: Option<DateTime<Utc>>) -> ConversationFacts {
        let conversation = Some(ExternalId::new("900000000000002:79000000002"));
        ConversationFacts { conversation, last_inbound_at, state: None }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_606_400, 0).expect("a time of this century")
    }

    fn after(config: &Config, hours: i64, minutes: i64) -> Permission {
        let last = now() - TimeDelta::hours(hours) - TimeDelta::minutes(minutes);
        can_send(config, &facts(Some(last)), now())
    }

    #[test]
    fn a_minute_before_the_end_of_a_day_anything_goes_and_a_minute_after_it_only_templates() {
        let usual = Config::default();
        assert!(matches!(after(&usual, 23, 59), Permission::Open { until: Some(_) }));
        assert_eq!(after(&usual, 24, 1), Permission::TemplatesOnly);
    }

    #[test]
    fn the_margin_closes_the_window_early_and_the_screen_shows_that_end() {
        let careful = Config { window_margin_minutes: 5, ..Config::default() };
        assert_eq!(after(&careful, 23, 55), Permission::Open { until: Some(now()) });
        assert_eq!(after(&careful, 23, 56), Permission::TemplatesOnly);
    }

    #[test]
    fn who_never_wrote_gets_templates_only() {
        assert_eq!(can_send(&Config::default(), &facts(None), now()), Permission::TemplatesOnly);
    }

    #[test]
    fn a_blocked_person_and_a_group_cannot_be_written_to() {
        let open = facts(Some(now()));
        for state in
            [ConversationState::Blocked, ConversationState::Disconnected, ConversationState::Migrated]
        {
            let facts = ConversationFacts { state: Some(state), ..open.clone() };
            assert!(
                matches!(can_send(&Config::default(), &facts, now()), Permission::Closed { .. }),
                "{state:?}"
            );
        }
        let group = Some(ExternalId::new("900000000000002:Y2FwaV9ncm91cA"));
        let facts = ConversationFacts { conversation: group, ..open };
        assert!(matches!(can_send(&Config::default(), &facts, now()), Permission::Closed { .. }));
    }

    #[test]
    fn no_wish_for_advertising_leaves_answers_open() {
        let state = Some(ConversationState::MarketingStopped);
        let facts = ConversationFacts { state, ..facts(Some(now())) };
        assert!(matches!(can_send(&Config::default(), &facts, now()), Permission::Open { .. }));
    }
}
