//! Terms and where they stand.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use glossary::{Occurrence, Term, reading};
use rayon::prelude::*;
use serde::Serialize;

use super::versions::{Alive, RowHash, alive, outlive};
use super::{CHUNK, parse};
use crate::error::Result;
use crate::runs::{Break, StageContext};
use crate::store::Store;

/// A list of terms.
#[derive(Debug)]
pub(crate) struct Terms {
    /// In the order of their keys, which stays while scores change: occurrences and mentions refer to it.
    pub(crate) list: Vec<Term>,
    /// Their indices, best first.
    pub(crate) order: Vec<u32>,
}

impl Terms {
    /// Takes terms that stand best first.
    pub(crate) fn new(ranked: Vec<Term>) -> Self {
        let mut terms: Vec<(u32, Term)> = (0..).zip(ranked).collect();
        terms.par_sort_unstable_by(|(_, a), (_, b)| a.key.cmp(&b.key));
        let mut order = vec![0; terms.len()];
        for ((rank, _), at) in terms.iter().zip(0..) {
            order[*rank as usize] = at;
        }
        Self {
            list: terms.into_iter().map(|(_, term)| term).collect(),
            order,
        }
    }

    /// The terms, best first.
    pub(crate) fn ranked(&self) -> Vec<&Term> {
        self.order.iter().map(|at| &self.list[*at as usize]).collect()
    }
}

#[derive(Serialize)]
struct TermWritten<'a> {
    rank: i64,
    hash: i64,
    sort: String,
    #[serde(flatten)]
    term: &'a Term,
}

/// Hash of all that a term says, see [`RowHash`].
pub(crate) fn hash_term(term: &Term) -> i64 {
    let mut hash = RowHash::new();
    hash.text(&term.key)
        .text(&term.text)
        .option(term.expansion.as_deref())
        .option(term.judge.as_deref())
        .number(term.language as u64)
        .text(term.category.name())
        .number(term.score.to_bits())
        .number(u64::from(term.documents))
        .number(u64::from(term.occurrences));
    for variant in &term.variants {
        hash.text(&variant.text).number(u64::from(variant.count));
    }
    hash.finish()
}

/// The terms that are alive in the series of a result.
pub(crate) async fn alive_terms(store: Store, generation: i64) -> Result<Alive> {
    Ok(alive!(store, "term_row", "rank", generation))
}

/// Stores terms, best first.
pub(crate) async fn write_terms(
    context: &StageContext,
    generation: i64,
    alive: Alive,
    terms: &Arc<Terms>,
) -> Result<(), Break> {
    let hashed = Arc::clone(terms);
    let hashes = context
        .blocking(move || Ok(hashed.ranked().into_par_iter().map(hash_term).collect::<Vec<i64>>()))
        .await?;
    let terms = terms.ranked();
    let mut tx = context.write().await?;
    let delta = outlive!(&mut *tx, "term_row", "rank", generation, alive, &hashes);
    for fresh in delta.fresh.chunks(CHUNK) {
        let row = |(index, rank): &(usize, i64)| TermWritten {
            rank: *rank,
            hash: hashes[*index],
            sort: reading::sort_key(&terms[*index].text),
            term: terms[*index],
        };
        let json = serde_json::to_string(&fresh.par_iter().map(row).collect::<Vec<_>>())?;
        sqlx::query!(
            "INSERT INTO term_row (series, rank, born, hash, key, text, language, category, score, documents, occurrences,
                 variants, expansion, judge, sort)
             SELECT g.series, value ->> 'rank', g.id, value ->> 'hash', value ->> 'key', value ->> 'text',
                 value ->> 'language', value ->> 'category', value ->> 'score', value ->> 'documents',
                 value ->> 'occurrences', value -> 'variants', value ->> 'expansion', value ->> 'judge', value ->> 'sort'
             FROM generation g CROSS JOIN json_each(?2) WHERE g.id = ?1",
            generation,
            json
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The terms of an extract generation, best first.
pub(crate) async fn read_terms(store: &Store, generation: i64) -> Result<Vec<Term>> {
    let rows = sqlx::query!(
        "SELECT key, text, language, category, judge, score, documents, occurrences, variants, expansion
         FROM term WHERE generation_id = ? ORDER BY rank",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Term {
                text: row.text,
                key: row.key,
                language: parse(&row.language)?,
                judge: row.judge,
                category: parse(&row.category)?,
                score: row.score,
                documents: row.documents as u32,
                occurrences: row.occurrences as u32,
                variants: serde_json::from_str(&row.variants)?,
                expansion: row.expansion,
            })
        })
        .collect()
}

