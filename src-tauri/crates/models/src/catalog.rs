//! The models of a server: which there are, and getting another one.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Shared};
use crate::dialect::Problem;
use crate::dialect::refusal::{refusal, sentence};
use crate::error::{Fault, ModelError, Wait};
use crate::server::{Provider, shown};

/// Longest time for a list.
const SOON: Duration = Duration::from_secs(30);

/// Longest silence of a pull: the server says nothing while it verifies what it got, which may be many gigabytes.
const SILENCE: Duration = Duration::from_mins(10);

/// A model of a server, with as much as the server tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name, with which it is asked.
    pub name: String,
    /// Its size on the disk of the server, in bytes.
    pub bytes: Option<u64>,
    /// How many parameters it has, as its makers write it: `7.6B`.
    pub parameters: Option<String>,
    /// How they were made smaller: `Q4_K_M`.
    pub quantisation: Option<String>,
    /// Longest context, in tokens.
    pub context: Option<u32>,
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// What the server does, in its words.
    pub status: String,
    /// Bytes that are there, of the parts known so far.
    pub completed: u64,
    /// Bytes of the parts known so far; 0 before there are any.
    pub total: u64,
}

impl Client {
    /// The models that the server has, by name. With Ollama from `/api/tags` and `/api/show`, otherwise from `/models`. Azure
    /// does not tell the deployments of a resource, which is [`Fault::Unsupported`].
    pub async fn models(&self, stop: &CancellationToken) -> Result<Vec<ModelInfo>, ModelError> {
        let url = self.list_url();
        let cancelled = || ModelError::new(Fault::Cancelled, shown(&url));
        let list = stop.run_until_cancelled(self.list(&url)).await;
        let mut models = list.ok_or_else(cancelled)??;
        models.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(models)
    }

    /// Has an Ollama server get a model (`/api/pull`), telling `progress` of each step. It takes as long as it takes; only
    /// ten minutes of silence are an error. What was got before an end by `stop` is kept by the server.
    pub async fn pull(
        &self,
        model: &str,
        stop: &CancellationToken,
        progress: impl FnMut(Pull),
    ) -> Result<(), ModelError> {
        let url = self.shared.address.join(&["api", "pull"]);
        if self.shared.server.provider != Provider::Ollama {
            return Err(ModelError::new(Fault::Unsupported, shown(&url)));
        }
        let pulled = stop.run_until_cancelled(self.pull_from(&url, model, progress)).await;
        pulled.unwrap_or_else(|| Err(ModelError::new(Fault::Cancelled, shown(&url))))
    }

    fn list_url(&self) -> Url {
        match self.shared.server.provider {
            Provider::Ollama => self.shared.address.join(&["api", "tags"]),
            Provider::OpenAi | Provider::Azure => self.shared.address.join(&["models"]),
        }
    }

    async fn list(&self, url: &Url) -> Result<Vec<ModelInfo>, ModelError> {
        if self.shared.server.provider == Provider::Azure {
            return Err(ModelError::new(Fault::Unsupported, shown(url)));
        }
        let list = self.shared.json(url, None).await?;
        let is_ollama = self.shared.server.provider == Provider::Ollama;
        let items = if is_ollama { &list["models"] } else { &list["data"] };
        let Some(items) = items.as_array().or(list.as_array()) else {
            // LM Studio says with status 200 that it does not know the path.
            let problem = Problem {
                fault: Fault::WrongPath,
                said: sentence(&list),
            };
            let blank = ModelError::new(Fault::WrongPath, shown(url));
            return Err(self.shared.wire.explain(&blank, problem));
        };
        if !is_ollama {
            return Ok(items.iter().filter_map(openai_info).collect());
        }
        let mut asked = JoinSet::new();
        for model in items.iter().filter_map(ollama_info) {
            let client = self.clone();
            asked.spawn(async move { client.with_context(model).await });
        }
        let mut models = Vec::new();
        while let Some(model) = asked.join_next().await {
            models.extend(model);
        }
        Ok(models)
    }

