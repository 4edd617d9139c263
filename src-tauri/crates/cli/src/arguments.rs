//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use genglossary_engine::Scope;

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
    /// Stop a run, whichever process started it.
    Cancel {
        /// Id of the run, or the end of it.
        run: String,
    },
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
