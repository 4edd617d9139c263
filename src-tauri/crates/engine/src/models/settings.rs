//! Which model a project asks, and how.

use std::time::Duration;

use genglossary_models::{Client, Key, Limits, Model, Provider, Server, Usage};
use glossary::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::error::{Error, Result};

/// How a model server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ModelProvider {
    /// Ollama's own API.
    Ollama,
    /// Chat completions as `OpenAI` defines them: `OpenAI`, LM Studio, llama.cpp, vLLM and others.
    OpenAi,
    /// Azure `OpenAI`, where the model is a deployment.
    Azure,
}

impl ModelProvider {
    /// Its name in run records, on the command line and in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::OpenAi => "openai",
            Self::Azure => "azure",
        }
    }

    fn provider(self) -> Provider {
        match self {
            Self::Ollama => Provider::Ollama,
            Self::OpenAi => Provider::OpenAi,
            Self::Azure => Provider::Azure,
        }
    }
}

/// The language that a model writes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OutputLanguage {
    /// That of the term.
    #[default]
    Document,
    /// English.
    English,
    /// Japanese.
    Japanese,
}

impl OutputLanguage {
    /// The language of what is written about a term.
    pub(crate) fn of(self, term: Language) -> Language {
        match self {
            Self::Document => term,
            Self::English => Language::English,
            Self::Japanese => Language::Japanese,
        }
    }
}

/// A model of a server, and how it is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelSettings {
    /// How the server is spoken to.
    pub provider: ModelProvider,
    /// The address of the server.
    pub base_url: String,
    /// Azure only: the version of the API; empty for the usual one.
    pub api_version: String,
    /// The name of the model, with Azure that of the deployment.
    pub model: String,
    /// 0 for the likeliest answer, up to 2 for more varied ones.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub temperature: f32,
    /// The same seed gives the same answer, where the server can.
    pub seed: Option<u32>,
    /// Tokens that prompt and reply may take together. 4,096 to 2,000,000.
    pub context: u32,
    /// Most calls at the same time. 1 to 64.
    pub parallel: u32,
    /// Longest time of a call, in seconds. 1 to 3,600.
    pub timeout_s: u32,
    /// Ollama only: how long the model stays in the memory of the server after a call, in minutes. 0 to 1,440.
    pub keep_alive_min: u32,
    /// The language that it writes in.
    pub output: OutputLanguage,
    /// Price of a million tokens of prompts, in whatever currency; nothing for a model that costs nothing.
    #[specta(type = Option<u32>)] // a plain number: it is never NaN
    pub price_in: Option<f32>,
    /// Price of a million tokens of replies.
    #[specta(type = Option<u32>)] // a plain number: it is never NaN
    pub price_out: Option<f32>,
    /// What a run may cost before it pauses and asks.
    #[specta(type = Option<u32>)] // a plain number: it is never NaN
    pub budget: Option<f32>,
    /// Keeps every call of a run, with the sentences in it, to be looked at.
    pub keep_calls: bool,
}

impl ModelSettings {
    /// The usual settings for a server of this kind: on this machine for Ollama, the provider's own for the others.
    pub fn usual(provider: ModelProvider) -> Self {
        let (base_url, context) = match provider {
            ModelProvider::Ollama => ("http://localhost:11434", 8_192),
            ModelProvider::OpenAi => ("https://api.openai.com/v1", 32_768),
            ModelProvider::Azure => ("", 32_768),
        };
        Self {
            provider,
            base_url: base_url.to_owned(),
            api_version: String::new(),
            model: String::new(),
            temperature: 0.0,
            seed: Some(1),
            context,
            parallel: 4,
            timeout_s: 300,
            keep_alive_min: 10,
            output: OutputLanguage::default(),
            price_in: None,
            price_out: None,
            budget: None,
            keep_calls: false,
        }
    }

