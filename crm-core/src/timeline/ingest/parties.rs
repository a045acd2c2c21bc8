//! Who the people of a batch are: their identities and contacts, made at once where they are unknown.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use connector_api::{Address, LinkReason};
use sqlx::PgConnection;

use super::plan::{PartyIndex, PlannedParty};
use super::{names, store, without_nul};
use crate::{ClientId, ContactId, IdentityId};

/// The people of a batch.
pub(super) struct People {
    parties: Vec<Option<Resolved>>,
    /// Contacts made now, roots with a new address, roots in phone books of the batch, and roots whose name is not what an
    /// event calls them: locked, and their names are looked at again.
    pub renamed: BTreeSet<ContactId>,
    /// Links that contacts are not in line with yet.
    pub unsettled: bool,
}

/// Where the rows of a party belong.
#[derive(Clone, Copy)]
pub(super) struct Resolved {
    pub contact_id: ContactId,
    pub identity_id: IdentityId,
}

impl People {
    /// `None` for a person without any address.
    pub fn of(&self, party: PartyIndex) -> Option<Resolved> {
        self.parties[party]
    }
}

/// One address as the database or this batch knows it.
#[derive(Clone, Debug)]
pub(super) struct KnownIdentity {
    pub identity_id: IdentityId,
    pub contact_id: ContactId,
    pub root_id: ContactId,
    pub root_name: String,
    pub name_is_chosen: bool,
}

/// A contact to be made, with its automatic client.
pub(super) struct NewContact {
    pub contact_id: ContactId,
    pub client_id: ClientId,
    pub name: String,
}

/// An identity to be made.
pub(super) struct NewIdentity {
    pub identity_id: IdentityId,
    pub address: Address,
    pub contact_id: ContactId,
}

/// "These two are one person", to be recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewLink {
    pub first: IdentityId,
    pub second: IdentityId,
    pub reason: LinkReason,
    pub since: DateTime<Utc>,
    /// Both are the same contact already.
    pub held: bool,
}

/// Finds or makes the people. Two transactions that meet the same unknown address wait for each other here. The cards that may be
/// renamed, with those of `in_books`, are locked before anything of theirs is: a press has the card first, too.
pub(super) async fn resolve(
    conn: &mut PgConnection,
    planned: &[PlannedParty],
    in_books: &[ContactId],
    now: DateTime<Utc>,
) -> sqlx::Result<People> {
    let addresses: BTreeMap<String, &Address> = planned
        .iter()
        .flat_map(|planned| &planned.party.addresses)
        .map(|address| (address.key(), address))
        .collect();
    let keys: Vec<String> = addresses.keys().cloned().collect();
    let mut known = store::known_identities(conn, &keys).await?;
    let missing: Vec<String> = keys.iter().filter(|key| !known.contains_key(*key)).cloned().collect();
    let mut making = Making::default();
    if !missing.is_empty() {
        store::lock_addresses(conn, &missing).await?;
        known.extend(store::known_identities(conn, &missing).await?);
        let still_missing = missing.iter().filter(|key| !known.contains_key(*key));
        let opaque = still_missing.clone().any(|key| matches!(addresses[key], Address::Opaque(_)));
        if opaque {
            let roots: Vec<ContactId> = known.values().map(|identity| identity.root_id).collect();
            making.scopes = store::opaque_scopes(conn, &roots).await?;
        }
        making.people(planned, &mut known, now);
    }
    let mut renamed: BTreeSet<ContactId> = in_books.iter().copied().collect();
    renamed.extend(&making.grown);
    renamed.extend(called_otherwise(planned, &known));
    store::lock_contacts(conn, &renamed).await?;
    store::create_people(conn, &making.contacts, &making.identities, now).await?;
    renamed.extend(making.contacts.iter().map(|contact| contact.contact_id));
    let unsettled = record_links(conn, planned, &known).await?;
    let resolved =
        |found: &KnownIdentity| Resolved { contact_id: found.contact_id, identity_id: found.identity_id };
    let parties = planned.iter().map(|planned| place_of(planned, &known).map(resolved)).collect();
    Ok(People { parties, renamed, unsettled })
}

fn place_of<'a>(
    planned: &PlannedParty,
    known: &'a BTreeMap<String, KnownIdentity>,
) -> Option<&'a KnownIdentity> {
    preferred(&planned.party.addresses).and_then(|address| known.get(&address.key()))
}

/// Roots that an event calls by another name than they have.
fn called_otherwise(
    planned: &[PlannedParty],
    known: &BTreeMap<String, KnownIdentity>,
) -> BTreeSet<ContactId> {
    planned
        .iter()
        .filter_map(|planned| {
            let (found, name) = (place_of(planned, known)?, planned.party.name.as_deref()?);
            (without_nul(name) != found.root_name && !found.name_is_chosen).then_some(found.root_id)
        })
        .collect()
}

