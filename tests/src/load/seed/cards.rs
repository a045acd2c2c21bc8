//! Clients, their people and the addresses of those.

use crm_core::ConversationId;
use crm_core::clients::search_key::search_key;
use sqlx::PgPool;
use uuid::Uuid;

use super::id_at;
use super::staff::{PHONE_NUMBER_ID, Staff};
use crate::load::copy::copy;
use crate::load::dice::Dice;
use crate::load::shape::{Shape, family};
use crate::load::words;

/// A prime just below a thousand million: numbers jump about, and none comes twice.
const PRIME: u64 = 999_999_937;

/// Digits of a person's number, without plus.
pub fn phone(contact: usize) -> String {
    format!("79{:09}", (contact as u64 * 48_271 + 160_000_000) % PRIME)
}

/// How a person is called on the card and in the messenger.
pub fn person_name(seed: u64, contact: usize) -> String {
    words::person(&mut Dice::of(seed, family::CONTACT, !(contact as u64)))
}

/// The name of a company. The dice go on to what else its card holds.
pub fn client_name(seed: u64, client: usize) -> (String, Dice) {
    let mut dice = Dice::of(seed, family::CLIENT, !(client as u64));
    (words::company(&mut dice), dice)
}

pub fn client_id(shape: &Shape, client: usize) -> Uuid {
    let mut dice = Dice::of(shape.size.seed, family::CLIENT, client as u64);
    id_at(Shape::made_at(client, shape.size.clients), &mut dice)
}

pub fn contact_id(shape: &Shape, contact: usize) -> Uuid {
    let mut dice = Dice::of(shape.size.seed, family::CONTACT, contact as u64);
    id_at(Shape::made_at(contact, shape.size.contacts), &mut dice)
}

pub(super) fn identity_id(shape: &Shape, contact: usize) -> Uuid {
    let mut dice = Dice::of(shape.size.seed, family::CONTACT, contact as u64);
    dice.next();
    id_at(Shape::made_at(contact, shape.size.contacts), &mut dice)
}

pub(super) fn conversation_id(staff: &Staff, contact: usize) -> Uuid {
    ConversationId::derived(staff.whatsapp, &conversation_key(contact)).0
}

/// As the connector makes it: our number and the other side.
fn conversation_key(contact: usize) -> String {
    format!("{PHONE_NUMBER_ID}:{}", phone(contact))
}

pub(super) async fn write(pool: &PgPool, shape: &Shape, staff: &Staff) -> anyhow::Result<()> {
    clients(pool, shape, staff).await?;
    contacts(pool, shape).await?;
    addresses(pool, shape, staff).await
}

async fn clients(pool: &PgPool, shape: &Shape, staff: &Staff) -> anyhow::Result<()> {
    let columns = "clients (id, root_id, name, automatic, status, inn, city, responsible_id, search_key, created_at, \
                   updated_at)";
    copy(pool, columns, shape.size.clients, |rows, client| {
        let id = client_id(shape, client);
        let (name, mut dice) = client_name(shape.size.seed, client);
        let at = Shape::made_at(client, shape.size.clients);
        let inn = dice.chance(60).then(|| 7_700_000_000 + (client as u64 * 48_271) % 99_999_989);
        let city = dice.chance(80).then(|| words::city(&mut dice));
        let responsible = match dice.below(50) {
            0 => Some(staff.manager),
            1..=25 => Some(*dice.pick(&staff.colleagues)),
            _ => None,
        };
        rows.uuid(id).uuid(id).text(&name).plain("f");
        rows.plain(if responsible.is_some() { "client" } else { "common_base" });
        rows.optional(inn, |rows, inn| rows.plain(inn)).optional(city, |rows, city| rows.text(city));
        rows.optional(responsible, |rows, user| rows.uuid(user.0));
        rows.text(&search_key(&name)).moment(at).moment(at).end();
    })
    .await
}

async fn contacts(pool: &PgPool, shape: &Shape) -> anyhow::Result<()> {
    let columns = "contacts (id, root_id, name, name_is_chosen, automatic, created_at, updated_at)";
    copy(pool, columns, shape.size.contacts, |rows, contact| {
        let id = contact_id(shape, contact);
        let at = Shape::made_at(contact, shape.size.contacts);
        // Half of them a person wrote down, half called themselves so.
        let chosen = if contact % 2 == 0 { "t" } else { "f" };
        rows.uuid(id).uuid(id).text(&person_name(shape.size.seed, contact));
        rows.plain(chosen).plain(if contact % 2 == 0 { "f" } else { "t" }).moment(at).moment(at).end();
    })
    .await?;
    let columns = "contact_clients (contact_id, client_id, created_at)";
    copy(pool, columns, shape.size.contacts, |rows, contact| {
        let at = Shape::made_at(contact, shape.size.contacts);
        let own = shape.client_of[contact] as usize;
        for client in std::iter::once(own).chain(shape.second_client(contact)) {
            rows.uuid(contact_id(shape, contact)).uuid(client_id(shape, client)).moment(at).end();
        }
    })
    .await
}

async fn addresses(pool: &PgPool, shape: &Shape, staff: &Staff) -> anyhow::Result<()> {
    let columns = "identities (id, address, kind, scope, value, contact_id, origin, created_at)";
    copy(pool, columns, shape.size.contacts, |rows, contact| {
        let (id, person) = (identity_id(shape, contact), contact_id(shape, contact));
        let at = Shape::made_at(contact, shape.size.contacts);
        let digits = phone(contact);
        rows.uuid(id).plain(format_args!("phone:+{digits}")).plain("phone").plain("phone");
        rows.plain(format_args!("+{digits}")).uuid(person).plain("event").moment(at).end();
        if contact % 3 == 0 {
            let mut dice = Dice::of(shape.size.seed, family::TEXT, !(contact as u64));
            let mail = format!("person{contact}@example.com");
            rows.uuid(id_at(at, &mut dice)).plain(format_args!("email:{mail}")).plain("email").plain("email");
            rows.plain(mail).uuid(person).plain("person").moment(at).end();
        }
    })
    .await?;
    let columns =
        "conversations (id, account_id, external_id, contact_id, identity_id, created_at, first_at)";
    copy(pool, columns, shape.size.contacts, |rows, contact| {
        let at = Shape::made_at(contact, shape.size.contacts);
        rows.uuid(conversation_id(staff, contact)).uuid(staff.whatsapp.0).text(&conversation_key(contact));
        rows.uuid(contact_id(shape, contact)).uuid(identity_id(shape, contact)).moment(at).moment(at).end();
    })
    .await
}
