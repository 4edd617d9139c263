//! The keys of model servers. They live in the keychain of the operating system; where there is none, in the memory of
//! this program until it ends. The environment may give one to servers that have none. Nothing else ever holds a key.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use genglossary_models::Key;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::settings::{ModelProvider, ModelSettings};
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// The variable of the environment.
const VARIABLE: &str = "GENGLOSSARY_API_KEY";
/// The name under which the keychain shows the keys.
const SERVICE: &str = "GenGlossary";

/// Where the key of a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// There is none.
    #[default]
    Nowhere,
    /// In the environment of this program.
    Environment,
    /// In the memory of this program, until it ends.
    Memory,
    /// In the keychain of the operating system.
    Keychain,
}

/// The keys that are in memory.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<String, Key>>);

impl Keys {
    fn get(&self, account: &str) -> Option<Key> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(account).cloned()
    }

    fn set(&self, account: &str, key: Option<Key>) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match key {
            Some(key) => keys.insert(account.to_owned(), key),
            None => keys.remove(account),
        };
    }
}

/// The name of a server in the keychain.
fn account(provider: ModelProvider, base_url: &str) -> String {
    format!("{} {}", provider.name(), base_url.trim().trim_end_matches('/'))
}

impl Engine {
    /// Keeps the key of the server of these settings, or forgets it, and says where it is now.
    /// Fails with [`Error::BadKey`] for a text that no key is.
    pub async fn set_model_key(&self, settings: &ModelSettings, key: Option<&str>) -> Result<KeyPlace> {
        let account = account(settings.provider, &settings.base_url);
        let key = key.map(Key::new).transpose().map_err(|_| Error::BadKey)?;
        self.keys().set(&account, None);
        let (name, stored) = (account.clone(), key.clone());
        let kept = blocking(move || keychain::set(&name, stored.as_ref())).await?;
        if !kept {
            self.keys().set(&account, key);
        }
        Ok(self.key(settings).await?.1)
    }

    /// The key of the server of these settings.
    pub(crate) async fn key(&self, settings: &ModelSettings) -> Result<(Option<Key>, KeyPlace)> {
        let account = account(settings.provider, &settings.base_url);
        if let Some(key) = self.keys().get(&account) {
            return Ok((Some(key), KeyPlace::Memory));
        }
        if let Some(key) = blocking(move || keychain::get(&account)).await? {
            return Ok((Some(key), KeyPlace::Keychain));
        }
        let variable = std::env::var(VARIABLE).ok().and_then(|text| Key::new(text).ok());
        let place = variable.as_ref().map_or(KeyPlace::Nowhere, |_| KeyPlace::Environment);
        Ok((variable, place))
    }
}

/// Lets the keychain of the operating system keep keys, for the rest of this process. Without it, as in tests, it is not
/// touched.
pub fn use_keychain() {
    keychain::USED.store(true, Ordering::Relaxed);
}

mod keychain {
    //! What the operating system keeps.

    use std::sync::atomic::{AtomicBool, Ordering};

    use genglossary_models::Key;
    use keyring::v1::Entry;

    use super::SERVICE;

    pub(super) static USED: AtomicBool = AtomicBool::new(false);

    fn entry(account: &str) -> Option<Entry> {
        if !USED.load(Ordering::Relaxed) {
            return None;
        }
        Entry::new(SERVICE, account)
            .inspect_err(|error| tracing::debug!(%error, "there is no keychain"))
            .ok()
    }

    /// Keeps or removes a key. False when it is not kept.
    pub(super) fn set(account: &str, key: Option<&Key>) -> bool {
        let Some(entry) = entry(account) else { return false };
        let done = match key {
            Some(key) => entry.set_password(key.reveal()),
            None => entry.delete_credential(),
        };
        match done {
            Ok(()) => key.is_some(),
            Err(error) => {
                tracing::debug!(%error, "the keychain does not keep the key");
                false
            }
        }
    }

    pub(super) fn get(account: &str) -> Option<Key> {
        let text = entry(account)?.get_password().ok()?;
        Key::new(text).ok()
    }
}
