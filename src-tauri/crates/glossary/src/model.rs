//! The values that pass between the stages. A stage takes some of these and returns others; the engine stores them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The language of a document or of a term, as far as the analysers care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English, and any other text in Latin script that no better analyser exists for.
    English,
    /// Japanese: any text with kana, or Han without another sign of Chinese.
    Japanese,
}

/// A document as the pipeline sees it: decoded, without BOM, with LF line ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Path inside the project's folder, with `/` as separator. The identity of the document.
    pub path: String,
    /// The whole text. All spans are byte offsets into it.
    pub text: String,
    /// The main language of the text.
    pub language: Language,
}

/// A stop request that long work asks about. The engine hands in its cancellation token.
pub trait Stop: Sync {
    /// True once the work should end as soon as it can.
    fn requested(&self) -> bool;
}

/// Work ended because [`Stop::requested`] said so. Not an error of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Stopped;

/// What kind of thing a term names, as far as its form tells. Its JSON is its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A concept of the subject: the usual case.
    Concept,
    /// A short form such as an acronym or initialism.
    Abbreviation,
    /// A proper name: organisation, person, place, product.
    Name,
    /// A person. Like those that follow, this takes a reader who understands: a model, or the researcher.
    Person,
    /// A place.
    Place,
    /// An organisation.
    Organisation,
    /// What somebody or something is entitled: an office, a rank, a work.
    Title,
    /// A common noun, or a piece of text that names nothing: no term of the subject.
    Common,
    /// One of the researcher's own, by the name that he gave it.
    #[serde(untagged)]
    Own(String),
}

/// One written form of a term, with the number of its occurrences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Variant {
    /// The form as it stands in the documents.
    pub text: String,
    /// How often it stands there.
    pub count: u32,
}

impl Category {
    /// Its name in exports and prompts, which is that of its JSON.
    pub fn name(&self) -> &str {
        match self {
            Self::Concept => "concept",
            Self::Abbreviation => "abbreviation",
            Self::Name => "name",
            Self::Person => "person",
            Self::Place => "place",
            Self::Organisation => "organisation",
            Self::Title => "title",
            Self::Common => "common",
            Self::Own(name) => name,
        }
    }

    /// Its name if it is one of the researcher's own.
    pub fn own(&self) -> Option<&str> {
        match self {
            Self::Own(name) => Some(name),
            _ => None,
        }
    }
}

/// A term, best form first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Term {
    /// The form that the glossary shows.
    pub text: String,
    /// The fold of `text` under which its variants meet; unique in a term list. See `normalise::key`.
    pub key: String,
    /// The language the form belongs to.
    pub language: Language,
    /// What kind of thing it names.
    #[specta(type = String)]
    pub category: Category,
    /// The model that says so; nothing when its form does.
    pub judge: Option<String>,
    /// Termhood from 0 to 1, comparable inside one run only.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub score: f64,
    /// Number of documents it occurs in.
    pub documents: u32,
    /// Number of its occurrences, all variants together.
    pub occurrences: u32,
    /// Every written form, most frequent first, `text` included.
    pub variants: Vec<Variant>,
    /// For an abbreviation, the full form the documents give for it.
    pub expansion: Option<String>,
}

impl Term {
    /// Whether a model says that it is none of the subject's terms. It stays in the list, and gets no entry.
    pub fn is_left_out(&self) -> bool {
        self.category == Category::Common && self.judge.is_some()
    }
}

/// One place where a term stands in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Occurrence {
    /// Index into the term list that the matcher was made of.
    pub term: u32,
    /// Line, from 1.
    pub line: u32,
    /// Byte offset of the first byte in the document's text.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

/// A verbatim piece of a document that supports a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Evidence {
    /// Path of the document.
    pub document: String,
    /// Line on which the quote begins, from 1.
    pub line: u32,
    /// Byte offset of the quote in the document's text.
    pub start: u32,
    /// Byte offset behind it.
    pub end: u32,
    /// `text[start..end]`, byte for byte.
    pub quote: String,
}

