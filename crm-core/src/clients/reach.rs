//! Which cards a viewer reaches. Every read and change of this area begins here.

pub(crate) mod store;

use sqlx::PgConnection;

use super::{ClientError, error::Result};
use crate::{
    ClientId, ContactId, UserId,
    access::{ClientScope, Forbidden, Right, Viewer},
};

/// The scope of a viewer in the form that queries take: `all`, or what `user` answers for, what is `lent` to him, and the
/// common base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach<'v> {
    pub(crate) all: bool,
    pub(crate) user: UserId,
    pub(crate) lent: &'v [ClientId],
}

impl<'v> Reach<'v> {
    /// What the viewer reads; a refusal where it is nothing at all.
    pub(crate) fn reading(viewer: &'v Viewer) -> Result<Self, Forbidden> {
        viewer.require(Right::ClientsRead)?;
        Ok(Self::under(viewer, Right::ClientsRead))
    }

    /// The clients that a right of the viewer covers.
    fn under(viewer: &'v Viewer, right: Right) -> Self {
        let scope = viewer.clients_under(right);
        Self { all: scope.sees_all(), user: viewer.user_id, lent: scope.lent() }
    }
}

/// A root card and who answers for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    pub(crate) id: ClientId,
    pub(crate) responsible_id: Option<UserId>,
}

/// The root of a card that the viewer reads. A foreign one is refused with its stub.
pub(crate) async fn readable_client(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> Result<Root> {
    viewer.require(Right::ClientsRead)?;
    let root = store::root(conn, id).await?.ok_or(ClientError::NotFound)?;
    readable_root(conn, viewer, root).await
}

/// The same for a root that was found already.
pub(crate) async fn readable_root(conn: &mut PgConnection, viewer: &Viewer, root: Root) -> Result<Root> {
    viewer.require(Right::ClientsRead)?;
    if viewer.readable_clients().covers(root.id, root.responsible_id) {
        return Ok(root);
    }
    Err(ClientError::Foreign(store::stub(conn, root.id).await?))
}

/// The root of a card that the viewer reads and over which the right reaches; locked until the transaction ends, so that
/// a transfer cannot slip in between.
pub(crate) async fn client_under(
    conn: &mut PgConnection,
    viewer: &Viewer,
    right: Right,
    id: ClientId,
) -> Result<Root> {
    viewer.require(right)?;
    let mut root = readable_client(conn, viewer, id).await?;
    loop {
        store::lock_client(conn, root.id).await?;
        // Once more behind the lock: the card may have been joined or transferred meanwhile. Another root is to be locked
        // in its turn.
        let again = readable_client(conn, viewer, id).await?;
        if again.id == root.id {
            return covered(viewer.clients_under(right), right, again);
        }
        root = again;
    }
}

fn covered(scope: ClientScope<'_>, right: Right, root: Root) -> Result<Root> {
    if scope.covers(root.id, root.responsible_id) { Ok(root) } else { Err(Forbidden(right).into()) }
}

/// The root of a contact of a client that the viewer reads. Others are as if they did not exist.
pub(crate) async fn readable_contact(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ContactId,
) -> Result<ContactId> {
    let reach = Reach::reading(viewer)?;
    store::readable_contact(conn, reach, id).await?.ok_or(ClientError::NotFound)
}

/// Whether the right reaches a contact without what is lent to the viewer.
pub(crate) async fn owns_contact(
    conn: &mut PgConnection,
    viewer: &Viewer,
    right: Right,
    root: ContactId,
) -> sqlx::Result<bool> {
    let own = Reach { lent: &[], ..Reach::under(viewer, right) };
    Ok(store::readable_contact(conn, own, root).await?.is_some())
}

/// The root of a contact that the viewer reads, one of whose clients the right covers; locked.
pub(crate) async fn contact_under(
    conn: &mut PgConnection,
    viewer: &Viewer,
    right: Right,
    id: ContactId,
) -> Result<ContactId> {
    viewer.require(right)?;
    let mut root = readable_contact(conn, viewer, id).await?;
    loop {
        store::lock_contact(conn, root).await?;
        let again = readable_contact(conn, viewer, id).await?;
        if again == root {
            break;
        }
        root = again;
    }
    store::readable_contact(conn, Reach::under(viewer, right), root).await?.ok_or(Forbidden(right).into())
}
