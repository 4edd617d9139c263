//! What a crash leaves behind: runs whose process is dead, and perhaps a database that is damaged.

use std::time::Duration;

use super::owner::Process;
use super::record::{self, Active, Transition};
use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};

/// The owner of a run shows every second that it lives. So old is a sign that is not believed any more, where there is
/// nothing better to go by.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// What is known of the database file.
#[derive(Debug, Clone, Default)]
pub(crate) enum Health {
    /// Nothing speaks against it.
    #[default]
    Sound,
    /// It is being checked.
    Checking,
    /// It is damaged.
    Damaged {
        /// What SQLite found.
        detail: String,
    },
}

impl Engine {
    /// What is wrong with the database, if it was found damaged. No run starts on a damaged one.
    pub fn damage(&self) -> Option<Message> {
        match &*self.health().borrow() {
            Health::Damaged { detail } => Some(self.damaged(detail).message()),
            _ => None,
        }
    }

    /// Marks the runs that nobody works at as interrupted, at the time of their last sign of life. When there are any,
    /// the database is checked in the background.
    pub(crate) async fn recover_runs(&self) -> Result<()> {
        let mut found = false;
        for run in record::active_owners(self.store()).await? {
            if self.is_worked_at(&run) {
                continue;
            }
            let mut tx = self.store().write().await?;
            let outcome = record::interrupt(&mut tx, &run.id, &run.heartbeat).await?;
            tx.commit().await?;
            if outcome == Transition::Updated {
                tracing::warn!(run = run.id, "found a run whose process had died");
                found = true;
            }
        }
        if found {
            self.runs().wake_queue();
            self.check_database();
        }
        Ok(())
    }

    /// Whether somebody works at a run. For a run of this process that is whoever has it, or is about to have it; for
    /// another the process itself is looked for.
    fn is_worked_at(&self, run: &Active) -> bool {
        let recent = || clock::is_within(&run.heartbeat, SIGN_OF_LIFE);
        if self.runs().get(&run.id).is_some() {
            true
        } else if run.process.is_this() {
            recent()
        } else {
            run.process.is_alive()
                || (recent() && run.process.pid != Process::this().pid && run.process.may_have_moved())
        }
    }

    /// Waits for a check that is going on. Fails when the database is damaged.
    pub(super) async fn sound(&self) -> Result<()> {
        let mut health = self.health().subscribe();
        let known = health.wait_for(|health| !matches!(health, Health::Checking)).await;
        match known.as_deref() {
            Ok(Health::Damaged { detail }) => Err(self.damaged(detail)),
            _ => Ok(()),
        }
    }

    /// The error with the full path in it, and noted if it says that the database is damaged.
    pub(crate) fn noted(&self, error: Error) -> Error {
        let error = error.in_home(self.home());
        if let Error::DatabaseDamaged { detail, .. } = &error {
            self.health().send_replace(Health::Damaged { detail: detail.clone() });
        }
        error
    }

    fn damaged(&self, detail: &str) -> Error {
        Error::DatabaseDamaged {
            path: self.store().path().to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// Checks the database in the background, unless it is known to be damaged or is being checked.
    pub(crate) fn check_database(&self) {
        let begins = self.health().send_if_modified(|health| {
            let begins = matches!(health, Health::Sound);
            if begins {
                *health = Health::Checking;
            }
            begins
        });
        if !begins {
            return;
        }
        let (engine, mut closed) = (self.clone(), self.closed());
        tokio::spawn(async move {
            let checked = tokio::select! {
                checked = engine.store().integrity_check() => checked,
                // A program that only lists the runs does not wait for the check to end.
                () = async { _ = closed.wait_for(|closed| *closed).await.is_ok() } => return,
            };
            let found = match checked {
                Ok(None) => Health::Sound,
                Ok(Some(detail)) | Err(Error::DatabaseDamaged { detail, .. }) => Health::Damaged { detail },
                Err(error) => {
                    tracing::warn!(%error, "the database could not be checked");
                    Health::Sound
                }
            };
            if let Health::Damaged { detail } = &found {
                tracing::error!(detail, "the database is damaged");
            }
            engine.health().send_replace(found);
        });
    }
}