    /// Adds the usual values to settings that an older version stored with fewer fields.
    pub(crate) fn complete(stored: &mut Map<String, Value>) -> Result<()> {
        let provider = serde_json::from_value(stored.get("provider").cloned().unwrap_or_default())?;
        if let Value::Object(usual) = serde_json::to_value(Self::usual(provider))? {
            for (field, value) in usual {
                stored.entry(field).or_insert(value);
            }
        }
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<()> {
        let bounds = [
            ("model", !self.model.is_empty() && self.model.len() <= LONGEST),
            ("temperature", (0.0..=2.0).contains(&self.temperature)),
            ("context", (4_096..=2_000_000).contains(&self.context)),
            ("parallel", (1..=64).contains(&self.parallel)),
            ("timeout_s", (1..=3_600).contains(&self.timeout_s)),
            ("keep_alive_min", self.keep_alive_min <= 1_440),
            ("api_version", self.api_version.len() <= LONGEST),
            ("base_url", self.base_url.len() <= LONGEST),
            ("price_in", self.price_in.is_none_or(is_price)),
            ("price_out", self.price_out.is_none_or(is_price)),
            // Without a price there is nothing to count.
            (
                "budget",
                self.budget
                    .is_none_or(|budget| is_price(budget) && budget > 0.0 && self.has_price()),
            ),
        ];
        for (field, kept) in bounds {
            if !kept {
                return Err(Error::InvalidSettings(field));
            }
        }
        self.address().map(|_| ())
    }

    fn has_price(&self) -> bool {
        self.price_in.or(self.price_out).is_some()
    }

    /// What a run may cost before it asks: the number as it was typed, not its nearest neighbour of half the width.
    pub(crate) fn budget(&self) -> Option<f64> {
        self.budget
            .map(|budget| budget.to_string().parse().unwrap_or(f64::from(budget)))
    }

    /// What calls cost; nothing without a price.
    pub(crate) fn cost(&self, usage: Usage) -> Option<f64> {
        let of = |tokens: u32, price: Option<f32>| f64::from(tokens) * f64::from(price.unwrap_or(0.0)) / 1e6;
        self.has_price()
            .then(|| of(usage.tokens_in, self.price_in) + of(usage.tokens_out, self.price_out))
    }

    /// Without white space around what was typed.
    pub(crate) fn tidied(mut self) -> Self {
        for text in [&mut self.base_url, &mut self.api_version, &mut self.model] {
            *text = text.trim().to_owned();
        }
        self
    }

    /// Who is asked.
    pub(crate) fn server(&self, key: Option<Key>) -> Server {
        let api_version = Some(&self.api_version).filter(|version| !version.is_empty());
        Server {
            provider: self.provider.provider(),
            base_url: self.base_url.clone(),
            api_version: api_version.cloned(),
            key,
        }
    }

    /// How much and for how long.
    pub(crate) fn limits(&self) -> Limits {
        let timeout = Duration::from_secs(self.timeout_s.into());
        Limits {
            parallel: self.parallel as usize,
            connect: Limits::default().connect.min(timeout),
            first_byte: timeout,
            total: timeout,
            ..Limits::default()
        }
    }

    /// A client without a key, which asks nothing and knows what kind of address it has.
    pub(crate) fn address(&self) -> Result<Client> {
        Client::new(self.server(None), self.limits()).map_err(Error::Model)
    }

    /// Host and port of an Ollama server on this machine, which could be started there.
    pub fn local_ollama(&self) -> Option<String> {
        let client = self.clone().tidied().address().ok()?;
        client.local_port().filter(|_| self.provider == ModelProvider::Ollama)
    }

    /// The name of the engine that asks it, in run records.
    pub(crate) fn engine(&self) -> String {
        format!("{}/1", self.provider.name())
    }

    pub(crate) fn model(&self) -> Model {
        Model {
            name: self.model.clone(),
            temperature: self.temperature,
            seed: self.seed,
            context: self.context,
            keep_alive: Duration::from_mins(self.keep_alive_min.into()),
        }
    }

    /// What an answer depends on. The same model gives it at any address.
    pub(crate) fn parameters(&self) -> impl Serialize + use<> {
        (
            self.provider,
            self.model.clone(),
            self.temperature,
            self.seed,
            self.context,
        )
    }
}

fn is_price(price: f32) -> bool {
    (0.0..=1e6).contains(&price)
}

/// Longer texts than any of these settings has.
const LONGEST: usize = 2_000;