/// The address that a row names as the one it came by: the phone where there is one.
pub(super) fn preferred(addresses: &[Address]) -> Option<&Address> {
    addresses.iter().find(|address| matches!(address, Address::Phone(_))).or_else(|| addresses.first())
}

#[derive(Default)]
struct Making {
    contacts: Vec<NewContact>,
    identities: Vec<NewIdentity>,
    /// Roots with a new address: one who had no name may be called by the number now.
    grown: BTreeSet<ContactId>,
    /// Scopes of opaque ids that a contact has already: a second id of the same scope is another person.
    scopes: BTreeSet<(ContactId, String)>,
}

impl Making {
    /// Gives every unknown address a contact: that of another address of the same party, or a new one. What this gets
    /// wrong for lack of order, `settle` puts right.
    fn people(
        &mut self,
        planned: &[PlannedParty],
        known: &mut BTreeMap<String, KnownIdentity>,
        now: DateTime<Utc>,
    ) {
        let mut in_time: Vec<&PlannedParty> = planned.iter().collect();
        in_time.sort_by_key(|planned| planned.at);
        for planned in in_time {
            let mut contact =
                planned.party.addresses.iter().find_map(|address| known.get(&address.key())).map(
                    |identity| {
                        (
                            identity.contact_id,
                            identity.root_id,
                            identity.root_name.clone(),
                            identity.name_is_chosen,
                        )
                    },
                );
            for address in &planned.party.addresses {
                if known.contains_key(&address.key()) {
                    continue;
                }
                let clash = |root: ContactId| match address {
                    Address::Opaque(opaque) => self.scopes.contains(&(root, opaque.scope.clone())),
                    Address::Phone(_) | Address::Email(_) => false,
                };
                let place = match contact.clone().filter(|(_, root, _, _)| !clash(*root)) {
                    Some(place) => place,
                    None => self.new_contact(planned, address, now),
                };
                contact.get_or_insert_with(|| place.clone());
                if let Address::Opaque(opaque) = address {
                    self.scopes.insert((place.1, opaque.scope.clone()));
                }
                let identity_id = IdentityId::at(now);
                self.identities.push(NewIdentity {
                    identity_id,
                    address: address.clone(),
                    contact_id: place.0,
                });
                let (contact_id, root_id, root_name, name_is_chosen) = place;
                if !name_is_chosen {
                    self.grown.insert(root_id);
                }
                known.insert(
                    address.key(),
                    KnownIdentity { identity_id, contact_id, root_id, root_name, name_is_chosen },
                );
            }
        }
    }

    fn new_contact(
        &mut self,
        planned: &PlannedParty,
        address: &Address,
        now: DateTime<Utc>,
    ) -> (ContactId, ContactId, String, bool) {
        let contact_id = ContactId::at(now);
        let phone = match preferred(&planned.party.addresses).unwrap_or(address) {
            Address::Phone(phone) => Some(phone.e164()),
            Address::Email(_) | Address::Opaque(_) => None,
        };
        let name = names::choose(None, planned.party.name.as_deref().map(without_nul).as_deref(), phone);
        self.contacts.push(NewContact { contact_id, client_id: ClientId::at(now), name: name.clone() });
        (contact_id, contact_id, name, false)
    }
}

/// Records the links of all parties with several addresses. Returns whether contacts must be brought into line.
async fn record_links(
    conn: &mut PgConnection,
    planned: &[PlannedParty],
    known: &BTreeMap<String, KnownIdentity>,
) -> sqlx::Result<bool> {
    let mut links: BTreeMap<(IdentityId, IdentityId), NewLink> = BTreeMap::new();
    for planned in planned {
        let mut people = planned.party.addresses.iter().filter_map(|address| known.get(&address.key()));
        let Some(first) = people.next() else { continue };
        for second in people {
            let (a, b) =
                if first.identity_id < second.identity_id { (first, second) } else { (second, first) };
            let link = NewLink {
                first: a.identity_id,
                second: b.identity_id,
                reason: planned.reason,
                since: planned.at,
                held: a.root_id == b.root_id,
            };
            let known = links.entry((link.first, link.second)).or_insert(link);
            // The strongest word counts: a move makes two opaque ids one person.
            known.reason = known.reason.max(planned.reason);
            known.since = known.since.min(planned.at);
        }
    }
    if links.is_empty() {
        return Ok(false);
    }
    let stored = store::links(conn, links.keys()).await?;
    let news: Vec<NewLink> = links
        .into_values()
        .filter(|link| {
            stored
                .get(&(link.first, link.second))
                .is_none_or(|(since, reason)| link.since < *since || link.reason > *reason)
        })
        .collect();
    if news.is_empty() {
        return Ok(false);
    }
    store::record_links(conn, &news).await
}
