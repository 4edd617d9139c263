//! JSON as models write it.

use serde::{Deserialize, Serialize};

/// A way to spoil JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoil {
    /// In a code fence.
    Fence,
    /// Between sentences.
    Chatter,
    /// After thoughts.
    Thoughts,
    /// After a byte order mark.
    Bom,
    /// The first list in it, without the object around it.
    BareList,
    /// With commas before closing brackets.
    TrailingCommas,
    /// With a comment.
    Comment,
    /// With single quotes, where there is none in it.
    SingleQuotes,
    /// Without its last two characters.
    Truncated,
    /// Its beginning only, with which nothing can be done.
    Stump,
    /// Sentences instead.
    Prose,
}

impl Spoil {
    /// All of them.
    pub const EVERY: [Self; 11] = [
        Self::Fence,
        Self::Chatter,
        Self::Thoughts,
        Self::Bom,
        Self::BareList,
        Self::TrailingCommas,
        Self::Comment,
        Self::SingleQuotes,
        Self::Truncated,
        Self::Stump,
        Self::Prose,
    ];

    pub(crate) fn apply(self, json: &str) -> String {
        match self {
            Self::Fence => format!("```json\n{json}\n```"),
            Self::Chatter => format!("Of course! Here is [the answer]:\n\n{json}\n\nShall I go on?"),
            Self::Thoughts => format!("<think>Maybe {{this}}, or [\"that\"].</think>\n\n{json}"),
            Self::Bom => format!("\u{feff}{json}"),
            Self::BareList => match (json.find('['), json.rfind(']')) {
                (Some(start), Some(end)) if start < end => json[start..=end].to_owned(),
                _ => json.to_owned(),
            },
            Self::TrailingCommas => match json.trim_end().strip_suffix('}') {
                Some(start) => format!("{start},}}"),
                None => json.to_owned(),
            },
            Self::Comment => json.replacen('{', "{ // the answer\n", 1),
            Self::SingleQuotes if !json.contains(['\'', '\\']) => json.replace('"', "'"),
            Self::SingleQuotes => json.to_owned(),
            Self::Truncated => {
                let end = json.char_indices().rev().nth(1).map_or(0, |(end, _)| end);
                json[..end].to_owned()
            }
            Self::Stump => json.chars().take(3).collect(),
            Self::Prose => "I am sorry, but I cannot answer in that form.".to_owned(),
        }
    }
}
