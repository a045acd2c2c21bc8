//! Brings contacts into line with what providers say about addresses.
//!
//! The links between identities form a graph. Contacts follow from it by one rule, applied to all links of a component in
//! the order of their moments: two groups become one person unless that would give the person two opaque ids of one scope
//! (the number went to somebody else), or two cards that people have touched. What the rule refuses becomes a proposal.
//! An invitation ties its earliest visitor to the invited card; a person decided that, so it comes before what providers
//! say. The result depends on the set of links alone, so the order in which they came is no matter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::parties::NewContact;
use super::{names, settle_store as store};
use crate::timeline::feed::{self, Changes};
use crate::{ClientId, ContactId};

/// An identity of the component, with the card it stands on; or an invited card without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Of the identity, else of the card.
    pub id: Uuid,
    /// `None` for a card without any.
    pub address: Option<String>,
    /// Set for opaque ids: two of one scope are two persons.
    pub opaque_scope: Option<String>,
    pub contact_id: ContactId,
    pub root_id: ContactId,
    /// A person has touched the card or its client: it is never moved, split or joined to another such card. A card that
    /// links alone joined to such a one is not touched by that: else the first link to come would hold it for ever.
    pub touched: bool,
}

/// A link of the component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub first: Uuid,
    pub second: Uuid,
    pub strength: Strength,
    pub since: DateTime<Utc>,
}

/// How much a link says, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A person of ours gave the link to that person: two opaque ids of one scope may be one person's.
    Invited,
    /// The provider says that one became the other.
    Moved,
    /// Both stood in one message, or the person shared the other.
    Named,
}

/// What speaks for a proposal.
#[derive(Default)]
pub(super) struct Evidence {
    pub addresses: BTreeSet<String>,
    /// Not on a provider's word alone.
    pub invited: bool,
}

/// What the rule makes of a component.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    /// The persons: sets of indices of nodes.
    persons: Vec<Vec<usize>>,
    /// Links that the rule refused.
    refused: Vec<usize>,
}

/// Settles all invitations and links that wait, component by component. Harmless when there is nothing to
/// do and on several copies at once: joins, splits and this wait for each other and for running batches.
pub async fn settle(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = conn.begin().await?;
    super::store::lock_identities(&mut tx).await?;
    // A visitor who is in force no more is settled together with the one who took over.
    for starts in store::renew_visitors(&mut tx).await? {
        let (nodes, links) = store::component(&mut tx, &starts).await?;
        settle_component(&mut tx, &nodes, &links, now).await?;
    }
    while let Some(start) = store::first_new_link(&mut tx).await? {
        let (nodes, links) = store::component(&mut tx, &[start]).await?;
        settle_component(&mut tx, &nodes, &links, now).await?;
    }
    tx.commit().await
}

async fn settle_component(
    conn: &mut PgConnection,
    nodes: &[Node],
    links: &[Link],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let verdict = judge(nodes, links);
    let mut taken: BTreeSet<ContactId> = BTreeSet::new();
    // Cards that people touched choose first, then the older card of each person.
    let mut persons = verdict.persons.clone();
    persons
        .sort_by_key(|person| (!person.iter().any(|&node| nodes[node].touched), oldest_root(nodes, person)));
    let mut roots: BTreeMap<usize, ContactId> = BTreeMap::new();
    let mut moves: Vec<(Uuid, ContactId, ContactId)> = Vec::new();
    let mut joins: Vec<(ContactId, ContactId)> = Vec::new();
    for person in &persons {
        let root = match place_for(nodes, person, &taken) {
            Some(root) => root,
            None => new_card(conn, nodes, person, now).await?,
        };
        taken.insert(root);
        for &node in person {
            roots.insert(node, root);
            let place = &nodes[node];
            if place.contact_id == root || place.touched {
                continue;
            }
            let shared = nodes.iter().enumerate().any(|(other, candidate)| {
                candidate.contact_id == place.contact_id && !person.contains(&other)
            });
            // A card of this person alone is joined by its pointer; an address on a card of several persons moves.
            if shared {
                moves.push((place.id, place.contact_id, root));
            } else {
                joins.push((place.contact_id, root));
            }
        }
    }
    // A card that stays by itself must not point at somebody else's root any more.
    let mut alone: BTreeSet<ContactId> = BTreeSet::new();
    for (node, root) in &roots {
        if nodes[*node].contact_id == *root {
            alone.insert(*root);
        }
    }
    store::stand_alone(conn, &alone, now).await?;
    store::move_identities(conn, &moves).await?;
    joins.sort();
    joins.dedup();
    for (absorbed, survivor) in joins {
        if absorbed != survivor {
            store::join(conn, absorbed, survivor, now).await?;
        }
    }
    let involved: BTreeSet<ContactId> =
        nodes.iter().flat_map(|node| [node.contact_id, node.root_id]).chain(taken.iter().copied()).collect();
    store::follow(conn, &involved, now).await?;
    let refused: Vec<&Link> = verdict.refused.iter().map(|&link| &links[link]).collect();
    propose(conn, nodes, &roots, &refused, &involved, now).await?;
    store::mark_links(conn, links, &refused).await?;
    let renamed: Vec<ContactId> = taken.into_iter().collect();
    names::refresh(conn, &renamed, now).await?;
    feed::tell(conn, &Changes { contacts: renamed, ..Changes::default() }, now).await
}

