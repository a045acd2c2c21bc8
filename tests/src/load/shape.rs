//! Who has how many people and rows: computed, so that any thread can tell any row without asking.

use super::dice::Dice;
use super::options::Size;

/// Clients with a known number of rows: one giant, then ten large, then twenty small.
const LARGE: std::ops::Range<usize> = 1..11;
const SMALL: std::ops::Range<usize> = 11..31;
/// All of those have three people each, so that only the length of their timelines differs.
const KNOWN_PEOPLE: usize = 3;

/// The rows are spread over these two years, in microseconds of the epoch.
const FIRST_MOMENT: i64 = 1_704_067_200_000_000;
const SPAN: f64 = 2.0 * 365.25 * 86_400e6;

/// The families of chance, so that no two things follow the same dice.
pub(super) mod family {
    pub const CLIENT: u64 = 1;
    pub const CONTACT: u64 = 2;
    pub const ROW: u64 = 3;
    pub const SHUFFLE: u64 = 4;
    pub const WEIGHT: u64 = 5;
    pub const BELONGING: u64 = 6;
    pub const TEXT: u64 = 7;
    pub const MESSAGE: u64 = 8;
    pub const READ: u64 = 9;
}

/// What kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKind {
    Inbound,
    Outbound,
    Call,
    Note,
}

/// A row of a timeline, but for its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub client: usize,
    pub contact: usize,
    pub kind: RowKind,
    /// Microseconds of the epoch.
    pub at: i64,
    /// For whatever else the row needs.
    pub dice: Dice,
}

/// The whole company by numbers.
pub(super) struct Shape {
    pub size: Size,
    /// Client of a contact.
    pub client_of: Vec<u32>,
    /// Contacts in the order of clients, and where each client's begin.
    contacts: Vec<u32>,
    begins: Vec<u32>,
    /// Client of every row, shuffled: the rows of all clients come mixed, as in life.
    owners: Vec<u32>,
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("sizes are below four thousand million")
}

impl Shape {
    pub fn new(size: Size) -> Self {
        let client_of: Vec<u32> =
            (0..size.contacts).map(|contact| narrow(client_of(&size, contact))).collect();
        let mut begins = vec![0_u32; size.clients + 1];
        for client in &client_of {
            begins[*client as usize + 1] += 1;
        }
        for client in 0..size.clients {
            begins[client + 1] += begins[client];
        }
        let mut next = begins.clone();
        let mut contacts = vec![0_u32; size.contacts];
        for (contact, client) in client_of.iter().enumerate() {
            let place = &mut next[*client as usize];
            contacts[*place as usize] = narrow(contact);
            *place += 1;
        }
        Self { size, client_of, contacts, begins, owners: owners(&size) }
    }

    /// The people of a client.
    pub fn contacts_of(&self, client: usize) -> &[u32] {
        &self.contacts[self.begins[client] as usize..self.begins[client + 1] as usize]
    }

    /// Who belongs to a second company as well.
    pub fn second_client(&self, contact: usize) -> Option<usize> {
        let mut dice = Dice::of(self.size.seed, family::BELONGING, contact as u64);
        let known = (self.client_of[contact] as usize) < SMALL.end;
        if known || !dice.chance(1) {
            return None;
        }
        let second = SMALL.end + dice.below(self.size.clients - SMALL.end);
        (second != self.client_of[contact] as usize).then_some(second)
    }

