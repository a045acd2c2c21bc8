//! One reading of all accounts.

use std::collections::HashMap;
use std::sync::Arc;

use crm_core::AccountId;
use crm_core::accounts::StoredAccount;

use super::{Account, BrokenAccount};

/// Accounts as they were at one moment. Never changes: the next reading is another directory.
#[derive(Default)]
pub(super) struct Directory {
    entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    by_id: HashMap<AccountId, usize>,
}

struct Entry {
    /// What it was built of.
    stored: StoredAccount,
    account: Result<Arc<Account>, BrokenAccount>,
}

impl Directory {
    pub(super) fn by_key(&self, key: &str) -> Option<Arc<Account>> {
        self.at(*self.by_key.get(key)?)
    }

    pub(super) fn by_id(&self, id: AccountId) -> Option<Arc<Account>> {
        self.at(*self.by_id.get(&id)?)
    }

    pub(super) fn stored(&self, id: AccountId) -> Option<&StoredAccount> {
        self.by_id.get(&id).map(|at| &self.entries[*at].stored)
    }

    pub(super) fn working(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.entries.iter().filter_map(|entry| entry.account.as_ref().ok())
    }

    pub(super) fn broken(&self) -> impl Iterator<Item = &BrokenAccount> {
        self.entries.iter().filter_map(|entry| entry.account.as_ref().err())
    }

    /// The directory of what is stored now; entries that did not change are taken over.
    pub(super) fn next(
        &self,
        stored: Vec<StoredAccount>,
        build: impl Fn(&StoredAccount) -> Result<Account, String>,
    ) -> Self {
        let mut next = Self::default();
        for stored in stored {
            let known = self.by_id.get(&stored.id).map(|at| &self.entries[*at]);
            let account = match known {
                Some(known) if known.stored == stored => known.account.clone(),
                _ => build(&stored).map(Arc::new).map_err(|error| broken(&stored, error)),
            };
            let at = next.entries.len();
            next.by_key.insert(stored.key.clone(), at);
            next.by_id.insert(stored.id, at);
            next.entries.push(Entry { stored, account });
        }
        next
    }

    fn at(&self, at: usize) -> Option<Arc<Account>> {
        self.entries[at].account.as_ref().ok().cloned()
    }
}

/// Logged here, so once per change and not once per reading.
fn broken(stored: &StoredAccount, error: String) -> BrokenAccount {
    tracing::error!(account.id = %stored.id, connector = stored.connector, error, "account {} cannot work", stored.id);
    BrokenAccount {
        id: stored.id,
        key: stored.key.clone(),
        name: stored.name.clone(),
        connector_name: stored.connector.clone(),
        enabled: stored.enabled,
        error,
    }
}
