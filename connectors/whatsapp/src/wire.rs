//! The provider's format: everything optional, scalars of any type, unreadable parts empty instead of fatal.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads one object; `None` when it is no object of this kind at all.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    if value.is_object() { T::deserialize(value).ok() } else { None }
}

/// A scalar as text: ids come as numbers, numbers as strings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Loose(Option<String>);

impl Loose {
    pub(crate) fn of(value: Option<&Value>) -> Self {
        Self(match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(Value::Bool(flag)) => Some(flag.to_string()),
            _ => None,
        })
    }

    /// The text as it came, the empty one included.
    pub(crate) fn exact(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text when there is any.
    pub(crate) fn text(&self) -> Option<&str> {
        self.exact().filter(|text| !text.is_empty())
    }

    /// The text when there is any, owned.
    pub(crate) fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// The digits alone, when there are any: phones are written with and without `+` and spaces.
    pub(crate) fn digits(&self) -> Option<String> {
        let digits: String = self.exact()?.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    }

    /// A whole number.
    pub(crate) fn integer(&self) -> Option<i64> {
        self.exact()?.trim().parse().ok()
    }

    /// An exact decimal number: money never passes through binary fractions beyond the provider's own digits.
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        let text = self.exact()?.trim();
        Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self.exact(), Some("true" | "1"))
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::of(Some(&value)))
    }
}

/// An object that is left out when it cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(read(&value)))
    }
}

