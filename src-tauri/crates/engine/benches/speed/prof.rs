use std::path::Path;
use std::time::Instant;
use glossary::define::{self, Context};
use glossary::extract::{self, Options};
use glossary::occurrences::{self, Matcher};
use glossary::review::Reviewer;
use glossary::{Document, Stop, refine};
use rayon::prelude::*;
struct Never;
impl Stop for Never { fn requested(&self) -> bool { false } }
fn t<R>(name: &str, f: impl FnOnce() -> R) -> R { let b = Instant::now(); let r = f(); println!("{name}: {:.1} ms", b.elapsed().as_secs_f64()*1e3); r }
pub(crate) fn run(folder: &Path) {
    let documents: Vec<Document> = super::bare::docs(folder);
    let candidates: Vec<_> = t("candidates", || documents.par_iter().map(|d| extract::candidates(d, &Never).unwrap()).collect());
    let json: Vec<Vec<u8>> = t("cand ser json", || candidates.iter().map(|c| serde_json::to_vec(c).unwrap()).collect());
    println!("cand json bytes {}", json.iter().map(Vec::len).sum::<usize>());
    t("cand de json par", || json.par_iter().map(|b| serde_json::from_slice::<extract::DocumentCandidates>(b).unwrap()).collect::<Vec<_>>());
    let mut terms = t("rank", || extract::rank(&candidates, &[], &Options::default(), &Never).unwrap());
    let matcher = t("matcher", || Matcher::new(&terms));
    let found: Vec<_> = t("find", || documents.par_iter().map(|d| matcher.find(d, &Never).unwrap()).collect());
    t("tally", || occurrences::tally(&mut terms, &documents.iter().zip(found.iter().map(Vec::as_slice)).collect::<Vec<_>>()));
    println!("found json {}", found.iter().map(|f| serde_json::to_vec(f).unwrap().len()).sum::<usize>());
    let contexts: Vec<Vec<Context>> = t("contexts", || documents.par_iter().zip(&found).map(|(d, f)| define::contexts(d, &terms, f, &Never).unwrap()).collect());
    let json: Vec<Vec<u8>> = t("ctx ser", || contexts.iter().map(|c| serde_json::to_vec(c).unwrap()).collect());
    println!("contexts {} json {}", contexts.iter().map(Vec::len).sum::<usize>(), json.iter().map(Vec::len).sum::<usize>());
    t("ctx de par", || json.par_iter().map(|b| serde_json::from_slice::<Vec<Context>>(b).unwrap()).collect::<Vec<_>>());
    let mut by_term: Vec<Vec<&Context>> = vec![Vec::new(); terms.len()];
    for c in contexts.iter().flatten() { by_term[c.term as usize].push(c); }
    let mut entries: Vec<_> = t("define", || terms.par_iter().zip(&by_term).map(|(t, c)| define::define(t, c)).collect());
    t("link", || define::link(&mut entries, &terms));
    println!("entries json {} terms json {}", t("entries ser", || serde_json::to_vec(&entries).unwrap()).len(), serde_json::to_vec(&terms).unwrap().len());
    let reviewer = t("reviewer", || Reviewer::new(&entries, &terms));
    let issues: Vec<_> = t("review", || (0..entries.len()).into_par_iter().map(|i| reviewer.review(i)).collect::<Vec<_>>().concat());
    let r = t("refine", || refine::refine(&entries, &issues, &Never).unwrap());
    println!("issues {} refined {}", issues.len(), r.entries.len());
}
