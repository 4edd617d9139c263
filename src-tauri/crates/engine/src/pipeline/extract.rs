//! Documents give terms: candidates of each document, one ranking over all, then every occurrence of every term.

use std::sync::{Arc, OnceLock};

use glossary::Stopped;
use glossary::extract::{self, DocumentCandidates, Options};
use glossary::occurrences::{self, Matcher, Relevant, TermIndex, Vocabulary};
use rayon::prelude::*;

use super::Work;
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
    index: TermIndex,
    /// Looks for the terms in the documents that are not known.
    matcher: OnceLock<Matcher>,
}

/// A document and the terms that it may hold: a change of any other term is nothing to it.
struct Place {
    /// Index of the document.
    document: usize,
    reading: Arc<(DocumentCandidates, Vocabulary)>,
    relevant: Relevant,
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
        // What it finds are terms that the document may hold.
        Ok(place.relevant.pack(&occurrences).unwrap_or_default())
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
    let documents = work.carried.documents(store, work.input(Stage::Load)?).await?;
    // Each document is visited twice: for its candidates, and for the occurrences of what was kept.
    work.context.total(documents.len() * 2);
    let readings = work.context.units(Reading, Arc::clone(&documents)).await?;
    let required = work.decisions.required.clone();
    let options = Options {
        max_terms: work.settings.max_terms,
        min_occurrences: work.settings.min_occurrences,
    };
    let stop = work.context.stop().clone();
    let required_count = required.len();
    let read = Arc::clone(&documents);
    let (terms, unit, places) = work
        .context
        .blocking(move || {
            // A document that could not be read holds no terms.
            let readings: Vec<_> = (0..)
                .zip(readings)
                .filter_map(|(at, reading)| Some((at, reading?)))
                .collect();
            let candidates: Vec<_> = readings.iter().map(|(_, reading)| &reading.0).collect();
            let terms = extract::rank(&candidates, &required, &options, &stop)?;
            let index = TermIndex::new(&terms);
            let place = |(document, reading): (usize, Arc<(_, Vocabulary)>)| Place {
                document,
                relevant: index.relevant(&reading.1),
                reading,
            };
            let places: Vec<_> = readings.into_par_iter().map(place).collect();
            let unit = Finding {
                documents: read,
                index,
                matcher: OnceLock::new(),
            };
            Ok((terms, unit, Arc::new(places)))
        })
        .await?;
    work.context.check()?;
    let keys: Vec<String> = places.iter().map(|place| UnitKey::of(&unit, place).hex()).collect();
    let occurrences = work.context.units(unit, Arc::clone(&places)).await?;
    let (terms, found) = work
        .context
        .blocking(move || {
            let mut terms = terms;
            let missing = |document: &HashedDocument| Found::missing(&document.document.path);
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
    results::write_terms(work.context, generation, &terms).await?;
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
