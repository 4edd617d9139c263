//! The client of one server.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::ask::Asking;
use crate::dialect::habits::JsonMode;
use crate::error::ModelError;
use crate::exchange::{Exchange, Observer};
use crate::gate::Member;
use crate::known::Known;
use crate::limits::Limits;
use crate::prompt::{Model, Prompt};
use crate::server::{Address, Server};
use crate::usage::Answer;
use crate::wire::Wire;

/// Asks the models of one server. Its clones share connections, limits and what was learnt about the server.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) observer: Option<Observer>,
}

pub(crate) struct Shared {
    pub server: Server,
    pub address: Address,
    pub limits: Limits,
    pub wire: Wire,
    pub known: Arc<Known>,
    /// Its place among those who share the limit.
    _member: Member,
}

impl Client {
    /// Checks the address; nothing is sent yet. A server on this machine is asked without a proxy, and no redirect to
    /// another server is followed.
    pub fn new(server: Server, limits: Limits) -> Result<Self, ModelError> {
        let address = Address::new(&server).map_err(|fault| ModelError::new(fault, ""))?;
        Self::of_known(server, address, limits, Arc::default())
    }

    pub(crate) fn of_known(
        server: Server,
        address: Address,
        limits: Limits,
        known: Arc<Known>,
    ) -> Result<Self, ModelError> {
        let limits = limits.sane();
        let wire = Wire::new(&server, &address, limits)?;
        let shared = Shared {
            _member: known.gate.join(limits.parallel),
            known,
            server,
            address,
            limits,
            wire,
        };
        Ok(Self {
            shared: Arc::new(shared),
            observer: None,
        })
    }

    /// This client, telling `tell` of every attempt to get an answer, right after it.
    #[must_use]
    pub fn observe(mut self, tell: Arc<dyn Fn(&Exchange) + Send + Sync>) -> Self {
        self.observer = Some(tell);
        self
    }

    /// Asks for a value. `read` makes it of the JSON in the reply, or says in a sentence what is wrong with that. The model
    /// is shown this sentence once and may answer again.
    ///
    /// The JSON is what [`parse`](crate::parse()) finds. A question waits until the server takes one more call, and is
    /// asked again when that can help; see [`Limits`]. When `stop` is cancelled it ends at once, whatever it is waiting
    /// for, and its connection is closed.
    pub async fn ask<T>(
        &self,
        model: &Model,
        prompt: &Prompt,
        stop: &CancellationToken,
        read: impl Fn(&serde_json::Value) -> Result<T, String>,
    ) -> Result<Answer<T>, ModelError> {
        Asking::new(self, model, prompt, stop).answer(read).await
    }

    /// Whether the server runs on this machine, so that nothing that is asked leaves it.
    pub fn is_local(&self) -> bool {
        self.shared.address.is_loopback()
    }

    /// Host and port at which a server on this machine is expected to listen without TLS.
    pub fn local_port(&self) -> Option<String> {
        let plain = self.is_local() && !self.shared.address.is_secure();
        plain.then(|| self.shared.address.host_and_port())
    }

    /// How the server was found to keep to the shape of answers, as far as it was asked already.
    pub fn json_mode(&self, model: &str) -> JsonMode {
        self.shared.known.habits(model).json
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.shared.server)
            .finish_non_exhaustive()
    }
}
