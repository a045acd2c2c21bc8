//! Which rooms a viewer reaches. Every read and change of this area begins here.

pub(crate) mod store;

use sqlx::PgConnection;

use super::member::RoomRole;
use crate::{
    RoomId,
    access::{Right, Viewer},
    clients::{ClientError, error::Result},
};

/// What a viewer is in a room that he finds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Standing {
    pub(crate) is_open: bool,
    pub(crate) is_archived: bool,
    pub(crate) role: Option<RoomRole>,
}

impl Standing {
    /// Names, members and archiving are his.
    pub(crate) fn manages(&self, viewer: &Viewer) -> bool {
        self.role == Some(RoomRole::Owner) || viewer.scope(Right::RoomsManage).is_some()
    }

    /// Refused in words where the room is another's.
    pub(crate) fn require_manager(&self, viewer: &Viewer) -> Result<()> {
        if self.manages(viewer) { Ok(()) } else { Err(crate::access::Forbidden(Right::RoomsManage).into()) }
    }

    /// Only members write, and nobody in an archived room.
    pub(crate) fn require_writer(&self) -> Result<()> {
        if self.is_archived {
            return Err(ClientError::NotNow("Чат в архиве: писать в него нельзя."));
        }
        match self.role {
            Some(_) => Ok(()),
            None => Err(ClientError::NotNow("Сначала вступите в чат.")),
        }
    }
}

/// A room that the viewer finds: he reads it, or manages all rooms. Others are as if they did not exist.
pub(crate) async fn found(conn: &mut PgConnection, viewer: &Viewer, id: RoomId) -> Result<Standing> {
    viewer.require(Right::RoomsUse)?;
    store::standing(conn, viewer, id, store::Sight::Finds).await?.ok_or(ClientError::NotFound)
}

/// A room whose messages the viewer reads.
pub(crate) async fn readable(conn: &mut PgConnection, viewer: &Viewer, id: RoomId) -> Result<Standing> {
    viewer.require(Right::RoomsUse)?;
    store::standing(conn, viewer, id, store::Sight::Reads).await?.ok_or(ClientError::NotFound)
}