/// Applies the rule. Pure.
fn judge(nodes: &[Node], links: &[Link]) -> Verdict {
    let place: BTreeMap<Uuid, usize> =
        nodes.iter().enumerate().map(|(index, node)| (node.id, index)).collect();
    let mut groups = Groups::new(nodes);
    for (index, node) in nodes.iter().enumerate() {
        // Addresses of a card that a person has touched stay together.
        if let Some(first) =
            nodes[..index].iter().position(|other| other.touched && other.root_id == node.root_id)
            && node.touched
        {
            groups.unite(first, index);
        }
    }
    let mut order: Vec<usize> = (0..links.len()).collect();
    let key = |link: &Link| {
        let mut ends = [&nodes[place[&link.first]].address, &nodes[place[&link.second]].address];
        ends.sort();
        (link.strength, link.since, ends.map(Option::clone))
    };
    order.sort_by_cached_key(|&index| key(&links[index]));
    let mut refused = Vec::new();
    for index in order {
        let link = &links[index];
        let (a, b) = (place[&link.first], place[&link.second]);
        if groups.same(a, b) {
            continue;
        }
        let named = link.strength == Strength::Named;
        if groups.touched_apart(a, b) || (named && groups.clash(a, b)) {
            refused.push(index);
        } else {
            if !named {
                groups.succeed(a, b);
            }
            groups.unite(a, b);
        }
    }
    refused.sort_unstable();
    Verdict { persons: groups.into_sets(), refused }
}

/// Disjoint sets of nodes, with what decides whether two may become one.
struct Groups<'a> {
    nodes: &'a [Node],
    parent: Vec<usize>,
    /// Opaque ids that follow one another by a move or an invitation count as one.
    lineage: Vec<usize>,
}

impl<'a> Groups<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        Self { nodes, parent: (0..nodes.len()).collect(), lineage: (0..nodes.len()).collect() }
    }

    fn find(&self, mut node: usize) -> usize {
        while self.parent[node] != node {
            node = self.parent[node];
        }
        node
    }

    fn same(&self, a: usize, b: usize) -> bool {
        self.find(a) == self.find(b)
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b)] = a.min(b);
    }

    fn members(&self, of: usize) -> Vec<usize> {
        let root = self.find(of);
        (0..self.nodes.len()).filter(|&node| self.find(node) == root).collect()
    }

    /// The opaque ids on both sides of a move or an invitation are one lineage in each scope.
    fn succeed(&mut self, a: usize, b: usize) {
        let (left, right) = (self.members(a), self.members(b));
        for &old in &left {
            for &new in &right {
                if self.nodes[old].opaque_scope.is_some()
                    && self.nodes[old].opaque_scope == self.nodes[new].opaque_scope
                {
                    let (from, to) = (self.lineage[new], self.lineage[old]);
                    for lineage in &mut self.lineage {
                        if *lineage == from {
                            *lineage = to;
                        }
                    }
                }
            }
        }
    }

    /// Whether one person would have two opaque ids of one scope.
    fn clash(&self, a: usize, b: usize) -> bool {
        let (left, right) = (self.members(a), self.members(b));
        left.iter().any(|&x| {
            right.iter().any(|&y| {
                self.nodes[x].opaque_scope.is_some()
                    && self.nodes[x].opaque_scope == self.nodes[y].opaque_scope
                    && self.lineage[x] != self.lineage[y]
            })
        })
    }

    /// Whether two cards that people have touched would become one.
    fn touched_apart(&self, a: usize, b: usize) -> bool {
        let card = |of| self.members(of).into_iter().find(|&node| self.nodes[node].touched);
        match (card(a), card(b)) {
            (Some(a), Some(b)) => self.nodes[a].root_id != self.nodes[b].root_id,
            _ => false,
        }
    }

    fn into_sets(self) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for node in 0..self.nodes.len() {
            sets.entry(self.find(node)).or_default().push(node);
        }
        sets.into_values().collect()
    }
}

/// The card on which a person goes on: the one that people touched, else a card of the person's own, the present root
/// before others and the older before the younger. `None` when other persons have taken all of them.
fn place_for(nodes: &[Node], person: &[usize], taken: &BTreeSet<ContactId>) -> Option<ContactId> {
    let places = person.iter().map(|&node| &nodes[node]);
    let touched = places.clone().find(|place| place.touched).map(|place| place.root_id);
    let own = places
        .filter(|place| !taken.contains(&place.contact_id))
        .min_by_key(|place| (place.contact_id != place.root_id, place.contact_id))
        .map(|place| place.contact_id);
    touched.or(own)
}

fn oldest_root(nodes: &[Node], person: &[usize]) -> ContactId {
    person.iter().map(|&node| nodes[node].root_id).min().expect("a person has an address")
}