/// One entry of a glossary, provisional or refined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Entry {
    /// The headword.
    pub term: String,
    /// The key of the term; unique in a glossary.
    pub key: String,
    /// The language of headword and definition.
    pub language: Language,
    /// The category of the term.
    #[specta(type = String)]
    pub category: Category,
    /// The definition, or nothing when the documents give none. Never invented.
    pub definition: Option<String>,
    /// The model that wrote the definition; nothing when it is a sentence of the documents.
    pub writer: Option<String>,
    /// From 0 to 1: how sure it is that `definition` defines the term. 0 without a definition.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub confidence: f64,
    /// Where the definition comes from. Without a definition: the best contexts, so that a person can write one.
    pub evidence: Vec<Evidence>,
    /// Other definitions that the documents give, next best first, at most a few.
    pub alternatives: Vec<Alternative>,
    /// Other names of the same concept.
    pub synonyms: Vec<String>,
    /// Headwords that the definition mentions.
    pub related: Vec<String>,
}

impl Entry {
    /// Takes another definition, with all that belongs to it. Returns the one that was there, with its first source.
    pub fn define_anew(
        &mut self,
        definition: String,
        writer: Option<String>,
        confidence: f64,
        evidence: Vec<Evidence>,
    ) -> Option<Alternative> {
        let writer = std::mem::replace(&mut self.writer, writer);
        let confidence = std::mem::replace(&mut self.confidence, confidence);
        let evidence = std::mem::replace(&mut self.evidence, evidence);
        Some(Alternative {
            definition: self.definition.replace(definition)?,
            writer,
            confidence,
            evidence: evidence.into_iter().next()?,
        })
    }
}

/// A definition that lost against the chosen one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Alternative {
    /// Its text.
    pub definition: String,
    /// The model that wrote it; nothing when it is a sentence of the documents.
    pub writer: Option<String>,
    /// Its confidence, 0 to 1.
    #[specta(type = u32)] // a plain number: it is never NaN
    pub confidence: f64,
    /// Its source.
    pub evidence: Evidence,
}

/// How much an issue matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A matter of taste or a hint.
    Low,
    /// Worth a look.
    Medium,
    /// The glossary is wrong or silent here.
    High,
}

/// What the review found. Each kind carries what a sentence about it needs; the interface words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The documents use the term and never define it.
    Undefined {
        /// Number of occurrences.
        occurrences: u32,
    },
    /// The definition leads back to the term.
    Circular {
        /// Headwords along the cycle; the first is the term, and the last leads back to it.
        path: Vec<String>,
    },
    /// Two or more entries name one concept.
    Duplicate {
        /// The other headwords.
        others: Vec<String>,
        /// Why they look alike.
        reason: DuplicateReason,
    },
    /// Two documents define the term in ways that cannot both hold.
    Contradiction {
        /// The definition in the glossary.
        first: Evidence,
        /// The one it clashes with.
        second: Evidence,
    },
    /// A definition uses a term-like expression that is not in the glossary.
    MissingRelated {
        /// The expression.
        related: String,
    },
    /// A model wrote the definition, and next to none of its words is in the sentences that it cites.
    Ungrounded {
        /// Some of the words that are not.
        words: Vec<String>,
    },
    /// A model says that something is wrong.
    Judged {
        /// What.
        problem: Problem,
        /// The other headwords that it is about.
        others: Vec<String>,
        /// One sentence on it.
        says: String,
        /// A definition that would put it right.
        proposal: Option<String>,
        /// The model.
        by: String,
    },
}

/// What a model may find wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The definition does not say what the term is.
    Unclear,
    /// It does not agree with another entry, or with itself.
    Contradiction,
    /// It needs another concept that the glossary has, and does not name it.
    MissingRelated,
    /// The glossary does not need the entry.
    Unnecessary,
    /// It explains the term by itself, or by an entry that leads back to it.
    Circular,
    /// It says what the sentences behind it do not say.
    Ungrounded,
    /// Another entry names the same concept.
    Duplicate,
}