/// A list without its unreadable elements; a single object counts as a list of one.
#[derive(Clone, Debug)]
pub(crate) struct Many<T>(pub(crate) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: DeserializeOwned> Many<T> {
    pub(crate) fn of(value: Option<&Value>) -> Self {
        Self(match value {
            Some(Value::Array(elements)) => elements.iter().filter_map(read).collect(),
            Some(single) => read(single).into_iter().collect(),
            None => Vec::new(),
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::of(Some(&value)))
    }
}

/// Declares objects of the wire: all keys optional, unknown keys passed over.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default)]
        #[allow(clippy::struct_field_names, reason = "the names are the provider's")]
        pub(crate) struct $name { $($(#[$attribute])* pub(crate) $field: $kind),* }
    )*};
}

objects! {
    /// Which of our numbers a `value` is about.
    Metadata { display_phone_number: Loose, phone_number_id: Loose }

    /// A person beside the messages. Not to be mixed up with the visiting cards of a `contacts` message.
    Contact { profile: Maybe<Profile>, wa_id: Loose, user_id: Loose }
    Profile { name: Loose, username: Loose }

    /// What all messages and echoes have in common; the content stands under the key that `type` names.
    Message {
        from: Loose,
        from_user_id: Loose,
        to: Loose,
        to_user_id: Loose,
        group_id: Loose,
        id: Loose,
        timestamp: Loose,
        context: Maybe<Context>,
        referral: Maybe<Referral>,
        errors: Many<Failure>,
        history_context: Maybe<HistoryContext>,
        origin: Loose,
    }
    Context {
        id: Loose,
        forwarded: Loose,
        frequently_forwarded: Loose,
        referred_product: Maybe<ReferredProduct>,
    }
    ReferredProduct { product_retailer_id: Loose }
    Referral {
        source_url: Loose,
        source_id: Loose,
        source_type: Loose,
        headline: Loose,
        body: Loose,
        ctwa_clid: Loose,
    }
    HistoryContext { status: Loose }

    /// An error object. `details` is the old place, `error_data.details` the present one.
    Failure {
        code: Loose,
        title: Loose,
        message: Loose,
        details: Loose,
        error_data: Maybe<FailureData>,
        is_transient: Loose,
        fbtrace_id: Loose,
    }
    FailureData { details: Loose }

    Text { body: Loose }
    Media {
        id: Loose,
        mime_type: Loose,
        sha256: Loose,
        caption: Loose,
        filename: Loose,
        file_size: Loose,
        url: Loose,
        voice: Loose,
    }
    Location { latitude: Loose, longitude: Loose, name: Loose, address: Loose }
    Card { name: Maybe<CardName>, phones: Many<CardPhone>, emails: Many<CardEmail>, org: Maybe<CardOrg>, origin: Loose }
    CardName { formatted_name: Loose, first_name: Loose, middle_name: Loose, last_name: Loose }
    CardPhone { phone: Loose, wa_id: Loose }
    CardEmail { email: Loose }
    CardOrg { company: Loose }
    Choice { id: Loose, title: Loose, description: Loose }
    /// `response_json` is a string that holds JSON.
    FlowReply { name: Loose, body: Loose, response_json: Option<Value> }
    Button { text: Loose, payload: Loose }
    Order { catalog_id: Loose, text: Loose, product_items: Option<Vec<OrderItem>> }
    OrderItem { product_retailer_id: Loose, quantity: Loose, item_price: Loose, currency: Loose }
    /// No emoji, or an empty one, removes the reaction.
    Reaction { message_id: Loose, emoji: Loose }
    System {
        #[serde(rename = "type")]
        kind: Loose,
        wa_id: Loose,
        user_id: Loose,
        previous_user_id: Loose,
    }
    /// An edit and a revoke.
    Change { original_message_id: Loose, message: Option<Value> }
    Unsupported {
        #[serde(rename = "type")]
        kind: Loose,
    }

    /// A report on a message of ours, or with `type: "call"` on a call.
    Status {
        id: Loose,
        status: Loose,
        timestamp: Loose,
        #[serde(rename = "type")]
        kind: Loose,
        recipient_id: Loose,
        recipient_user_id: Loose,
        recipient_type: Loose,
        recipient_participant_id: Loose,
        recipient_participant_user_id: Loose,
        biz_opaque_callback_data: Loose,
        errors: Many<Failure>,
    }

    Call {
        id: Loose,
        from: Loose,
        from_user_id: Loose,
        to: Loose,
        to_user_id: Loose,
        event: Loose,
        direction: Loose,
        timestamp: Loose,
        status: Loose,
        start_time: Loose,
        end_time: Loose,
        duration: Loose,
        biz_opaque_callback_data: Loose,
    }

    /// A conversation of the history; `id` is the person's phone.
    Thread { id: Loose, context: Maybe<ThreadContext> }
    ThreadContext { wa_id: Loose, user_id: Loose, username: Loose }

    /// An entry of the phone's address book.
    StateSync {
        #[serde(rename = "type")]
        kind: Loose,
        action: Loose,
        contact: Maybe<StateContact>,
        metadata: Maybe<StateMetadata>,
    }
    StateContact { full_name: Loose, first_name: Loose, phone_number: Loose, user_id: Loose, username: Loose }
    StateMetadata { timestamp: Loose }

    UserPreference {
        wa_id: Loose,
        user_id: Loose,
        detail: Loose,
        category: Loose,
        value: Loose,
        timestamp: Loose,
    }

    UserIdUpdate { wa_id: Loose, user_id: Maybe<UserIdChange>, timestamp: Loose }
    UserIdChange { previous: Loose, current: Loose }

    /// The answer to a sent message.
    Sent { messages: Many<SentMessage>, contacts: Many<Contact> }
    SentMessage { id: Loose }

    /// The answer to an upload.
    Uploaded { id: Loose }
    /// Where a file is to be had for five minutes.
    MediaAddress { url: Loose, mime_type: Loose, sha256: Loose, file_size: Loose }

    /// A page of templates.
    TemplatePage { data: Many<Template>, paging: Maybe<Paging> }
    Paging { cursors: Maybe<Cursors>, next: Loose }
    Cursors { after: Loose }
    Template {
        id: Loose,
        name: Loose,
        language: Loose,
        status: Loose,
        category: Loose,
        rejected_reason: Loose,
        quality_score: Maybe<TemplateQuality>,
        components: Many<TemplatePart>,
    }
    TemplateQuality { score: Loose }
    TemplatePart {
        #[serde(rename = "type")]
        kind: Loose,
        format: Loose,
        text: Loose,
        buttons: Many<TemplateButton>,
    }
    TemplateButton {
        #[serde(rename = "type")]
        kind: Loose,
        text: Loose,
        url: Loose,
    }

    /// What the provider thinks of our number.
    NumberState {
        status: Loose,
        name_status: Loose,
        quality_rating: Loose,
        is_on_biz_app: Loose,
        health_status: Maybe<Health>,
        webhook_configuration: Maybe<WebhookConfiguration>,
    }
    /// The callback addresses in the order in which the provider takes them, the number's first.
    WebhookConfiguration { phone_number: Loose, whatsapp_business_account: Loose, application: Loose }
    Health { can_send_message: Loose, entities: Many<HealthEntity> }
    HealthEntity { entity_type: Loose, can_send_message: Loose, errors: Many<HealthError> }
    HealthError { error_code: Loose, error_description: Loose, possible_solution: Loose }
    /// Which applications get the notifications of the account.
    SubscribedApps { data: Many<SubscribedApp> }
    SubscribedApp { override_callback_uri: Loose }
}