    /// One row; rows of higher numbers are later.
    pub fn row(&self, number: usize) -> Row {
        let mut dice = Dice::of(self.size.seed, family::ROW, number as u64);
        let client = self.owners[number] as usize;
        let people = self.contacts_of(client);
        // One person of a company speaks more than the others.
        let (one, other) = (dice.below(people.len()), dice.below(people.len()));
        let contact = people[one.min(other)] as usize;
        let kind = match dice.below(100) {
            0 => RowKind::Note,
            1..=6 => RowKind::Call,
            roll if roll % 2 == 0 => RowKind::Inbound,
            _ => RowKind::Outbound,
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a moment among two years"
        )]
        let at = FIRST_MOMENT + ((number as f64 + dice.share()) / self.owners.len() as f64 * SPAN) as i64;
        Row { client, contact, kind, at, dice }
    }

    /// When a card was made: all before the first row, in the order of numbers.
    pub fn made_at(number: usize, of: usize) -> i64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a moment among two years"
        )]
        let since = (number as f64 / of as f64 * SPAN) as i64;
        FIRST_MOMENT - 86_400_000_000 - 731 * 86_400_000_000 + since
    }

    /// A moment in the middle of all rows.
    pub fn middle() -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a moment among two years")]
        let half = (SPAN / 2.0) as i64;
        FIRST_MOMENT + half
    }

    /// The client with the longest timeline.
    pub fn giant() -> usize {
        0
    }

    /// Clients with some hundred rows (fewer in a small database).
    pub fn small() -> std::ops::Range<usize> {
        SMALL
    }
}

fn client_of(size: &Size, contact: usize) -> usize {
    let Some(further) = contact.checked_sub(size.clients) else { return contact };
    let known = SMALL.end * (KNOWN_PEOPLE - 1);
    if further < known {
        return further / (KNOWN_PEOPLE - 1);
    }
    let mut dice = Dice::of(size.seed, family::CONTACT, contact as u64);
    SMALL.end + dice.below(size.clients - SMALL.end)
}

fn owners(size: &Size) -> Vec<u32> {
    let mut owners = Vec::with_capacity(size.interactions);
    let mut add = |client: usize, rows: usize| owners.extend(std::iter::repeat_n(narrow(client), rows));
    add(Shape::giant(), size.interactions / 50);
    LARGE.for_each(|client| add(client, size.interactions / 1000));
    SMALL.for_each(|client| add(client, (size.interactions / 500).min(200)));
    // Most have tens, some thousands.
    let weights: Vec<f64> = (SMALL.end..size.clients)
        .map(|client| (1.2 * Dice::of(size.seed, family::WEIGHT, client as u64).normal()).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    let left = size.interactions - owners.len();
    let (mut sum, mut done) = (0.0, 0);
    for (weight, client) in weights.iter().zip(SMALL.end..) {
        sum += weight;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of some million rows"
        )]
        let until = ((sum / total * left as f64) as usize).min(left);
        owners.extend(std::iter::repeat_n(narrow(client), until - done));
        done = until;
    }
    owners.resize(size.interactions, narrow(size.clients - 1));
    let mut dice = Dice::of(size.seed, family::SHUFFLE, 0);
    for place in (1..owners.len()).rev() {
        owners.swap(place, dice.below(place + 1));
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Shape {
        Shape::new(Size { clients: 200, contacts: 500, interactions: 50_000, seed: 7 })
    }

    #[test]
    fn the_known_clients_have_their_rows_and_the_rest_goes_around() {
        let shape = small();
        let rows = |client: usize| shape.owners.iter().filter(|owner| **owner as usize == client).count();
        assert_eq!(rows(Shape::giant()), 1000);
        assert!(Shape::small().all(|client| rows(client) == 100 && shape.contacts_of(client).len() == 3));
        assert_eq!(shape.owners.len(), 50_000);
        assert!((0..200).all(|client| !shape.contacts_of(client).is_empty()));
    }

    #[test]
    fn the_same_seed_gives_the_same_rows_in_the_order_of_time() {
        let (one, other) = (small(), small());
        let rows: Vec<_> = (0..1000).map(|number| one.row(number)).collect();
        assert!(rows.is_sorted_by_key(|row| row.at));
        assert!((0..1000).all(|number| format!("{:?}", other.row(number)) == format!("{:?}", rows[number])));
        assert!(rows.iter().all(|row| one.client_of[row.contact] as usize == row.client));
    }
}
