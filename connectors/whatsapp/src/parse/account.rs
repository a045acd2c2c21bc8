//! What happens to the account, its numbers and its templates: notices for the administrator.

use connector_api::NoticeLevel::{self, Alarm, Info, Warning};
use serde_json::Value;

use crate::wire::Loose;

/// What a notice says of itself; the provider's details go beside it unchanged.
pub(super) struct About {
    pub level: NoticeLevel,
    pub code: &'static str,
    pub subject: Option<String>,
}

/// The notice of a field; `None` when the field is unknown.
pub(super) fn notice(field: &str, value: &Value) -> Option<About> {
    let word = |key: &str| Loose::of(value.get(key)).owned();
    let subject = match field {
        "account_update" => word("phone_number"),
        "phone_number_quality_update"
        | "phone_number_name_update"
        | "business_username_updates"
        | "business_username_update" => word("display_phone_number"),
        _ => template(value),
    };
    let event = word("event").unwrap_or_default();
    let (level, code) = match field {
        "account_update" => account(&event, value),
        "message_template_status_update" => (of_template(&event), "template_status"),
        "message_template_quality_update" => {
            let green = word("new_quality_score").as_deref() == Some("GREEN");
            (if green { Info } else { Warning }, "template_quality")
        }
        // The category decides the price.
        "template_category_update" => (Warning, "template_category"),
        "message_template_components_update" => (Info, "template_components"),
        "phone_number_quality_update" => {
            let good =
                matches!(event.as_str(), "ONBOARDING" | "THROUGHPUT_UPGRADE" | "UPGRADE" | "UNFLAGGED");
            (if good { Info } else { Warning }, "phone_quality")
        }
        "phone_number_name_update" => (of_decision(&word("decision").unwrap_or_default()), "phone_name"),
        "account_review_update" => (of_decision(&word("decision").unwrap_or_default()), "account_review"),
        "business_capability_update" => (Info, "account_limits"),
        "account_alerts" => (Warning, "account_alert"),
        "security" => (Warning, "security"),
        // One of the provider's samples spells it without the final s.
        "business_username_updates" | "business_username_update" => (Info, "business_username"),
        "flows" => (Info, "flow"),
        "automatic_events" => (Info, "automatic_event"),
        "partner_solutions" => (Info, "partner_solution"),
        "payment_configuration_update" => (Info, "payment_configuration"),
        _ => return None,
    };
    Some(About { level, code, subject })
}

fn account(event: &str, value: &Value) -> (NoticeLevel, &'static str) {
    match event {
        "ACCOUNT_DELETED" => (Alarm, "account_deleted"),
        "ACCOUNT_VIOLATION" => (Alarm, "account_violation"),
        "ACCOUNT_RESTRICTION" => (Alarm, "account_restricted"),
        "DISABLED_UPDATE" => {
            let ban = value.get("ban_info").and_then(|ban| ban.get("waba_ban_state"));
            match Loose::of(ban).text() {
                Some("REINSTATE") => (Info, "account_reinstated"),
                Some("SCHEDULE_FOR_DISABLE") => (Alarm, "account_disable_scheduled"),
                _ => (Alarm, "account_disabled"),
            }
        }
        "PARTNER_REMOVED" => (Alarm, "partner_removed"),
        "PARTNER_APP_UNINSTALLED" => (Alarm, "partner_app_uninstalled"),
        "ACCOUNT_OFFBOARDED" => (Alarm, "account_offboarded"),
        "PARTNER_ADDED" => (Info, "partner_added"),
        "PARTNER_APP_INSTALLED" => (Info, "partner_app_installed"),
        "ACCOUNT_RECONNECTED" => (Info, "account_reconnected"),
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE" => (Info, "account_country"),
        _ => (Warning, "account_update"),
    }
}

/// Name and language: the same name may exist in several languages.
fn template(value: &Value) -> Option<String> {
    let name = Loose::of(value.get("message_template_name")).owned()?;
    match Loose::of(value.get("message_template_language")).text() {
        Some(language) => Some(format!("{name} {language}")),
        None => Some(name),
    }
}

fn of_template(event: &str) -> NoticeLevel {
    match event {
        "APPROVED" | "REINSTATED" | "PENDING" | "IN_APPEAL" => Info,
        _ => Warning,
    }
}

fn of_decision(decision: &str) -> NoticeLevel {
    match decision {
        "REJECTED" | "DECLINED" => Warning,
        _ => Info,
    }
}