async fn new_card(
    conn: &mut PgConnection,
    nodes: &[Node],
    person: &[usize],
    now: DateTime<Utc>,
) -> sqlx::Result<ContactId> {
    let phone = person.iter().find_map(|&node| nodes[node].address.as_deref()?.strip_prefix("phone:"));
    let contact = NewContact {
        contact_id: ContactId::at(now),
        client_id: ClientId::at(now),
        name: names::choose(None, None, phone),
    };
    let contact_id = contact.contact_id;
    super::store::create_people(conn, &[contact], &[], now).await?;
    Ok(contact_id)
}

/// Makes the proposals of a component what the refused links say.
async fn propose(
    conn: &mut PgConnection,
    nodes: &[Node],
    roots: &BTreeMap<usize, ContactId>,
    refused: &[&Link],
    involved: &BTreeSet<ContactId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let place = |id: Uuid| nodes.iter().position(|node| node.id == id);
    let mut pairs: BTreeMap<(ContactId, ContactId), Evidence> = BTreeMap::new();
    for link in refused {
        let (Some(a), Some(b)) = (place(link.first), place(link.second)) else { continue };
        let (first, second) = (roots[&a], roots[&b]);
        if first != second {
            let evidence = pairs.entry((first.min(second), first.max(second))).or_default();
            evidence
                .addresses
                .extend([&nodes[a], &nodes[b]].into_iter().filter_map(|node| node.address.clone()));
            evidence.invited |= link.strength == Strength::Invited;
        }
    }
    store::replace_proposals(conn, involved, &pairs, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn node(number: u8, address: &str, scope: Option<&str>) -> Node {
        let id = Uuid::from_bytes([number; 16]);
        Node {
            id,
            address: Some(address.to_owned()),
            opaque_scope: scope.map(str::to_owned),
            contact_id: ContactId(id),
            root_id: ContactId(id),
            touched: false,
        }
    }

    fn link(nodes: &[Node], first: usize, second: usize, since: i64) -> Link {
        let since = Utc.timestamp_opt(since, 0).single().expect("the second exists");
        Link { first: nodes[first].id, second: nodes[second].id, strength: Strength::Named, since }
    }

    #[test]
    fn a_number_that_went_to_somebody_else_stays_with_its_first_owner() {
        let nodes = [
            node(1, "phone:+79000000001", None),
            node(2, "whatsapp/A", Some("whatsapp")),
            node(3, "whatsapp/B", Some("whatsapp")),
        ];
        let links = [link(&nodes, 0, 2, 20), link(&nodes, 0, 1, 10)];
        let verdict = judge(&nodes, &links);
        assert_eq!(verdict, Verdict { persons: vec![vec![0, 1], vec![2]], refused: vec![0] });
    }

    #[test]
    fn a_move_makes_two_opaque_ids_one_person() {
        let nodes = [
            node(1, "whatsapp/A", Some("whatsapp")),
            node(2, "whatsapp/B", Some("whatsapp")),
            node(3, "phone:+79000000001", None),
        ];
        let moved = Link { strength: Strength::Moved, ..link(&nodes, 0, 1, 30) };
        let links = [link(&nodes, 0, 2, 10), moved, link(&nodes, 1, 2, 20)];
        assert_eq!(judge(&nodes, &links), Verdict { persons: vec![vec![0, 1, 2]], refused: vec![] });
    }

    #[test]
    fn two_cards_that_people_touched_are_never_joined_without_asking() {
        let mut nodes = [node(1, "phone:+79000000001", None), node(2, "whatsapp/A", Some("whatsapp"))];
        nodes[0].touched = true;
        let links = [link(&nodes, 0, 1, 10)];
        assert_eq!(judge(&nodes, &links).persons, vec![vec![0, 1]], "an untouched card joins a touched one");
        nodes[1].touched = true;
        assert_eq!(judge(&nodes, &links), Verdict { persons: vec![vec![0], vec![1]], refused: vec![0] });
    }

    proptest! {
        #[test]
        fn the_order_of_links_is_no_matter(
            ends in prop::collection::vec((0usize..6, 0usize..6, 0i64..4, 0u8..3), 1..9),
            seed in any::<u64>(),
        ) {
            let nodes: Vec<Node> = (0..6u8)
                .map(|n| node(n + 1, &format!("a{n}"), (n % 2 == 0).then_some(if n < 4 { "x" } else { "y" })))
                .collect();
            let mut links: Vec<Link> = ends
                .iter()
                .filter(|(a, b, _, _)| a != b)
                .map(|&(a, b, since, strength)| {
                    let strength = match strength {
                        0 => Strength::Invited,
                        1 => Strength::Moved,
                        _ => Strength::Named,
                    };
                    Link { strength, ..link(&nodes, a.min(b), a.max(b), since) }
                })
                .collect();
            links.sort_by_key(|link| (link.first, link.second));
            links.dedup_by_key(|link| (link.first, link.second));
            let mut shuffled = links.clone();
            let length = shuffled.len().max(1);
            shuffled.rotate_left(usize::try_from(seed % 7).unwrap_or(0) % length);
            shuffled.reverse();
            prop_assert_eq!(judge(&nodes, &links).persons, judge(&nodes, &shuffled).persons);
        }
    }
}
