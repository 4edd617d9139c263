//! Documents give terms: candidates of each document, one ranking over all, then every occurrence of every term.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

use glossary::extract::{self, DocumentCandidates, Options, Ranker};
use glossary::normalise;
use glossary::occurrences::{Counts, Matcher, Relevant, TermIndex, Vocabulary};
use rayon::prelude::*;

use super::model::judge;
use super::searched::{Known, SEARCHED, Searched, tally};
use super::{Work, ask};
use crate::runs::{Break, Stage, StopFlag, Undone, Unit};
use crate::store::results::{self, Found, HashedDocument, Terms};
use crate::store::units::{UnitKey, UnitKeyBuilder};

/// The candidates of a document, and its words.
type Read = (DocumentCandidates, Vocabulary);

/// What one document holds: its candidates, and what else may be found in it.
struct Reading;

impl Unit for Reading {
    type Item = Arc<HashedDocument>;
    type Output = Read;
    const KIND: &'static str = "reading/2";

    fn name<'a>(&'a self, document: &'a Arc<HashedDocument>) -> &'a str {
        &document.document.path
    }

    fn depends(&self, document: &Arc<HashedDocument>, key: &mut UnitKeyBuilder) {
        key.text(&document.hash).value(&document.document.language);
    }

    fn room(&self, document: &Arc<HashedDocument>) -> Option<usize> {
        Some(document.document.text.len())
    }

    fn work(&self, document: &Arc<HashedDocument>, stop: &StopFlag) -> Result<Self::Output, Undone> {
        let document = &document.document;
        Ok((extract::candidates(document, stop)?, Vocabulary::new(document)))
    }

    fn pack(&self, _: &Arc<HashedDocument>, (candidates, vocabulary): &Self::Output) -> Option<Vec<u8>> {
        let vocabulary = vocabulary.pack();
        let length = u32::try_from(vocabulary.len()).ok()?;
        Some([&length.to_le_bytes()[..], &vocabulary, &candidates.pack()].concat())
    }

    fn unpack(&self, _: &Arc<HashedDocument>, bytes: &[u8]) -> Option<Self::Output> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (vocabulary, candidates) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((DocumentCandidates::unpack(candidates)?, Vocabulary::unpack(vocabulary)?))
    }
}

/// The occurrences of all terms in one document.
struct Finding {
    documents: Arc<Vec<Arc<HashedDocument>>>,
    index: Arc<TermIndex>,
    /// Looks for the terms in the documents that are not known.
    matcher: OnceLock<Matcher>,
}

/// A document and the terms that it may hold: a change of any other term is nothing to it.
struct Place {
    /// Index of the document.
    document: usize,
    reading: Arc<Read>,
    relevant: Arc<Relevant>,
    /// What was found in it, if the last search was for the same terms.
    known: Option<Known>,
}

/// Under which name it is remembered what ranks the documents.
const RANKER: &str = "ranker";

impl Unit for Finding {
    type Item = Place;
    /// The occurrences as bytes, which stay good whatever the numbers of the terms: see [`Relevant::pack`].
    type Output = Vec<u8>;
    const KIND: &'static str = "occurrences/2";

    fn name<'a>(&'a self, place: &'a Place) -> &'a str {
        &self.documents[place.document].document.path
    }

    fn depends(&self, place: &Place, key: &mut UnitKeyBuilder) {
        key.text(&self.documents[place.document].hash)
            .bytes(&place.relevant.hash);
    }

    fn prepare(&self, places: &[&Place]) {
        let vocabularies: Vec<_> = places.iter().map(|place| &place.reading.1).collect();
        self.matcher.get_or_init(|| self.index.matcher(&vocabularies));
    }

    fn room(&self, place: &Place) -> Option<usize> {
        Some(self.documents[place.document].document.text.len())
    }

    fn work(&self, place: &Place, stop: &StopFlag) -> Result<Vec<u8>, Undone> {
        let matcher = self.matcher.get_or_init(|| self.index.matcher(&[&place.reading.1]));
        let occurrences = matcher.find(&self.documents[place.document].document, stop)?;
        let packed = place.relevant.pack(&occurrences);
        Ok(packed.expect("a document holds no other terms than it may hold"))
    }

    fn pack(&self, _: &Place, occurrences: &Vec<u8>) -> Option<Vec<u8>> {
        Some(occurrences.clone())
    }

    fn unpack(&self, place: &Place, bytes: &[u8]) -> Option<Vec<u8>> {
        place.relevant.unpack(bytes).map(|_| bytes.to_owned())
    }
}

pub(super) async fn run(work: &Work<'_>, generation: i64) -> Result<(), Break> {
    let store = work.engine.store();
    let alive = ask(results::alive_terms(store.clone(), generation));
    let documents = work.carried.documents(store, work.input(Stage::Load)?).await?;
    // Each document is visited twice: for its candidates, and for the occurrences of what was kept.
    work.context.total(documents.len() * 2);
    let readings = work.context.units(Reading, Arc::clone(&documents)).await?;
    let readings = Arc::new(readings);
    let required = &work.decisions.required;
    let (mut terms, mut found) = search(work, &documents, &readings, required).await?;
    if let Some(model) = &work.settings.model {
        let judged = judge::run(work, model, &documents, &terms, &found).await?;
        if !judged.added.is_empty() {
            work.info(format!("the model adds {}", judged.added.join(", ")));
            let mut wanted = [&required[..], &judged.added].concat();
            // What was found in the first search is known in the second.
            work.context.settle().await?;
            // What stands nowhere after all is looked for no more.
            for _ in 0..2 {
                work.context.more(documents.len());
                (terms, found) = search(work, &documents, &readings, &wanted).await?;
                let absent = terms.list.iter().filter(|term| term.occurrences == 0);
                let absent: HashSet<&str> = absent.map(|term| &*term.key).collect();
                let before = wanted.len();
                wanted.retain(|text| required.contains(text) || !absent.contains(&*normalise::key(text)));
                if wanted.len() == before {
                    break;
                }
            }
        }
        terms = Arc::new(judged.apply(&terms, work.decisions, &model.model));
    }
    results::write_terms(work.context, generation, alive.await?, &terms).await?;
    results::write_found(work.context, generation, &terms, &found).await?;
    let total: usize = found.iter().map(|found| found.occurrences.len()).sum();
    work.info(format!(
        "{} terms ({} required), {total} occurrences",
        terms.list.len(),
        required.len()
    ));
    work.carried.terms.put(generation, &terms);
    work.carried.found.put(generation, &found);
    Ok(())
}

