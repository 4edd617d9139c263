//! Pages of a large project, at random places of every list: the engine's answer and its JSON, which is what a window
//! gets. The message between the processes of the webview is not part of it.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use genglossary_engine::{
    Engine, EntryFilter, EntryQuery, Error, IssueQuery, IssueState, LogLevel, LogQuery, NoSink, Page, Stage, TermQuery,
    TermSort,
};
use serde::Serialize;

use crate::corpus::Random;

/// Rows of a page.
const ROWS: u32 = 100;
/// Pages of each list.
const ROUNDS: usize = 60;

/// How long the pages of one list took.
#[derive(Debug)]
pub(crate) struct Timing {
    pub(crate) what: String,
    /// Rows of the whole list.
    pub(crate) total: u32,
    /// At random places, sorted.
    pub(crate) random: Vec<Duration>,
    /// At the beginning, sorted.
    pub(crate) first: Vec<Duration>,
}

impl Timing {
    /// The time that `share` of the pages at random places did not exceed.
    pub(crate) fn at(&self, share: f64) -> Duration {
        self.random[((self.random.len() - 1) as f64 * share).round() as usize]
    }

    /// How much longer a page deep in the list takes than the first one.
    pub(crate) fn depth_ratio(&self) -> f64 {
        self.at(0.5).as_secs_f64() / self.first[self.first.len() / 2].as_secs_f64()
    }
}

/// What opens and what pages the results of the project of `folder`.
pub(crate) async fn measure(folder: &Path, home: &Path) -> Result<Vec<Timing>, Error> {
    let engine = Engine::open(home, NoSink).await?;
    let project = engine.project_for_folder(folder).await?;
    let id = project.id.as_str();
    let mut timings = Vec::new();

    for (name, sort) in [
        ("score", TermSort::Score),
        ("term", TermSort::Term),
        ("documents", TermSort::Documents),
        ("occurrences", TermSort::Occurrences),
    ] {
        for descending in [true, false] {
            let query = |offset| TermQuery {
                sort,
                descending,
                ..terms(offset, "")
            };
            let what = format!(
                "terms by {name}, {}",
                if descending { "descending" } else { "ascending" }
            );
            timings.push(list(what, async |offset| engine.list_terms(id, &query(offset)).await).await?);
        }
    }
    for search in ["carbon", "炭素", "e"] {
        let query = |offset| terms(offset, search);
        let what = format!("terms, search {search:?}");
        timings.push(list(what, async |offset| engine.list_terms(id, &query(offset)).await).await?);
    }
    let query = |offset| TermQuery {
        language: Some(glossary::Language::Japanese),
        ..terms(offset, "")
    };
    timings.push(
        list("terms in Japanese", async |offset| {
            engine.list_terms(id, &query(offset)).await
        })
        .await?,
    );

    for (name, stage) in [("provisional", Stage::Define), ("refined", Stage::Refine)] {
        for (filter, search) in [
            (EntryFilter::All, ""),
            (EntryFilter::Changed, ""),
            (EntryFilter::All, "carbon"),
        ] {
            let query = |offset| EntryQuery {
                offset,
                limit: ROWS,
                search: search.to_owned(),
                filter,
            };
            let what = format!("{name} entries, {filter:?}, search {search:?}");
            timings.push(
                list(what, async |offset| {
                    engine.list_entries(id, stage, &query(offset)).await
                })
                .await?,
            );
        }
    }
    for (state, search) in [(None, ""), (Some(IssueState::Open), ""), (None, "carbon")] {
        let query = |offset| issues(offset, state, search);
        let what = format!("issues, {state:?}, search {search:?}");
        timings.push(list(what, async |offset| engine.list_issues(id, &query(offset)).await).await?);
    }

    let query = TermQuery {
        sort: TermSort::Occurrences,
        ..terms(0, "")
    };
    let frequent = engine.list_terms(id, &query).await?;
    let (frequent, term_count) = (frequent.rows, frequent.total);
    if let Some(term) = frequent.first() {
        let what = "occurrences of the most frequent term";
        timings.push(
            list(what, async |offset| {
                engine.list_occurrences(id, &term.key, offset, ROWS).await
            })
            .await?,
        );
        // Whoever goes from term to term finds no places that are known already.
        let middle = engine.list_terms(id, &terms(term_count / 2, "")).await?.rows;
        for (what, some) in [
            ("occurrences of one frequent term after another", &frequent),
            ("occurrences of one rare term after another", &middle),
        ] {
            let turn = Cell::new(0);
            timings.push(
                list(what, async |_| {
                    let next = &some[turn.get() % some.len()];
                    turn.set(turn.get() + 1);
                    engine.list_occurrences(id, &next.key, 0, ROWS).await
                })
                .await?,
            );
        }
    }
    timings.push(
        list("documents", async |offset| {
            engine.list_documents(id, offset, ROWS, "").await
        })
        .await?,
    );

    if let Some(run) = &project.last_run {
        for (what, levels) in [("log", None), ("log, debug only", Some(vec![LogLevel::Debug]))] {
            let read = async |offset| {
                let query = LogQuery {
                    from: offset,
                    limit: ROWS,
                    levels: levels.clone(),
                };
                let page = engine.read_log(&run.id, query).await?;
                Ok(Page {
                    rows: page.records,
                    total: page.matching,
                    offset,
                })
            };
            timings.push(list(what, read).await?);
        }
    }
    engine.close().await;
    Ok(timings)
}

async fn list<T: Serialize>(
    what: impl Into<String>,
    read: impl AsyncFn(u32) -> Result<Page<T>, Error>,
) -> Result<Timing, Error> {
    let timed = async |offset| {
        let began = Instant::now();
        let page = read(offset).await?;
        let json = serde_json::to_string(&page)?;
        Ok::<_, Error>((began.elapsed(), page.total, json.len()))
    };
    // The first answer opens connections and fills caches; the next ones are what scrolling feels like.
    let (_, total, _) = timed(0).await?;
    let mut random = Random(u64::from(total));
    let mut timing = Timing {
        what: what.into(),
        total,
        random: Vec::new(),
        first: Vec::new(),
    };
    for round in 0..ROUNDS {
        let offset = random.below(total.saturating_sub(ROWS) as usize + 1) as u32;
        timing.random.push(timed(offset).await?.0);
        if round % 4 == 0 {
            timing.first.push(timed(0).await?.0);
        }
    }
    timing.random.sort();
    timing.first.sort();
    Ok(timing)
}

/// The whole of a list, from `offset` on.
pub(crate) async fn all<T>(
    mut offset: u32,
    read: impl AsyncFn(u32, u32) -> Result<Page<T>, Error>,
) -> Result<Vec<T>, Error> {
    let mut rows = Vec::new();
    loop {
        let mut page = read(offset, 1_000).await?;
        if page.rows.is_empty() {
            return Ok(rows);
        }
        offset += page.rows.len() as u32;
        rows.append(&mut page.rows);
    }
}

pub(crate) fn terms(offset: u32, search: &str) -> TermQuery {
    TermQuery {
        offset,
        limit: ROWS,
        search: search.to_owned(),
        sort: TermSort::Score,
        descending: true,
        language: None,
        category: None,
        verdict: None,
    }
}

fn issues(offset: u32, state: Option<IssueState>, search: &str) -> IssueQuery {
    IssueQuery {
        offset,
        limit: ROWS,
        search: search.to_owned(),
        kind: None,
        severity: None,
        state,
    }
}

/// A window of a log, all levels.
pub(crate) fn log_query(from: u32, limit: u32) -> LogQuery {
    LogQuery {
        from,
        limit,
        levels: None,
    }
}
