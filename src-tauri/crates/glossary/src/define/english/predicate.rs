//! What an English predicate says about its subject: "is a …", "refers to …", "means …".

use super::super::sight::Sight;
use super::words::{ADVERBS, LOOSE_TIES, NO_GENUS, PRAISE, TIES};
use super::{Article, tokens};

/// The confidence that `rest`, which begins with the verb, defines the subject before it.
pub(super) fn score(rest: &str, sight: &Sight<'_>, article: Article) -> Option<f64> {
    let mut words = tokens(rest)
        .map(|(_, word)| word)
        .filter(|word| *word != "\"" && *word != "“");
    let mut verb = words.next()?;
    while ADVERBS.contains(&verb) {
        verb = words.next()?;
    }
    let tail: Vec<&str> = words.take(18).collect();
    let at = |index: usize| tail.get(index).copied().unwrap_or_default();
    let announced = if article == Article::Announced { 0.1 } else { 0.0 };
    let base = match verb {
        "is" | "are" | "was" | "were" => copula(verb, &tail, article, sight)?,
        "refers" | "refer" if at(0) == "to" => 0.88,
        "means" | "mean" => {
            if at(0) == "that" {
                0.55
            } else {
                0.78
            }
        }
        "denotes" | "denote" | "signifies" | "designates" => 0.85,
        "describes" | "describe" => 0.66,
        "consists" | "consist" if at(0) == "of" => 0.5,
        "comprises" | "comprise" | "encompasses" | "constitutes" | "represents" | "represent" | "involves"
        | "involve" => 0.46,
        "occurs" | "occur" | "happens" | "arises" if ["when", "if", "as"].contains(&at(0)) => 0.5,
        "acts" | "act" | "serves" | "functions" if at(0) == "as" => 0.46,
        "stands" if at(0) == "for" => 0.3,
        "can" | "may" | "could" | "might" if at(0) == "be" || at(1) == "be" => {
            let next = if at(0) == "be" { 1 } else { 2 };
            match at(next) {
                "defined" | "described" | "understood" | "thought" | "seen" | "viewed" => 0.78,
                _ => return None,
            }
        }
        "has" | "have" if at(0) == "been" && at(1) == "defined" => 0.8,
        _ => return general(verb, sight, article),
    };
    Some(base + announced)
}

/// "A hypervisor enables …" as the first sentence about a thing: a statement about every hypervisor.
fn general(verb: &str, sight: &Sight<'_>, article: Article) -> Option<f64> {
    let third_person = verb.len() > 3 && verb.ends_with('s') && !verb.ends_with("ss") && !verb.ends_with("us");
    let generic = article != Article::Definite;
    let about = sight.headed || sight.document_start && (sight.focal || article == Article::Indefinite);
    (third_person && generic && about).then_some(0.45)
}

fn copula(verb: &str, tail: &[&str], article: Article, sight: &Sight<'_>) -> Option<f64> {
    let mut tail = tail;
    while let Some((first, rest)) = tail.split_first() {
        if ADVERBS.contains(first) || first.len() > 4 && first.ends_with("ly") {
            tail = rest;
        } else if *first == "," && rest.contains(&",") {
            // "X is, in short, a …"
            let end = rest.iter().position(|w| *w == ",").map_or(0, |p| p + 1);
            tail = &rest[end..];
        } else {
            break;
        }
    }
    let at = |index: usize| tail.get(index).copied().unwrap_or_default();
    let past = if verb == "was" || verb == "were" { 0.18 } else { 0.0 };
    // "The result was a success" tells what happened.
    let definite = if article == Article::Definite {
        0.06 + past / 2.0
    } else {
        0.0
    };
    let base = match at(0) {
        // Denied, or followed by another name instead of by what it is.
        "not" | "never" | "no" | "n't" | "neither" | "nothing" | "called" | "termed" | "named" | "dubbed"
        | "referred" | "abbreviated" | "known" | "short"
        // A place or a pronoun says where or which, not what.
        | "in" | "on" | "at" | "to" | "from" | "with" | "by" | "about" | "there" | "it" | "this" | "that" | "" => {
            return None;
        }
        "defined" => match at(1) {
            "as" | "by" | "to" | "in" => 0.93,
            _ => 0.5,
        },
        "understood" | "described" | "regarded" | "conceived" if at(1) == "as" => 0.66,
        "characterized" | "characterised" if ["as", "by"].contains(&at(1)) => 0.6,
        "understood" | "described" | "regarded" | "characterized" => 0.25,
        "thought" if at(1) == "of" => 0.6,
        "considered" => 0.4,
        "used" => match (at(1), at(2)) {
            ("to", "describe" | "refer" | "denote" | "mean" | "indicate") => 0.85,
            _ => 0.4,
        },
        "when" | "where" | "what" | "how" => 0.55,
        "a" | "an" | "any" => 0.74 + genus(&tail[1..]),
        // "Scarification is the scratching or softening of …"
        "the" if at(1).ends_with("ing") && tail.iter().take(9).any(|w| *w == "of") => 0.64,
        "the" => 0.6 + genus(&tail[1..]),
        "one" if at(1) == "of" => 0.42,
        "one" if ["that", "which", "in", "where", "whose", "who"].contains(&at(1)) => 0.62,
        "those" | "all" => 0.62,
        "composed" | "made" | "comprised" => 0.44,
        "formed" | "caused" | "designed" | "intended" | "meant" | "responsible" | "equal" => {
            if sight.document_start && sight.focal || sight.headed {
                if ["a", "an", "the", "all", "any"].contains(&at(0)) { 0.46 } else { 0.3 }
            } else {
                0.38
            }
        }
        first => bare_genus(verb, first, tail),
    };
    Some(base - past - definite)
}

