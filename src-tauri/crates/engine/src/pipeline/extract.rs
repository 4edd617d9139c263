//! Documents give terms: candidates of each document, one ranking over all, then every occurrence of every term.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use glossary::extract::{self, DocumentCandidates, Options, Ranker};
use glossary::occurrences::{self, Matcher, Relevant, TermIndex, Vocabulary};
use glossary::{Stopped, Term};
use rayon::prelude::*;

use super::{Work, ask};
use crate::runs::{Break, Stage, StopFlag, Unit};
use crate::store::results::{self, Found, HashedDocument};
use crate::store::units::{UnitKey, UnitKeyBuilder};

/// What one document holds: its candidates, and what else may be found in it.
struct Reading;

impl Unit for Reading {
    type Item = HashedDocument;
    type Output = (DocumentCandidates, Vocabulary);
    const KIND: &'static str = "reading/2";

    fn name<'a>(&'a self, document: &'a HashedDocument) -> &'a str {
        &document.document.path
    }

    fn depends(&self, document: &HashedDocument, key: &mut UnitKeyBuilder) {
        key.text(&document.hash).value(&document.document.language);
    }

    fn room(&self, document: &HashedDocument) -> Option<usize> {
        Some(document.document.text.len())
    }

    fn work(&self, document: &HashedDocument, stop: &StopFlag) -> Result<Self::Output, Stopped> {
        let document = &document.document;
        Ok((extract::candidates(document, stop)?, Vocabulary::new(document)))
    }

    fn pack(&self, _: &HashedDocument, (candidates, vocabulary): &Self::Output) -> Option<Vec<u8>> {
        let vocabulary = vocabulary.pack();
        let length = u32::try_from(vocabulary.len()).ok()?;
        Some([&length.to_le_bytes()[..], &vocabulary, &candidates.pack()].concat())
    }

    fn unpack(&self, _: &HashedDocument, bytes: &[u8]) -> Option<Self::Output> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (vocabulary, candidates) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((DocumentCandidates::unpack(candidates)?, Vocabulary::unpack(vocabulary)?))
    }
}

/// The occurrences of all terms in one document.
struct Finding {
    documents: Arc<Vec<HashedDocument>>,
    index: Arc<TermIndex>,
    /// Looks for the terms in the documents that are not known.
    matcher: OnceLock<Matcher>,
}

/// A document and the terms that it may hold: a change of any other term is nothing to it.
struct Place {
    /// Index of the document.
    document: usize,
    reading: Arc<(DocumentCandidates, Vocabulary)>,
    relevant: Arc<Relevant>,
}

/// Under which name it is remembered what ranks the documents.
const RANKER: &str = "ranker";

/// A list of terms made ready for the search. Most changes of a document leave the list as it is.
struct Prepared {
    /// Everything that the search depends on, term by term.
    of: Vec<UnitKey>,
    index: Arc<TermIndex>,
    /// The terms that a document may hold, by the hash of its text.
    relevant: HashMap<String, Arc<Relevant>>,
}

impl Prepared {
    const KIND: &'static str = "term index";

    fn of(terms: &[Term]) -> Vec<UnitKey> {
        let of = |term: &Term| {
            let mut key = UnitKey::builder(Self::KIND);
            key.text(&term.key).text(&term.text).bytes(&[term.category as u8]);
            for variant in &term.variants {
                key.text(&variant.text);
            }
            key.finish()
        };
        terms.par_iter().map(of).collect()
    }
}

impl Unit for Finding {
    type Item = Place;
    /// The occurrences as bytes, which stay good whatever the numbers of the terms: see [`Relevant::pack`].
    type Output = Vec<u8>;
    const KIND: &'static str = "occurrences/1";

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

