//! Trying a model server, and which models it has.

use genglossary_models::{Client, JsonMode, Passed};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use super::keys::KeyPlace;
use super::settings::ModelSettings;
use crate::engine::Engine;
use crate::error::{Error, Message, Result};

/// A model that a server has, with as much as it tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelRow {
    /// Its name.
    pub name: String,
    /// Its size on the disk of the server, in bytes.
    #[specta(type = Option<u32>)] // a plain number: it is never NaN
    pub bytes: Option<f64>,
    /// How many parameters it has, as its makers write it.
    pub parameters: Option<String>,
    /// How they were made smaller.
    pub quantisation: Option<String>,
    /// Longest context, in tokens.
    pub context: Option<u32>,
}

/// How a model is got to answer in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum JsonForm {
    /// The server keeps it to a schema.
    Schema,
    /// The server keeps it to JSON of any shape.
    Object,
    /// It is asked to, in words.
    Text,
}

/// A step of trying a server; each one needs those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelStep {
    /// None.
    Nothing,
    /// A server answers.
    Reachable,
    /// It accepts the key, or needs none.
    Authorised,
    /// It has the model.
    Known,
    /// The model answers in JSON: everything works.
    Works,
}

/// What trying a server found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelCheck {
    /// The last step that worked.
    pub passed: ModelStep,
    /// How it was got to do so.
    pub json: Option<JsonForm>,
    /// Time of a request without a model, in milliseconds.
    pub latency_ms: Option<u32>,
    /// Time of a small question, in milliseconds.
    pub answer_ms: Option<u32>,
    /// Why it went no further.
    pub error: Option<Message>,
}

/// What is known of a server without asking it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelServer {
    /// Where its key is.
    pub key: KeyPlace,
    /// It runs on this machine, so that nothing that is asked leaves it. Nothing for an address that cannot be one.
    pub local: Option<bool>,
}

impl Engine {
    /// Asks the server of these settings, with its key. A keychain that is locked asks the researcher first.
    pub(crate) async fn client(&self, settings: &ModelSettings) -> Result<Client> {
        let (key, _) = self.key(settings).await?;
        let client = self.servers().client(settings.server(key), settings.limits());
        client.map_err(Error::Model)
    }

    /// What is known of the server of these settings without asking it.
    pub async fn model_server(&self, settings: ModelSettings) -> Result<ModelServer> {
        let settings = settings.tidied();
        Ok(ModelServer {
            key: self.key(&settings).await?.1,
            local: settings.address().ok().map(|client| client.is_local()),
        })
    }

    /// Tries the server and the model of these settings, and says what works and what does not.
    pub async fn check_model(&self, settings: ModelSettings) -> Result<ModelCheck> {
        let settings = settings.tidied();
        settings.check()?;
        let client = self.client(&settings).await?;
        let check = client.check(&settings.model(), &CancellationToken::new()).await;
        let milliseconds = |time: std::time::Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        Ok(ModelCheck {
            passed: match check.passed {
                Passed::Nothing => ModelStep::Nothing,
                Passed::Reachable => ModelStep::Reachable,
                Passed::Authorised => ModelStep::Authorised,
                Passed::ModelKnown => ModelStep::Known,
                Passed::Everything => ModelStep::Works,
            },
            json: check.json.map(|mode| match mode {
                JsonMode::Schema => JsonForm::Schema,
                JsonMode::Object => JsonForm::Object,
                JsonMode::Text => JsonForm::Text,
            }),
            latency_ms: check.latency.map(milliseconds),
            answer_ms: check.answer.map(milliseconds),
            error: check.error.map(|error| Error::Model(error).message()),
        })
    }

    /// The models that the server of these settings has, by name. The model of the settings does not matter.
    pub async fn list_models(&self, settings: ModelSettings) -> Result<Vec<ModelRow>> {
        let settings = settings.tidied();
        let client = self.client(&settings).await?;
        let models = client.models(&CancellationToken::new()).await;
        let models = models.map_err(Error::Model)?;
        let row = |model: genglossary_models::ModelInfo| ModelRow {
            name: model.name,
            bytes: model.bytes.map(|bytes| bytes as f64),
            parameters: model.parameters,
            quantisation: model.quantisation,
            context: model.context,
        };
        Ok(models.into_iter().map(row).collect())
    }
}
