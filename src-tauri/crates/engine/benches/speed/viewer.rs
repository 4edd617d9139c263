//! Pages of large documents with their terms: the first one, when the document is opened, and any other. The engine's
//! answer and its JSON, which is what a window gets.

use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{DocumentLayout, Engine, NoSink, Scope, Trigger};

use crate::Outcome;
use crate::corpus::{Corpus, Random};

/// More documents than are kept open, so that the next one is always opened anew.
const LARGE: Corpus = Corpus {
    documents: 3,
    bytes: 5_000_000,
    wide: false,
};
const LAYOUT: DocumentLayout = DocumentLayout {
    columns: 36,
    rendered: true,
};
/// Rows of a page, as the viewer asks for them.
const ROWS: u32 = 120;
const ROUNDS: usize = 60;

/// How long pages took, sorted.
pub(crate) struct Timing {
    pub(crate) first: Vec<Duration>,
    pub(crate) random: Vec<Duration>,
    pub(crate) marks: u32,
}

pub(crate) async fn measure(work: &Path) -> Outcome<Timing> {
    let folder = work.join("viewer");
    LARGE.write(&folder)?;
    let engine = Engine::open(&work.join("viewer-home"), NoSink).await?;
    let project = engine.project_for_folder(&folder).await?.id;
    engine.start_run(&project, Scope::Full, Trigger::User, "viewer").await?;
    engine.wait_until_idle(Duration::from_mins(5)).await;
    let documents = engine.list_documents(&project, 0, 10, "").await?.rows;
    let mut timing = Timing {
        first: Vec::new(),
        random: Vec::new(),
        marks: documents.iter().filter_map(|row| row.occurrences).sum(),
    };
    let page = async |path: &str, offset: u32| -> Outcome<(Duration, u32)> {
        let began = Instant::now();
        let page = engine.read_document(&project, path, LAYOUT, offset, ROWS, "").await?;
        serde_json::to_vec(&page)?;
        Ok((began.elapsed(), page.total))
    };
    for round in 0..ROUNDS {
        let document = &documents[round % documents.len()];
        timing.first.push(page(&document.path, 0).await?.0);
    }
    let mut random = Random(7);
    for document in &documents {
        let (_, total) = page(&document.path, 0).await?;
        for _ in 0..ROUNDS {
            let offset = random.below(total as usize) as u32;
            timing.random.push(page(&document.path, offset).await?.0);
        }
    }
    timing.first.sort_unstable();
    timing.random.sort_unstable();
    engine.close().await;
    Ok(timing)
}