    fn work(&self, place: &Place, stop: &StopFlag) -> Result<Vec<u8>, Stopped> {
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
    let required = work.decisions.required.clone();
    let options = Options {
        max_terms: work.settings.max_terms,
        min_occurrences: work.settings.min_occurrences,
        unlisted: work.settings.stop_keys(),
    };
    let stop = work.context.stop().clone();
    let required_count = required.len();
    let read = Arc::clone(&documents);
    let project_id = &work.run.project_id;
    let recall = work.engine.recall();
    let before: Option<Arc<Prepared>> = recall.get(project_id, Prepared::KIND);
    let ranker: Arc<Mutex<Ranker>> = recall.get(project_id, RANKER).unwrap_or_default();
    let ranks = Arc::clone(&ranker);
    let (terms, unit, places, prepared) = work
        .context
        .blocking(move || {
            // A document that could not be read holds no terms.
            let readings: Vec<_> = (0..)
                .zip(readings)
                .filter_map(|(at, reading)| Some((at, reading?)))
                .collect();
            let mut candidates: Vec<(&str, &DocumentCandidates)> = Vec::with_capacity(readings.len());
            candidates.extend(readings.iter().map(|(at, reading)| (&*read[*at].hash, &reading.0)));
            let mut ranker = ranks.lock().unwrap_or_else(PoisonError::into_inner);
            let terms = ranker.rank(&candidates, &required, &options, &stop)?;
            drop(ranker);
            let of = Prepared::of(&terms);
            let index = match &before {
                Some(before) if before.of == of => Arc::clone(&before.index),
                Some(before) => Arc::new(before.index.next(&terms)),
                None => Arc::new(TermIndex::new(&terms)),
            };
            let before = before.filter(|before| before.of == of);
            let place = |(document, reading): (usize, Arc<(_, Vocabulary)>)| {
                let hash: &String = &read[document].hash;
                let known = before.as_ref().and_then(|before| before.relevant.get(hash)).cloned();
                Place {
                    document,
                    relevant: known.unwrap_or_else(|| Arc::new(index.relevant(&reading.1))),
                    reading,
                }
            };
            let places: Vec<_> = readings.into_par_iter().map(place).collect();
            let relevant = places
                .iter()
                .map(|place: &Place| (read[place.document].hash.clone(), Arc::clone(&place.relevant)));
            let prepared = Prepared {
                of,
                index: Arc::clone(&index),
                relevant: relevant.collect(),
            };
            let unit = Finding {
                documents: read,
                index,
                matcher: OnceLock::new(),
            };
            Ok((terms, unit, Arc::new(places), Arc::new(prepared)))
        })
        .await?;
    work.context.check()?;
    let bytes = documents.iter().map(|document| document.document.text.len()).sum();
    recall.keep(project_id, Prepared::KIND, bytes, prepared);
    recall.keep(project_id, RANKER, bytes, ranker);
    let keys: Vec<String> = places.iter().map(|place| UnitKey::of(&unit, place).hex()).collect();
    let occurrences = work.context.units(unit, Arc::clone(&places)).await?;
    let (terms, found) = work
        .context
        .blocking(move || {
            let mut terms = terms;
            let missing = |document: &HashedDocument| Found::missing(&document.hash);
            let mut found: Vec<Found> = documents.iter().map(missing).collect();
            let unpacked: Vec<_> = places
                .par_iter()
                .zip(&occurrences)
                .map(|(place, bytes)| place.relevant.unpack(bytes.as_ref()?))
                .collect();
            for ((place, key), occurrences) in places.iter().zip(keys).zip(unpacked) {
                if let Some(occurrences) = occurrences {
                    let found = &mut found[place.document];
                    (found.hash, found.occurrences) = (key, occurrences);
                }
            }
            let pairs: Vec<_> = documents
                .iter()
                .map(|document| &document.document)
                .zip(found.iter().map(|found| &*found.occurrences))
                .collect();
            occurrences::tally(&mut terms, &pairs);
            Ok((Arc::new(terms), Arc::new(found)))
        })
        .await?;
    work.context.check()?;
    results::write_terms(work.context, generation, alive.await?, &terms).await?;
    results::write_found(work.context, generation, &terms, &found).await?;
    let total: usize = found.iter().map(|found| found.occurrences.len()).sum();
    work.info(format!(
        "{} terms ({required_count} required), {total} occurrences",
        terms.len()
    ));
    work.carried.terms.put(generation, &terms);
    work.carried.found.put(generation, &found);
    Ok(())
}
