//! Subscriptions to events: which there should be, and what has to be done for it. Only those that lead to us are ours.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::api::Request;
use crate::extension::WireExtension;

const ALL_EVENTS: &[&str] = &["dial-in", "dial-out", "answer", "hangup"];
/// Menus and queues tell of lost calls; other events of theirs are refused.
const ONLY_THE_END: &[&str] = &["hangup"];

/// A subscription of one extension to one kind of event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct WireSubscription {
    pub(crate) id: u64,
    pub(crate) url: String,
    pub(crate) event_type: String,
    pub(crate) method: String,
}

/// The address under which events come to us.
pub(crate) struct OwnAddress {
    /// With the secret at its end.
    url: String,
    /// The same without the secret: what leads here with another secret is ours too, and out of date.
    stem: String,
}

impl OwnAddress {
    /// The secret is put at the end of a webhook address that does not have it yet.
    pub(crate) fn new(webhook_url: &str, secret: &str) -> Self {
        let webhook_url = webhook_url.trim_end_matches('/');
        let stem = webhook_url.strip_suffix(secret).filter(|stem| stem.ends_with('/'));
        let stem = stem.map_or_else(|| format!("{webhook_url}/"), str::to_owned);
        Self { url: format!("{stem}{secret}"), stem }
    }

    fn is_ours(&self, subscription: &WireSubscription) -> bool {
        let rest = subscription.url.strip_prefix(&self.stem);
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
    }

    fn is_right(&self, subscription: &WireSubscription) -> bool {
        subscription.url == self.url && subscription.method.eq_ignore_ascii_case("POST")
    }
}

/// What is wrong about one kind of event of one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// There is no subscription of ours.
    Add { event_type: &'static str },
    /// Ours leads to an old address, or comes by GET.
    Mend { id: u64, event_type: &'static str },
}

impl Change {
    pub(crate) fn event_type(&self) -> &'static str {
        match self {
            Self::Add { event_type } | Self::Mend { event_type, .. } => event_type,
        }
    }

    pub(crate) fn request(&self, extension: &WireExtension, own: &OwnAddress) -> Request {
        let body = json!({ "url": own.url, "event_type": self.event_type(), "method": "POST" });
        let list = path(extension);
        match self {
            Self::Add { .. } => Request::with_body(Method::POST, list, body),
            Self::Mend { id, .. } => Request::with_body(Method::PUT, format!("{list}{id}"), body),
        }
    }
}

/// The events that an extension should tell us.
pub(crate) fn wanted(kind: &str) -> &'static [&'static str] {
    match kind {
        "phone" => ALL_EVENTS,
        "ivr" | "queue" => ONLY_THE_END,
        _ => &[],
    }
}

/// What has to be done for one extension.
pub(crate) fn changes(
    extension: &WireExtension,
    there: &[WireSubscription],
    own: &OwnAddress,
) -> Vec<Change> {
    let missing = |event_type: &&'static str| {
        let ours = || there.iter().filter(|one| one.event_type == **event_type && own.is_ours(one));
        if ours().any(|one| own.is_right(one)) {
            return None;
        }
        Some(match ours().next() {
            Some(old) => Change::Mend { id: old.id, event_type },
            None => Change::Add { event_type },
        })
    };
    wanted(&extension.kind).iter().filter_map(missing).collect()
}

/// The subscriptions of one extension.
pub(crate) fn path(extension: &WireExtension) -> String {
    format!("/extension/{}/event/", extension.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://hub.example.ru/hooks/key1/secret1";

    fn own() -> OwnAddress {
        OwnAddress::new(URL, "secret1")
    }

    fn extension(kind: &str) -> WireExtension {
        WireExtension { id: 410_101, name: "10129*101".into(), kind: kind.into() }
    }

    fn subscription(id: u64, url: &str, event_type: &str, method: &str) -> WireSubscription {
        WireSubscription { id, url: url.into(), event_type: event_type.into(), method: method.into() }
    }

    #[test]
    fn check_20_a_phone_tells_four_events_and_a_menu_only_the_end() {
        assert_eq!(changes(&extension("phone"), &[], &own()).len(), 4);
        assert_eq!(changes(&extension("ivr"), &[], &own()), [Change::Add { event_type: "hangup" }]);
        assert_eq!(changes(&extension("queue"), &[], &own()).len(), 1);
        assert_eq!(changes(&extension("fax"), &[], &own()), []);
    }

    #[test]
    fn check_20_foreign_subscriptions_are_not_ours_and_a_second_run_finds_nothing_to_do() {
        let foreign = [
            subscription(1, "https://crm.example.com/telphin", "hangup", "POST"),
            subscription(2, "https://hub.example.ru/hooks/key2/secret1", "hangup", "POST"),
            subscription(3, "https://hub.example.ru/hooks/key1/secret1/more", "hangup", "POST"),
        ];
        assert_eq!(changes(&extension("ivr"), &foreign, &own()), [Change::Add { event_type: "hangup" }]);
        let mended: Vec<_> =
            (4..).zip(ALL_EVENTS).map(|(id, kind)| subscription(id, URL, kind, "POST")).collect();
        assert_eq!(changes(&extension("phone"), &mended, &own()), []);
    }

    #[test]
    fn an_old_secret_or_another_method_is_mended_in_its_place() {
        let old = "https://hub.example.ru/hooks/key1/secret0";
        let there = [subscription(7, old, "hangup", "POST"), subscription(8, URL, "answer", "GET")];
        let changes = changes(&extension("phone"), &there, &own());
        assert!(changes.contains(&Change::Mend { id: 7, event_type: "hangup" }));
        assert!(changes.contains(&Change::Mend { id: 8, event_type: "answer" }));
        let request = Change::Mend { id: 7, event_type: "hangup" }.request(&extension("phone"), &own());
        assert_eq!((request.method.as_str(), request.path.as_str()), ("PUT", "/extension/410101/event/7"));
        let add = Change::Add { event_type: "hangup" }.request(&extension("phone"), &own());
        assert_eq!((add.method.as_str(), add.path.as_str()), ("POST", "/extension/410101/event/"));
        assert_eq!(add.body, Some(json!({"url": URL, "event_type": "hangup", "method": "POST"})));
    }

    #[test]
    fn the_secret_stands_at_the_end_of_the_address_once() {
        assert_eq!(own().url, URL);
        assert_eq!(OwnAddress::new("https://hub.example.ru/hooks/key1", "secret1").url, URL);
    }
}
