//! What the director says in a client's thread, on its way into the client's channel: the channel's own rules decide here, as
//! they do for what is pressed in the product.

use connector_api::{
    Abilities, ExternalId, Outbound, OutboundAction, OutboundContent, OutboundMessage, Permission, SendError,
};
use crm_core::bridge::inbox::{self, Heard, Wish};
use crm_core::delivery::press::RowAction;
use sqlx::PgConnection;

use super::Bridging;

const ONLY_RECEIVES: &str = "Не передано: этот канал только принимает сообщения.";
const OFF: &str = "Не передано: канал выключен администратором.";
const NO_EDITS: &str = "Этот канал не умеет изменять отправленное: у клиента осталось прежнее сообщение. Отправьте поправку \
    новым сообщением.";
const NO_DELETIONS: &str = "Этот канал не умеет удалять отправленное: у клиента сообщение осталось.";

/// Passes on all that can be passed on now; whether something that waits still is likely to go within moments.
pub(super) async fn pass_on(bridging: &Bridging, conn: &mut PgConnection) -> sqlx::Result<bool> {
    for thread in inbox::due(conn).await? {
        while let Some(heard) = inbox::next(conn, thread, (bridging.clock)()).await? {
            Box::pin(pass_on_one(bridging, conn, &heard)).await?;
        }
    }
    inbox::goes_soon(conn, (bridging.clock)()).await
}

async fn pass_on_one(bridging: &Bridging, conn: &mut PgConnection, heard: &Heard) -> sqlx::Result<()> {
    let now = (bridging.clock)();
    let account = bridging.accounts.by_id(heard.place.account_id);
    let Some(outbound) = account.as_ref().and_then(|account| account.connector.outbound()) else {
        return inbox::refuse(conn, heard, ONLY_RECEIVES, now).await;
    };
    if account.as_ref().is_some_and(|account| !account.enabled) {
        return inbox::refuse(conn, heard, OFF, now).await;
    }
    match &heard.wish {
        Wish::Act { action, .. } => match unable(action, &outbound.abilities()) {
            None => inbox::act(conn, heard, now).await,
            Some("") => inbox::pass_over(conn, heard, now).await,
            Some(reason) => inbox::refuse(conn, heard, reason, now).await,
        },
        Wish::Say { content, .. } => say(bridging, conn, outbound, heard, content).await,
        Wish::Template(template) => match inbox::template(conn, heard, *template).await? {
            Ok(content) => say(bridging, conn, outbound, &heard.saying(content.clone()), &content).await,
            Err(reason) => inbox::refuse(conn, heard, &reason, now).await,
        },
    }
}

async fn say(
    bridging: &Bridging,
    conn: &mut PgConnection,
    outbound: &dyn Outbound,
    heard: &Heard,
    content: &OutboundContent,
) -> sqlx::Result<()> {
    let now = (bridging.clock)();
    match outbound.can_send(&heard.place.facts, now) {
        Permission::Open { .. } => {}
        Permission::TemplatesOnly if matches!(content, OutboundContent::Template(_)) => {}
        Permission::TemplatesOnly => {
            let link = format!("{}/dialogs/{}", bridging.duty.screens, heard.place.conversation_id);
            return inbox::offer_templates(conn, heard, &link, now).await;
        }
        Permission::Closed { reason } => {
            return inbox::refuse(conn, heard, &format!("Не передано: {reason}"), now).await;
        }
    }
    match parts(outbound, heard, content) {
        Ok(parts) => inbox::say(conn, heard, parts, bridging.duty.zone, now).await,
        Err(reason) => inbox::refuse(conn, heard, &reason, now).await,
    }
}

/// Why the channel cannot; an empty sentence is not worth saying.
fn unable(action: &RowAction, abilities: &Abilities) -> Option<&'static str> {
    match action {
        RowAction::Edit(_) if !abilities.edit => Some(NO_EDITS),
        RowAction::Delete if !abilities.delete => Some(NO_DELETIONS),
        RowAction::React(_) if !abilities.reaction => Some(""),
        _ => None,
    }
}

fn parts(outbound: &dyn Outbound, heard: &Heard, content: &OutboundContent) -> Result<u16, String> {
    let message = OutboundMessage {
        id: heard.id().0,
        conversation: ExternalId::new(heard.place.external_id.clone()),
        to: heard.place.addresses.clone(),
        action: OutboundAction::Send { content: content.clone(), quote: None },
    };
    outbound.parts(&message).map_err(|error| match error {
        SendError::Rejected { reason, .. } => format!("Не передано: {reason}"),
        other => format!("Не передано: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use connector_api::Abilities;

    use super::*;

    #[test]
    fn a_channel_that_cannot_change_what_it_sent_says_so_and_a_reaction_is_not_worth_a_word() {
        let nothing = Abilities::default();
        let edit = RowAction::Edit("Двести".into());
        let react = RowAction::React(Some("👍".into()));
        assert_eq!(unable(&edit, &nothing), Some(NO_EDITS));
        assert_eq!(unable(&RowAction::Delete, &nothing), Some(NO_DELETIONS));
        assert_eq!(unable(&react, &nothing), Some(""));
        let all = Abilities { edit: true, delete: true, reaction: true, ..nothing };
        for action in [edit, RowAction::Delete, react] {
            assert_eq!(unable(&action, &all), None, "{action:?}");
        }
    }
}