/// What was found in one document.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Hash of its text.
    pub(crate) document: String,
    /// Hash of what the occurrences depend on.
    pub(crate) hash: String,
    /// The terms that occur, rising.
    pub(crate) terms: Vec<u32>,
    /// The occurrences, in the order of the text. They refer to the list of terms.
    pub(crate) occurrences: Vec<Occurrence>,
}

impl Found {
    pub(crate) fn new(document: &str, hash: &str, occurrences: Vec<Occurrence>) -> Self {
        let mut terms: Vec<u32> = occurrences.iter().map(|found| found.term).collect();
        terms.sort_unstable();
        terms.dedup();
        Self {
            document: document.to_owned(),
            hash: hash.to_owned(),
            terms,
            occurrences,
        }
    }

    /// A document in which the search broke off.
    pub(crate) fn missing(document: &str) -> Self {
        Self::new(document, "missing", Vec::new())
    }
}

#[derive(Serialize)]
struct FoundWritten<'a> {
    document: &'a str,
    hash: &'a str,
    terms: usize,
    occurrences: usize,
    places: String,
    /// In hexadecimal digits.
    marks: String,
}

impl<'a> FoundWritten<'a> {
    fn new(found: &'a Found, terms: &[Term]) -> Self {
        let mut marks = String::with_capacity(found.terms.len() * 8);
        for term in found.terms.iter().filter_map(|term| terms.get(*term as usize)) {
            // Writing to a text cannot fail.
            let _ = write!(marks, "{:08x}", mark(&term.key));
        }
        Self {
            document: &found.document,
            hash: &found.hash,
            terms: found.terms.len(),
            occurrences: found.occurrences.len(),
            places: places(terms, &found.occurrences),
            marks,
        }
    }
}

/// By how much documents that do not hold a term are told from those that may: FNV-1a with 32 bits (Fowler, Noll, Vo).
fn mark(key: &str) -> u32 {
    let fold = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    key.bytes().fold(0x811c_9dc5, fold)
}

/// The lines of `places`: one for each term.
fn places(terms: &[Term], occurrences: &[Occurrence]) -> String {
    let mut order: Vec<&Occurrence> = occurrences.iter().collect();
    order.sort_unstable_by_key(|found| (found.term, found.start));
    let mut lines = String::with_capacity(occurrences.len() * 14);
    let mut last = None;
    for Occurrence { term, line, start, end } in order {
        let Some(known) = terms.get(*term as usize) else {
            continue;
        };
        if last.replace(*term) == Some(*term) {
            lines.push(' ');
        } else {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(&known.key);
            lines.push('\t');
        }
        for (number, behind) in [(*start, " "), (end.wrapping_sub(*start), " "), (*line, "")] {
            push_number(&mut lines, number);
            lines.push_str(behind);
        }
    }
    lines
}