    /// `model` with what only its own page says.
    async fn with_context(&self, mut model: ModelInfo) -> ModelInfo {
        let url = self.shared.address.join(&["api", "show"]);
        // The list is worth having without it.
        if let Ok(page) = self.shared.json(&url, Some(&json!({ "model": model.name }))).await {
            let facts = page["model_info"].as_object();
            let length = facts.and_then(|facts| facts.iter().find(|(name, _)| name.ends_with(".context_length")));
            model.context = length.and_then(|(_, length)| size(length));
        }
        model
    }

    async fn pull_from(&self, url: &Url, model: &str, mut progress: impl FnMut(Pull)) -> Result<(), ModelError> {
        let wire = &self.shared.wire;
        let body = json!({ "model": model, "stream": true });
        let mut incoming = wire.send_for_long(url, &body, SILENCE).await?;
        if incoming.status != 200 {
            let problem = refusal(incoming.status, &incoming.reason().await, model, 0);
            return Err(wire.explain(&incoming.blank_error(), problem));
        }
        let mut parts: HashMap<String, (u64, u64)> = HashMap::new();
        let mut done = false;
        let blank = incoming.blank_error();
        incoming
            .lines(|line| {
                let step: Value = serde_json::from_str(line).unwrap_or_default();
                if step.get("error").is_some() {
                    let said = sentence(&step);
                    let fault = match &said {
                        Some(said) if said.contains("does not exist") => Fault::UnknownModel {
                            model: model.to_owned(),
                        },
                        _ => Fault::ServerFault,
                    };
                    return Err(wire.explain(&blank, Problem { fault, said }));
                }
                if let (Some(digest), Some(total)) = (step["digest"].as_str(), step["total"].as_u64()) {
                    parts.insert(digest.to_owned(), (step["completed"].as_u64().unwrap_or(0), total));
                }
                if let Some(status) = step["status"].as_str() {
                    done = status == "success";
                    progress(Pull {
                        status: wire.fit(status).into(),
                        completed: parts.values().map(|part| part.0).sum(),
                        total: parts.values().map(|part| part.1).sum(),
                    });
                }
                Ok(())
            })
            .await?;
        if done {
            Ok(())
        } else {
            Err(incoming.broken("it broke off"))
        }
    }
}

impl Shared {
    /// The JSON at `url`, asked for once. No model takes part, so that it comes soon or not at all.
    async fn json(&self, url: &Url, body: Option<&Value>) -> Result<Value, ModelError> {
        let limit = SOON.min(self.limits.total);
        let late = Fault::TimedOut {
            wait: Wait::Total,
            limit,
        };
        let asked = timeout(limit, self.json_in_time(url, body)).await;
        asked.unwrap_or_else(|_| Err(ModelError::new(late, shown(url))))
    }

    async fn json_in_time(&self, url: &Url, body: Option<&Value>) -> Result<Value, ModelError> {
        let mut incoming = self.wire.send(url, body).await?;
        if incoming.status != 200 {
            let problem = refusal(incoming.status, &incoming.reason().await, "", 0);
            return Err(self.wire.explain(&incoming.blank_error(), problem));
        }
        let text = incoming.text().await?;
        serde_json::from_str(&text).map_err(|_| incoming.error(Fault::NotAServer))
    }
}

fn ollama_info(model: &Value) -> Option<ModelInfo> {
    let details = &model["details"];
    Some(ModelInfo {
        name: model["name"].as_str()?.to_owned(),
        bytes: model["size"].as_u64(),
        parameters: word(&details["parameter_size"]),
        quantisation: word(&details["quantization_level"]),
        context: None,
    })
}

/// `OpenAI` gives names alone; vLLM, llama.cpp, `OpenRouter`, Groq and LM Studio each add the context under another name.
fn openai_info(model: &Value) -> Option<ModelInfo> {
    let meta = &model["meta"];
    let contexts = [
        &model["max_model_len"],
        &meta["n_ctx"],
        &meta["n_ctx_train"],
        &model["context_length"],
        &model["context_window"],
        &model["max_context_length"],
    ];
    Some(ModelInfo {
        name: model["id"].as_str()?.to_owned(),
        bytes: meta["size"].as_u64(),
        parameters: None,
        quantisation: word(&model["quantization"]),
        context: contexts.into_iter().find_map(size),
    })
}

fn word(value: &Value) -> Option<String> {
    value.as_str().filter(|word| !word.is_empty()).map(str::to_owned)
}

fn size(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|size| u32::try_from(size).ok())
}