/// Ranks the candidates of all documents and finds the terms in them. `wanted` are terms whatever their rank.
async fn search(
    work: &Work<'_>,
    documents: &Arc<Vec<Arc<HashedDocument>>>,
    readings: &Arc<Vec<Option<Arc<Read>>>>,
    wanted: &[String],
) -> Result<(Arc<Terms>, Arc<Vec<Arc<Found>>>), Break> {
    let (documents, readings, wanted) = (Arc::clone(documents), Arc::clone(readings), wanted.to_vec());
    let options = Options {
        max_terms: work.settings.max_terms,
        min_occurrences: work.settings.min_occurrences,
        unlisted: work.settings.stop_keys(),
    };
    let stop = work.context.stop().clone();
    let read = Arc::clone(&documents);
    let project_id = &work.run.project_id;
    let recall = work.engine.recall();
    let before: Option<Arc<Searched>> = recall.get(project_id, SEARCHED);
    let ranker: Arc<Mutex<Ranker>> = recall.get(project_id, RANKER).unwrap_or_default();
    let ranks = Arc::clone(&ranker);
    let (terms, unit, places, before) = work
        .context
        .blocking(move || {
            // A document that could not be read holds no terms.
            let readings: Vec<(usize, Arc<Read>)> = (0..)
                .zip(&*readings)
                .filter_map(|(at, reading)| Some((at, Arc::clone(reading.as_ref()?))))
                .collect();
            let mut candidates: Vec<(&str, &DocumentCandidates)> = Vec::with_capacity(readings.len());
            candidates.extend(readings.iter().map(|(at, reading)| (&*read[*at].hash, &reading.0)));
            // A ranking that broke off may have left the half of it.
            let mut ranker = ranks.lock().unwrap_or_else(|broken| {
                ranks.clear_poison();
                let mut ranker = broken.into_inner();
                *ranker = Ranker::default();
                ranker
            });
            let terms = Terms::new(ranker.rank(&candidates, &wanted, &options, &stop)?);
            drop(ranker);
            let index = match &before {
                Some(before) => before.index.next(&terms.list),
                None => Arc::new(TermIndex::new(&terms.list)),
            };
            let before = before.filter(|before| Arc::ptr_eq(&before.index, &index));
            let place = |(document, reading): (usize, Arc<(_, Vocabulary)>)| {
                let hash: &String = &read[document].hash;
                let known = before.as_ref().and_then(|before| before.documents.get(hash)).cloned();
                Place {
                    document,
                    relevant: match &known {
                        Some(known) => Arc::clone(&known.relevant),
                        None => Arc::new(index.relevant(&reading.1)),
                    },
                    known,
                    reading,
                }
            };
            let places: Vec<_> = readings.into_par_iter().map(place).collect();
            let unit = Finding {
                documents: read,
                index,
                matcher: OnceLock::new(),
            };
            Ok((terms, unit, Arc::new(places), before))
        })
        .await?;
    work.context.check()?;
    let keys: Vec<String> = places.iter().map(|place| UnitKey::of(&unit, place).hex()).collect();
    let index = Arc::clone(&unit.index);
    let occurrences = work.context.units(unit, Arc::clone(&places)).await?;
    let bytes = documents.iter().map(|document| document.document.text.len()).sum();
    let (terms, found, searched) = work
        .context
        .blocking(move || {
            let mut terms = terms;
            let known = |((place, key), bytes): ((&Place, &String), &Option<Arc<Vec<u8>>>)| {
                let bytes = bytes.as_ref()?;
                let known = place.known.as_ref().filter(|known| known.found.hash == *key);
                known.cloned().or_else(|| {
                    let document = &documents[place.document];
                    let occurrences = place.relevant.unpack(bytes)?;
                    let counts = Counts::new(&document.document, &occurrences);
                    let found = Found::new(&document.hash, key, occurrences);
                    Some(Known::new(&place.relevant, found, counts))
                })
            };
            let searched: Vec<Option<Known>> = places.par_iter().zip(&keys).zip(&occurrences).map(known).collect();
            let searched: Vec<(usize, Known)> = places
                .iter()
                .zip(searched)
                .filter_map(|(place, known)| Some((place.document, known?)))
                .collect();
            tally(&mut terms.list, &documents, &searched, before.as_deref());
            let missing = |document: &Arc<HashedDocument>| Arc::new(Found::missing(&document.hash));
            let mut found: Vec<Arc<Found>> = documents.iter().map(missing).collect();
            for (at, known) in &searched {
                found[*at] = Arc::clone(&known.found);
            }
            let terms = Arc::new(terms);
            let searched = Searched::new(index, &terms, &documents, searched);
            Ok((terms, Arc::new(found), Arc::new(searched)))
        })
        .await?;
    work.context.check()?;
    recall.keep(project_id, SEARCHED, bytes, searched);
    recall.keep(project_id, RANKER, bytes, ranker);
    Ok((terms, found))
}