/// Appends a number in decimals. There are hundreds of thousands of them, and the formatter is made for other things.
fn push_number(into: &mut String, mut number: u32) {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    into.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// What stands before the tab of a line, which is the term in `places`, and the occurrences as start, end and line.
fn places_of(line: &str) -> Option<(&str, Vec<[u32; 3]>)> {
    let (key, numbers) = line.split_once('\t')?;
    let mut numbers = numbers.split(' ').map_while(|number| number.parse().ok());
    let mut places: Vec<[u32; 3]> =
        std::iter::from_fn(|| place(numbers.next()?, numbers.next()?, numbers.next()?)).collect();
    places.sort_unstable();
    Some((key, places))
}

/// Start, end and line from start, length and line.
fn place(start: u32, length: u32, line: u32) -> Option<[u32; 3]> {
    Some([start, start.checked_add(length)?, line])
}

/// Documents of one write.
const DOCUMENTS: usize = 256;

/// Stores what was found in each document. There may be millions of occurrences, so a stop is heard in between.
pub(crate) async fn write_found(
    context: &StageContext,
    generation: i64,
    terms: &Arc<Terms>,
    found: &Arc<Vec<Arc<Found>>>,
) -> Result<(), Break> {
    let mut tx = context.write().await?;
    let known = sqlx::query_scalar!(
        r#"SELECT json_group_object(document, hash) AS "known!: String" FROM document_terms
           WHERE series = (SELECT series FROM generation WHERE id = ?) AND died = 2147483647"#,
        generation
    )
    .fetch_one(&mut *tx)
    .await?;
    let known: HashMap<String, String> = serde_json::from_str(&known)?;
    let mut seen: HashSet<&str> = HashSet::new();
    let fresh: Vec<usize> = (0..found.len())
        .filter(|at| known.get(&found[*at].document) != Some(&found[*at].hash))
        // One text under two paths is one row.
        .filter(|at| seen.insert(&*found[*at].document))
        .collect();
    let here: HashSet<&str> = found.iter().map(|found| &*found.document).collect();
    let replaced = fresh.iter().map(|at| &*found[*at].document);
    let gone: Vec<&str> = replaced
        .chain(known.keys().map(String::as_str).filter(|text| !here.contains(text)))
        .collect();
    let gone = serde_json::to_string(&gone)?;
    sqlx::query!(
        "UPDATE document_terms SET died = ?1 WHERE series = (SELECT series FROM generation WHERE id = ?1)
             AND document IN (SELECT value FROM json_each(?2)) AND died = 2147483647",
        generation,
        gone
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    for fresh in fresh.chunks(DOCUMENTS) {
        let (terms, found, fresh) = (Arc::clone(terms), Arc::clone(found), fresh.to_vec());
        let json = context
            .blocking(move || {
                let row = |at: usize| FoundWritten::new(&found[at], &terms.list);
                let rows: Vec<_> = fresh.into_par_iter().map(row).collect();
                Ok(serde_json::to_string(&rows)?)
            })
            .await?;
        let mut tx = context.write().await?;
        sqlx::query!(
            "INSERT INTO document_terms (series, document, born, hash, terms, occurrences, places, marks)
             SELECT g.series, value ->> 'document', g.id, value ->> 'hash', value ->> 'terms', value ->> 'occurrences',
                 value ->> 'places', unhex(value ->> 'marks')
             FROM generation g CROSS JOIN json_each(?2) WHERE g.id = ?1",
            generation,
            json
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The occurrences of an extract generation by document, in the order of `documents`, which are hashes of
/// texts, and of the text. They refer to `terms`, which are those of the generation.
pub(crate) async fn read_found(
    store: &Store,
    generation: i64,
    terms: &[Term],
    documents: &[&str],
) -> Result<Vec<Found>> {
    let rows = sqlx::query!(
        "SELECT document, hash, places FROM generation g JOIN document_terms d
             ON d.series = g.series AND d.born <= g.id AND d.died > g.id WHERE g.id = ?",
        generation
    )
    .fetch_all(store.reader())
    .await?;
    let ids: HashMap<&str, u32> = terms.iter().map(|term| term.key.as_str()).zip(0..).collect();
    let rows: HashMap<&str, _> = rows.iter().map(|row| (&*row.document, row)).collect();
    let found = documents.iter().map(|document| {
        let row = rows.get(document);
        let mut occurrences = Vec::new();
        for (key, places) in row.iter().flat_map(|row| row.places.split('\n')).filter_map(places_of) {
            if let Some(term) = ids.get(key).copied() {
                let occurrence = |[start, end, line]: [u32; 3]| Occurrence { term, line, start, end };
                occurrences.extend(places.into_iter().map(occurrence));
            }
        }
        occurrences.sort_unstable_by_key(|o| (o.start, o.end, o.term));
        let hash = row.map(|row| &*row.hash).unwrap_or_default();
        Found::new(document, hash, occurrences)
    });
    Ok(found.collect())
}

/// Where one term stands in one document.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Ordinal of the document.
    pub(crate) ordinal: i64,
    /// Start, end and line of each occurrence, in the order of the text.
    pub(crate) places: Vec<[u32; 3]>,
}

/// The documents that may hold a term, by their ordinals, in order. `load` is the generation of the documents that the
/// terms were found in.
pub(crate) async fn read_holders(store: &Store, load: Option<i64>, generation: i64, key: &str) -> Result<Vec<i64>> {
    let mark = mark(key).to_be_bytes().to_vec();
    let ordinals = sqlx::query_scalar!(
        r#"SELECT group_concat(d.ordinal, ' ') AS "ordinals?: String" FROM generation g
           JOIN document_terms t ON t.series = g.series AND t.born <= g.id AND t.died > g.id
           CROSS JOIN document d ON d.generation_id = ?2 AND d.hash = t.document
           WHERE g.id = ?1 AND (t.marks IS NULL OR instr(t.marks, ?3))"#,
        generation,
        load,
        mark
    )
    .fetch_one(store.reader())
    .await?;
    let ordinals = ordinals.unwrap_or_default();
    let mut ordinals: Vec<i64> = ordinals.split(' ').filter_map(|ordinal| ordinal.parse().ok()).collect();
    ordinals.sort_unstable();
    Ok(ordinals)
}

/// Where a term stands in some documents, given by their ordinals. Those that hold it come back, in order.
///
/// The database cuts the line of the term out of the places of each document and puts the lines together: what is read
/// is one short text, not the places of all terms. As bytes, because in a text SQLite counts the characters.
pub(crate) async fn read_places(
    store: &Store,
    load: Option<i64>,
    generation: i64,
    key: &str,
    documents: &[i64],
) -> Result<Vec<Held>> {
    let line = format!("\n{key}\t").into_bytes();
    let first = &line[1..];
    let documents = serde_json::to_string(documents)?;
    let held = sqlx::query_scalar!(
        r#"WITH found AS MATERIALIZED (
             SELECT ordinal, substr(places, at + length(?4)) AS rest FROM (
               SELECT ordinal, places,
                 CASE WHEN substr(places, 1, length(?4)) = ?4 THEN 1 ELSE nullif(instr(places, ?3), 0) + 1 END AS at
               FROM (
                 SELECT d.ordinal, CAST(t.places AS BLOB) AS places FROM generation g
                 CROSS JOIN document d ON d.generation_id = ?2 AND d.ordinal IN (SELECT value FROM json_each(?5))
                 CROSS JOIN document_terms t
                   ON t.series = g.series AND t.document = d.hash AND t.born <= g.id AND t.died > g.id
                 WHERE g.id = ?1))
             WHERE at IS NOT NULL)
           SELECT group_concat(ordinal || char(9)
               || CAST(substr(rest, 1, coalesce(nullif(instr(rest, x'0A'), 0) - 1, length(rest))) AS TEXT), char(10))
             AS "held?: String"
           FROM found"#,
        generation,
        load,
        line,
        first,
        documents
    )
    .fetch_one(store.reader())
    .await?;
    let mut held: Vec<Held> = held
        .iter()
        .flat_map(|held| held.split('\n'))
        .filter_map(places_of)
        .filter_map(|(ordinal, places)| {
            let ordinal = ordinal.parse().ok()?;
            Some(Held { ordinal, places })
        })
        .collect();
    held.sort_unstable_by_key(|held| held.ordinal);
    Ok(held)
}

/// The terms of one document and where they stand in it.
#[derive(Debug, Default)]
pub(crate) struct DocumentPlaces {
    /// Keys of the terms.
    pub(crate) keys: Vec<String>,
    /// In the order of the text. They refer to `keys`.
    pub(crate) occurrences: Vec<Occurrence>,
}

/// Where the terms of an extract generation stand in one of its documents. Asks nothing of the others.
pub(crate) async fn read_document_places(store: &Store, generation: i64, path: &str) -> Result<DocumentPlaces> {
    let places = sqlx::query_scalar!(
        "SELECT t.places FROM generation g
         JOIN document d ON d.generation_id = g.input_id AND d.path = ?2
         JOIN document_terms t ON t.series = g.series AND t.document = d.hash AND t.born <= g.id AND t.died > g.id
         WHERE g.id = ?1",
        generation,
        path
    )
    .fetch_optional(store.reader())
    .await?;
    let mut document = DocumentPlaces::default();
    for (key, places) in places
        .iter()
        .flat_map(|places| places.split('\n'))
        .filter_map(places_of)
    {
        let term = document.keys.len() as u32;
        document.keys.push(key.to_owned());
        let occurrence = |[start, end, line]: [u32; 3]| Occurrence { term, line, start, end };
        document.occurrences.extend(places.into_iter().map(occurrence));
    }
    document.occurrences.sort_unstable_by_key(|o| (o.start, o.end, o.term));
    Ok(document)
}
