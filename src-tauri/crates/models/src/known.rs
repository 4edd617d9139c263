//! Servers that were asked before: clients of the same one share how many calls it gets and what it does not understand.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::Client;
use crate::dialect::habits::Habits;
use crate::error::ModelError;
use crate::gate::Gate;
use crate::limits::Limits;
use crate::server::{Address, Provider, Server};

/// Makes clients, and remembers their servers for as long as it lives. Clients of one server, with one key, make
/// [`Limits::parallel`] calls at the same time together, the widest of them counting, and none learns anew what another
/// has learnt of the server.
#[derive(Debug, Default)]
pub struct Servers {
    known: Mutex<HashMap<Name, Arc<Known>>>,
    hasher: RandomState,
}

/// What tells one server from another. Of the key it has a hash, so that the key is in no more places than it must be.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    provider: Provider,
    address: String,
    api_version: Option<String>,
    key: Option<u64>,
}

/// What is known of a server.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub gate: Arc<Gate>,
    /// By model.
    habits: Mutex<HashMap<String, Habits>>,
}

impl Servers {
    /// A client as [`Client::new`] makes them.
    pub fn client(&self, server: Server, limits: Limits) -> Result<Client, ModelError> {
        let address = Address::new(&server).map_err(|fault| ModelError::new(fault, ""))?;
        let name = Name {
            provider: server.provider,
            address: address.join(&[]).to_string(),
            api_version: server.api_version.clone(),
            key: server.key.as_ref().map(|key| self.hasher.hash_one(key.reveal())),
        };
        let known = {
            let mut servers = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(servers.entry(name).or_default())
        };
        Client::of_known(server, address, limits, known)
    }
}

impl Known {
    pub(crate) fn habits(&self, model: &str) -> Habits {
        let habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        habits.get(model).copied().unwrap_or_default()
    }

    /// Asks `model` in a better way from now on than `sent`, with which it did not work.
    pub(crate) fn learn(&self, model: &str, sent: Habits, better: Habits) {
        let mut habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = habits.entry(model.to_owned()).or_default();
        // Of calls that were refused together, the first one teaches, and the others ask in the new way.
        if *known == sent {
            *known = better;
        }
    }

    /// Asks `model` in the best way again: the server may be another version by now.
    pub(crate) fn forget(&self, model: &str) {
        let mut habits = self.habits.lock().unwrap_or_else(PoisonError::into_inner);
        habits.remove(model);
    }
}
