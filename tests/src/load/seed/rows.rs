//! The rows of the timelines, by two connections at once.

use std::sync::Arc;

use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;
use uuid::{Builder, Uuid};

use super::cards::{client_id, contact_id, conversation_id, identity_id, person_name};
use super::staff::Staff;
use crate::load::copy::{CHUNK, Rows, copy};
use crate::load::dice::Dice;
use crate::load::shape::{RowKind, Shape, family};
use crate::load::words;

/// One reads and formats while the other waits.
const WRITERS: usize = 2;
/// Different texts; each row picks one.
const TEXTS: usize = 4096;

const COLUMNS: &str = "interactions (id, contact_id, client_id, account_id, conversation_id, identity_id, kind, direction, \
                       origin, occurred_at, received_at, body, content, fullness, mapping, external_id)";

/// Ids that many rows share, worked out once.
struct Known {
    shape: Arc<Shape>,
    whatsapp: Uuid,
    telephony: Uuid,
    clients: Vec<Uuid>,
    contacts: Vec<Uuid>,
    identities: Vec<Uuid>,
    conversations: Vec<Uuid>,
    texts: Vec<String>,
    calls: Vec<String>,
}

pub(super) async fn write(pool: &PgPool, shape: &Arc<Shape>, staff: &Staff) -> anyhow::Result<()> {
    let people = 0..shape.size.contacts;
    let known = Arc::new(Known {
        whatsapp: staff.whatsapp.0,
        telephony: staff.telephony.0,
        clients: (0..shape.size.clients).map(|client| client_id(shape, client)).collect(),
        contacts: people.clone().map(|contact| contact_id(shape, contact)).collect(),
        identities: people.clone().map(|contact| identity_id(shape, contact)).collect(),
        conversations: people.map(|contact| conversation_id(staff, contact)).collect(),
        texts: (0..TEXTS as u64)
            .map(|number| words::sentence(&mut Dice::of(shape.size.seed, family::TEXT, number)))
            .collect(),
        calls: ["answered", "missed", "busy"]
            .map(|outcome| json!({ "call": { "outcome": outcome } }).to_string())
            .to_vec(),
        shape: shape.clone(),
    });
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write_part(pool.clone(), known.clone(), writer))).collect();
    let heads = heads(pool, &known).await;
    for writer in writers {
        writer.await??;
    }
    heads
}

async fn write_part(pool: PgPool, known: Arc<Known>, part: usize) -> anyhow::Result<()> {
    let mut copy = pool.copy_in_raw(&format!("copy {COLUMNS} from stdin")).await?;
    let count = known.shape.size.interactions;
    for begin in (0..count).step_by(CHUNK).skip(part).step_by(WRITERS) {
        let mut rows = Rows::default();
        for number in begin..(begin + CHUNK).min(count) {
            write_row(&mut rows, &known, number);
        }
        copy.send(rows.into_bytes()).await?;
        if (begin / CHUNK).is_multiple_of(50) {
            eprintln!("  {begin} rows");
        }
    }
    copy.finish().await?;
    Ok(())
}

fn write_row(rows: &mut Rows, known: &Known, number: usize) {
    let row = known.shape.row(number);
    let mut dice = row.dice;
    let id = Builder::from_custom_bytes(dice.bytes()).into_uuid();
    rows.uuid(id);
    match row.kind {
        RowKind::Note => {
            rows.null().uuid(known.clients[row.client]).null().null().null().plain("note").null()
        }
        RowKind::Call => {
            rows.uuid(known.contacts[row.contact]).null().uuid(known.telephony).null();
            rows.uuid(known.identities[row.contact]).plain("call").plain("inbound")
        }
        RowKind::Inbound | RowKind::Outbound => {
            rows.uuid(known.contacts[row.contact]).null().uuid(known.whatsapp);
            rows.uuid(known.conversations[row.contact]).uuid(known.identities[row.contact]).plain("message");
            rows.plain(if row.kind == RowKind::Inbound { "inbound" } else { "outbound" })
        }
    };
    rows.plain("live").moment(row.at).moment(row.at + 700_000);
    match row.kind {
        RowKind::Call => rows.null().text(dice.pick::<String>(&known.calls)),
        _ => rows.text(dice.pick::<String>(&known.texts)).null(),
    };
    rows.plain(3).plain(1).plain(format_args!("seed.{number:032}")).end();
}

/// The heads of conversations hold the last moment of each, as the ingest would leave them.
async fn heads(pool: &PgPool, known: &Known) -> anyhow::Result<()> {
    let shape = &known.shape;
    let mut last = vec![(None::<i64>, None::<i64>, None::<i64>); shape.size.contacts];
    for number in 0..shape.size.interactions {
        let row = shape.row(number);
        match row.kind {
            RowKind::Inbound => {
                last[row.contact].0 = Some(row.at);
                last[row.contact].2.get_or_insert(row.at);
            }
            RowKind::Outbound => (last[row.contact].1, last[row.contact].2) = (Some(row.at), None),
            RowKind::Call | RowKind::Note => {}
        }
    }
    let columns = "conversation_heads (conversation_id, last_at, last_inbound_at, last_outbound_at, person_name, \
                   person_name_at, waiting_since)";
    copy(pool, columns, shape.size.contacts, |rows, contact| {
        let (inbound, outbound, waits) = last[contact];
        let Some(at) = inbound.max(outbound) else { return };
        rows.uuid(known.conversations[contact]).moment(at);
        rows.optional(inbound, Rows::moment).optional(outbound, Rows::moment);
        rows.optional(inbound, |rows, _| rows.text(&person_name(shape.size.seed, contact)));
        rows.optional(inbound, Rows::moment).optional(waits, Rows::moment).end();
    })
    .await
}