impl Problem {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Unclear,
        Self::Contradiction,
        Self::MissingRelated,
        Self::Unnecessary,
        Self::Circular,
        Self::Ungrounded,
        Self::Duplicate,
    ];

    /// Its name, which is that of the [kind](Finding::kind) of issue.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unclear => "unclear",
            Self::Contradiction => "contradiction",
            Self::MissingRelated => "missing_related",
            Self::Unnecessary => "unnecessary",
            Self::Circular => "circular",
            Self::Ungrounded => "ungrounded",
            Self::Duplicate => "duplicate",
        }
    }
}

impl Finding {
    /// What kind of issue it is, whoever found it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined { .. } => "undefined",
            Self::Circular { .. } => "circular",
            Self::Duplicate { .. } => "duplicate",
            Self::Contradiction { .. } => "contradiction",
            Self::MissingRelated { .. } => "missing_related",
            Self::Ungrounded { .. } => Problem::Ungrounded.name(),
            Self::Judged { problem, .. } => problem.name(),
        }
    }

    /// The other headwords and expressions that it names.
    pub fn others(&self) -> &[String] {
        match self {
            Self::Duplicate { others, .. } | Self::Judged { others, .. } => others,
            Self::Circular { path } => path,
            Self::MissingRelated { related } => std::slice::from_ref(related),
            Self::Undefined { .. } | Self::Contradiction { .. } | Self::Ungrounded { .. } => &[],
        }
    }

    /// Whether a definition by the researcher settles it: it is about what the entry says, not about which entries there
    /// are.
    pub fn is_settled_by_definition(&self) -> bool {
        !matches!(self, Self::Duplicate { .. } | Self::MissingRelated { .. })
    }
}

/// Why entries look like one concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateReason {
    /// They differ in case, width, hyphen, plural, long vowel or the like.
    Spelling,
    /// One is the short form of the other.
    Abbreviation,
    /// They have the same definition.
    SameDefinition,
}

/// One issue of the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Issue {
    /// Headword of the entry it is about.
    pub term: String,
    /// Key of that entry.
    pub key: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub finding: Finding,
}

/// What refinement did about an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The entries became one; the other names are synonyms now.
    Merged,
    /// Another definition from the documents was taken.
    Replaced,
    /// The missing term became an entry of its own.
    Added,
    /// A model wrote another definition.
    Rewritten,
    /// The researcher chose the first of two statements, and it is the definition.
    First,
    /// The researcher chose the second of two statements, and it is the definition.
    Second,
    /// The researcher dismissed it, so nothing was done.
    Dismissed,
    /// Rules cannot settle it; it stays visible.
    Open,
}

/// What the researcher decided about an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// There is nothing to put right.
    Dismissed,
    /// The entries are one concept.
    Merge,
    /// The missing term shall have an entry.
    Require,
    /// Of two statements that clash, the first one holds.
    First,
    /// Of two statements that clash, the second one holds.
    Second,
}

/// An entry of a refined glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Refined {
    /// The one that was given at this place, as it was.
    Same(usize),
    /// Another one.
    Other {
        /// What became of it.
        entry: Box<Entry>,
        /// Its definition or its synonyms are other ones than before.
        changed: bool,
    },
}

impl Refined {
    /// The entry. `given` are those that were refined.
    pub fn entry<'a>(&'a self, given: &'a [Entry]) -> &'a Entry {
        match self {
            Self::Same(at) => &given[*at],
            Self::Other { entry, .. } => entry,
        }
    }

    /// Whether its definition or its synonyms are other ones than before.
    pub fn is_changed(&self) -> bool {
        matches!(self, Self::Other { changed: true, .. })
    }
}

/// The refined glossary, and what became of each issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refinement {
    /// The entries in glossary order.
    pub entries: Vec<Refined>,
    /// One for each issue given, in their order.
    pub resolutions: Vec<Resolution>,
}
