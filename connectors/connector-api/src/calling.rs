//! Calls from our side: starting one, and saying who should take one.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{Accepted, PhoneNumber, SendError, WebhookRequest};

/// Present when a call can be started from here.
#[async_trait]
pub trait CallStarter: Send + Sync {
    /// Asks the provider to ring the employee and then the client. Never repeated blindly.
    async fn start_call(&self, request: &CallRequest) -> Result<Accepted, SendError>;
}

/// A call to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// Ours; the same press is the same id.
    pub id: Uuid,
    /// Extension of the employee, as dialled.
    pub extension: String,
    /// The client's number.
    pub to: PhoneNumber,
}

/// Present when the provider asks, while a caller waits, who should take the call.
pub trait CallRouting: Send + Sync {
    /// The question in a genuine request; `None`: the request asks nothing and is an ordinary webhook. Pure.
    fn routing_question(&self, request: &WebhookRequest<'_>) -> Option<RoutingQuestion>;

    /// The provider's form of "ring this extension", or of "go on as you would without us". Pure.
    fn routing_answer(&self, question: &RoutingQuestion, target: Option<&RoutingTarget>) -> RoutingAnswer;
}

/// Who should take a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingTarget {
    /// As dialled.
    pub extension: String,
    /// How the caller is called, for the display of that phone.
    pub caller_name: Option<String>,
}

/// A caller waits to be put through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingQuestion {
    /// Who calls; `None` when the number is withheld or unreadable.
    pub caller: Option<PhoneNumber>,
    /// Our number that was called, digits.
    pub line: Option<String>,
    /// The provider's id of the call.
    pub call: Option<String>,
}

/// Goes back to the provider with 200, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingAnswer {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The exact body.
    pub body: String,
}