/// "Containers are processes that …": a genus without an article.
fn bare_genus(verb: &str, first: &str, tail: &[&str]) -> f64 {
    const PARTICIPLES: [&str; 18] = [
        "shown", "given", "seen", "found", "done", "kept", "held", "taken", "built", "set", "put", "written", "worn",
        "driven", "lost", "sent", "chosen", "grown",
    ];
    let plural = verb == "are" || verb == "were";
    if PARTICIPLES.contains(&first) {
        return 0.2;
    }
    // "Germplasm is living material from which …": a genus behind a participle, and what tells it apart.
    let participle_genus = first.ends_with("ing")
        && tail
            .get(1)
            .is_some_and(|w| w.starts_with(char::is_alphabetic) && !LOOSE_TIES.contains(w))
        && tail.iter().any(|w| ["that", "which"].contains(w));
    if participle_genus && !plural {
        return 0.5;
    }
    if first.ends_with("ed") || first.ends_with("ing") && !tail.iter().take(5).any(|w| *w == "that" || *w == "of") {
        return 0.2;
    }
    if NO_GENUS.contains(&first) || PRAISE.contains(&first) {
        return 0.2;
    }
    let reach = tail.iter().take(6);
    if plural && reach.clone().any(|w| TIES.contains(w)) {
        0.62
    } else if plural && reach.clone().any(|w| ["of", "for", "in", "with"].contains(w)) && tail.len() > 4 {
        0.5
    } else if !plural
        && reach
            .clone()
            .skip(1)
            .any(|w| ["that", "which", "of", "where", "who"].contains(w))
    {
        0.45
    } else {
        0.25
    }
}

/// What the words behind the article add to or take from the copula.
fn genus(tail: &[&str]) -> f64 {
    let at = |index: usize| tail.get(index).copied().unwrap_or_default();
    let mut sum = 0.0;
    let head_end = tail
        .iter()
        .position(|w| TIES.contains(w) || LOOSE_TIES.contains(w) || [",", ".", ";", "(", ":"].contains(w))
        .unwrap_or(tail.len());
    let head = head_end.checked_sub(1).map_or("", &at);
    if ["result", "consequence"].contains(&at(0)) && at(1) == "of" {
        sum -= 0.05;
    } else if NO_GENUS.contains(&at(0)) || NO_GENUS.contains(&head) {
        sum -= 0.35;
    } else if PRAISE.contains(&at(0)) || PRAISE.contains(&head) {
        sum -= 0.3;
    } else if [
        "kind",
        "type",
        "form",
        "sort",
        "class",
        "set",
        "way",
        "process",
        "method",
        "collection",
        "group",
    ]
    .contains(&head)
    {
        sum += 0.06;
    }
    let behind = &tail[head_end.min(tail.len())..];
    if behind.iter().take(10).any(|w| TIES.contains(w)) {
        sum += 0.08;
    } else if behind.first().is_some_and(|w| LOOSE_TIES.contains(w)) {
        sum += 0.03;
    } else {
        sum -= 0.17;
    }
    sum
}
