//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use genglossary_engine::{ModelProvider, ModelSettings, OwnCategory, Scope};

/// Turns a folder of documents into a glossary.
///
/// A folder is a project: it is created at the first run, and the app shows the same one. Data lives in the folder
/// named by `GENGLOSSARY_HOME`, or in the platform's data folder.
///
/// Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 finished with parts missing, 4 another run is active,
/// 130 stopped on request.
#[derive(Debug, Parser)]
#[command(name = "genglossary", version, verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Print results and errors as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the pipeline on a folder and wait for its end. Ctrl-C stops it; nothing that was there is lost.
    /// A second Ctrl-C does not wait for the work that goes on.
    Run {
        /// The folder with the documents.
        folder: PathBuf,
        /// What to run.
        #[arg(long, value_enum, default_value = "full")]
        scope: ScopeName,
        /// Write the result here: .md the glossary, .tsv all terms, .json everything.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// A category of the project's own, and what belongs to it: 'species=kinds of plants'. One for each; they take
        /// the place of those that the project has, and it keeps them. An empty one takes all away.
        #[arg(long = "category", value_name = "NAME=LINE")]
        categories: Vec<String>,
        #[command(flatten)]
        model: ModelArguments,
    },
    /// Take up a run that was stopped, failed or was interrupted. What it finished is not done again.
    Resume {
        /// Id of the run, or the end of it.
        run: String,
    },
    /// Do what a run that finished with parts missing could not do.
    Retry {
        /// Id of the run, or the end of it.
        run: String,
    },
    /// List runs, newest first.
    Runs {
        /// Only those of this folder.
        folder: Option<PathBuf>,
        /// The most runs to list.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Print the log of a run.
    Log {
        /// Id of the run, or the end of it.
        run: String,
        /// Go on until the run ends.
        #[arg(long, short)]
        follow: bool,
    },
    /// Write the current glossary of a folder to a file.
    Export {
        /// The folder with the documents.
        folder: PathBuf,
        /// The file: .md the glossary, .tsv all terms, .json everything.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The models of a server: which it has, and getting another one.
    Models {
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Let a run go on that has spent its budget and waits, whichever process started it.
    Continue {
        /// Id of the run, or the end of it.
        run: String,
        /// What it may spend from now on; as much as its budget without this.
        #[arg(long, value_name = "AMOUNT", conflicts_with = "no_limit")]
        more: Option<f64>,
        /// It may spend anything.
        #[arg(long)]
        no_limit: bool,
    },
    /// Stop a run, whichever process started it.
    Cancel {
        /// Id of the run, or the end of it.
        run: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models that a server has.
    List {
        /// The kind of server.
        #[arg(long, value_enum, default_value = "ollama")]
        engine: ServerName,
        /// The address of the server; the usual one without it.
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
    /// Have an Ollama server get a model, and wait for it. Ctrl-C stops it; the server keeps what it got.
    Pull {
        /// The name of the model, for example qwen3:8b.
        model: String,
        /// The address of the server; the usual one without it.
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
}

/// Kinds of servers that tell their models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServerName {
    /// An Ollama server.
    Ollama,
    /// Any server with chat completions.
    #[value(name = "openai")]
    OpenAi,
}

impl ServerName {
    /// The settings of such a server.
    pub(crate) fn settings(self, base_url: Option<String>) -> ModelSettings {
        let usual = ModelSettings::usual(match self {
            Self::Ollama => ModelProvider::Ollama,
            Self::OpenAi => ModelProvider::OpenAi,
        });
        ModelSettings {
            base_url: base_url.unwrap_or(usual.base_url),
            ..usual
        }
    }
}

/// Who writes the definitions, from this run on: the project keeps what is said here. The key of a server comes from the
/// keychain, where the app puts it, or from `GENGLOSSARY_API_KEY`.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelArguments {
    /// The engine. With a model, it writes the definitions from sentences of the documents.
    #[arg(long, value_enum)]
    pub(crate) engine: Option<EngineName>,
    /// The address of the model server.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The name of the model; with Azure that of the deployment.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Most calls at the same time.
    #[arg(long, value_name = "CALLS")]
    pub(crate) parallel: Option<u32>,
    /// Longest time of a call, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// Price of a million tokens of prompts, in whatever currency.
    #[arg(long, value_name = "PRICE")]
    pub(crate) price_in: Option<f32>,
    /// Price of a million tokens of replies.
    #[arg(long, value_name = "PRICE")]
    pub(crate) price_out: Option<f32>,
    /// What a run may cost. On a terminal it then asks whether to go on; without one it ends, with every answer kept.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) budget: Option<f32>,
    /// Ollama: how long the model stays in the server's memory after a call; 0 to 1440.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) keep_alive: Option<u32>,
}

/// The categories of a project after what was said of them.
pub(crate) fn categories_of(said: &[String], before: Vec<OwnCategory>) -> Vec<OwnCategory> {
    if said.is_empty() {
        return before;
    }
    let category = |said: &String| {
        let (name, about) = said.split_once('=').unwrap_or((said, ""));
        OwnCategory {
            name: name.to_owned(),
            about: about.to_owned(),
        }
    };
    let said = said.iter().filter(|said| !said.trim().is_empty());
    said.map(category).collect()
}

/// Engines by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    /// The rules alone: offline, no model.
    Embedded,
    /// A model of an Ollama server.
    Ollama,
    /// A model of any server with chat completions: LM Studio, vLLM, llama.cpp and others.
    #[value(name = "openai")]
    OpenAi,
    /// A deployment in the Azure cloud.
    Azure,
}

impl ModelArguments {
    /// The model of a project after what was said. `Err` names the argument that needs a model.
    pub(crate) fn applied_to(self, before: Option<ModelSettings>) -> Result<Option<ModelSettings>, &'static str> {
        let provider = match self.engine {
            Some(EngineName::Embedded) => None,
            Some(EngineName::Ollama) => Some(ModelProvider::Ollama),
            Some(EngineName::OpenAi) => Some(ModelProvider::OpenAi),
            Some(EngineName::Azure) => Some(ModelProvider::Azure),
            None => before.as_ref().map(|before| before.provider),
        };
        let Some(provider) = provider else {
            let given = [
                ("--base-url", self.base_url.is_some()),
                ("--model", self.model.is_some()),
                ("--parallel", self.parallel.is_some()),
                ("--timeout", self.timeout.is_some()),
                ("--price-in", self.price_in.is_some()),
                ("--price-out", self.price_out.is_some()),
                ("--budget", self.budget.is_some()),
                ("--keep-alive", self.keep_alive.is_some()),
            ];
            return match given.into_iter().find(|(_, given)| *given) {
                Some((name, _)) => Err(name),
                None => Ok(None),
            };
        };
        let same = before.filter(|before| before.provider == provider);
        let model = same.unwrap_or_else(|| ModelSettings::usual(provider));
        Ok(Some(ModelSettings {
            base_url: self.base_url.unwrap_or(model.base_url),
            model: self.model.unwrap_or(model.model),
            parallel: self.parallel.unwrap_or(model.parallel),
            timeout_s: self.timeout.unwrap_or(model.timeout_s),
            price_in: self.price_in.or(model.price_in),
            price_out: self.price_out.or(model.price_out),
            budget: self.budget.or(model.budget),
            keep_alive_min: self.keep_alive.unwrap_or(model.keep_alive_min),
            ..model
        }))
    }
}

/// Scopes by the names of the app's tabs.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ScopeName {
    /// Everything, from the files on.
    Full,
    /// From the terms that are there.
    FromTerms,
    /// From the definitions that are there.
    ProvisionalToRefined,
    /// Only read the files.
    #[value(alias = "load")]
    Files,
    /// Only extract terms.
    #[value(alias = "extract")]
    Terms,
    /// Only find definitions.
    #[value(alias = "define")]
    Provisional,
    /// Only review.
    #[value(alias = "review")]
    Issues,
    /// Only refine.
    #[value(alias = "refine")]
    Refined,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Full => Self::Full,
            ScopeName::FromTerms => Self::FromTerms,
            ScopeName::ProvisionalToRefined => Self::ProvisionalToRefined,
            ScopeName::Files => Self::Load,
            ScopeName::Terms => Self::Extract,
            ScopeName::Provisional => Self::Define,
            ScopeName::Issues => Self::Review,
            ScopeName::Refined => Self::Refine,
        }
    }
}
