//! A call as a viewer gets it: without the provider's handles, its recordings as our files.

use chrono::{DateTime, Utc};
use connector_api::{Direction, Extension};
use serde::Serialize;

use super::content::{MediaStates, MediaView};
use super::words::DirectionWord;
use crate::AccountId;
use crate::timeline::call::{CallSegment, CallState, CallView};
use crate::timeline::call_result::CallResultView;

/// A call of a timeline. Times of talk and ringing are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CallEntry {
    /// Where it stands.
    pub outcome: CallState,
    /// The provider's own word, where it ended without a conversation.
    pub status: Option<String>,
    /// When the two were connected.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the last leg ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How long the answered extension rang.
    pub ring_us: Option<i64>,
    /// Talk time of all segments together.
    pub talk_us: Option<i64>,
    /// Our public number, digits.
    pub line: Option<String>,
    /// Who talked first; for a missed call the queue or menu that lost it.
    pub extension: Option<ExtensionView>,
    /// The number as it came, where it could not be read.
    pub number_text: Option<String>,
    /// The caller withheld the number.
    pub number_withheld: bool,
    /// Who was rung and who talked, in order of time.
    pub segments: Vec<SegmentView>,
    /// One per recorded segment.
    pub recordings: Vec<MediaView>,
    /// What somebody of us says came of it.
    pub result: Option<CallResultView>,
}

/// One of our extensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ExtensionView {
    /// As dialled: `101`.
    pub number: String,
    /// Its label.
    pub name: Option<String>,
}

/// One ringing of one extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SegmentView {
    /// Seen from the company.
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// Who.
    pub extension: Option<ExtensionView>,
    /// Caused by forwarding.
    pub forwarded: bool,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// When it was picked up.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Talk time.
    pub talk_us: Option<i64>,
    /// How it ended, in the provider's own word.
    pub status: Option<String>,
}

impl CallEntry {
    /// The view of a call.
    pub fn of(call: CallView, account: Option<AccountId>, media: &MediaStates) -> Self {
        Self {
            outcome: call.outcome,
            status: call.status,
            answered_at: call.answered_at,
            ended_at: call.ended_at,
            ring_us: call.ring_us,
            talk_us: call.talk_us,
            line: call.line,
            extension: call.extension.map(ExtensionView::of),
            number_text: call.number_text,
            number_withheld: call.number_withheld,
            segments: call.segments.into_iter().map(SegmentView::of).collect(),
            recordings: call.recordings.into_iter().map(|file| MediaView::of(file, account, media)).collect(),
            result: None,
        }
    }
}

impl ExtensionView {
    fn of(extension: Extension) -> Self {
        Self { number: extension.number, name: extension.name }
    }
}

impl SegmentView {
    /// The view of a segment.
    pub fn of(segment: CallSegment) -> Self {
        Self {
            direction: segment.direction,
            extension: segment.extension.map(ExtensionView::of),
            forwarded: segment.forwarded,
            started_at: segment.started_at,
            answered_at: segment.answered_at,
            ended_at: segment.ended_at,
            talk_us: segment.talk_us,
            status: segment.status,
        }
    }
}
