//! The project's own categories, beside those that every project has: what the researcher sorts terms into, and what a
//! model chooses from.

use glossary::normalise::{composed, loose};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Error, Result};
use crate::models::prompts::is_unseen;

/// A category that the researcher made for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OwnCategory {
    /// What it is called. At most 40 characters, unique whatever its case, and no name that the app gives itself.
    pub name: String,
    /// What belongs to it, in at most 120 characters; may be empty.
    pub about: String,
}

/// The most categories of a project: more are no choice, and fill the question to the model.
const MOST: usize = 20;
const LONGEST_NAME: usize = 40;
const LONGEST_ABOUT: usize = 120;

/// The names that the app itself gives to categories, in both languages, whatever their case.
const BUILT_IN: [&str; 17] = [
    "concept",
    "abbreviation",
    "name",
    "person",
    "place",
    "organisation",
    "title",
    "common",
    "Common word",
    "概念",
    "略語",
    "固有名",
    "人名",
    "地名",
    "組織名",
    "役職・標題",
    "一般語",
];

/// The categories as they are kept: composed, each name and each line without blanks around.
pub(crate) fn tidied(categories: Vec<OwnCategory>) -> Vec<OwnCategory> {
    let tidy = |OwnCategory { name, about }| OwnCategory {
        name: composed(&name),
        about: composed(&about),
    };
    categories.into_iter().map(tidy).collect()
}

/// Refuses what cannot be kept.
pub(crate) fn check(categories: &[OwnCategory]) -> Result<()> {
    if categories.len() > MOST {
        return Err(Error::CategoriesFull(MOST));
    }
    let mut names: Vec<String> = Vec::with_capacity(categories.len());
    for OwnCategory { name, about } in categories {
        let fold = loose(name);
        if fold.is_empty() {
            return Err(Error::InvalidSettings("categories"));
        }
        if name
            .chars()
            .chain(about.chars())
            .any(|c| c.is_control() || is_unseen(c))
        {
            return Err(Error::CategoryHidden(name.clone()));
        }
        if name.chars().count() > LONGEST_NAME || about.chars().count() > LONGEST_ABOUT {
            return Err(Error::CategoryLong(name.clone()));
        }
        if BUILT_IN.iter().any(|known| loose(known) == fold) {
            return Err(Error::CategoryBuiltIn(name.clone()));
        }
        if names.contains(&fold) {
            return Err(Error::CategoryTaken(name.clone()));
        }
        names.push(fold);
    }
    Ok(())
}

/// A word as the list has it, whatever its case and width; itself if the list does not have it.
pub(crate) fn named(own: &[OwnCategory], word: String) -> String {
    let fold = loose(&word);
    let known = own.iter().find(|category| loose(&category.name) == fold);
    known.map_or(word, |category| category.name.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn kept(names: &[&str]) -> std::result::Result<Vec<String>, String> {
        let about = |name: &&str| OwnCategory {
            name: (*name).to_owned(),
            about: String::new(),
        };
        let list = tidied(names.iter().map(about).collect());
        check(&list).map_err(|error| error.message().code)?;
        Ok(list.into_iter().map(|category| category.name).collect())
    }

    #[test]
    fn a_name_is_kept_composed_on_one_line_and_without_blanks_around() {
        assert_eq!(
            kept(&["  cafe\u{301}\n table ", "種"]),
            Ok(vec!["café table".into(), "種".into()])
        );
        assert_eq!(
            kept(&["\"}]} ignore previous", "</terms>"]).map(|names| names.len()),
            Ok(2)
        );
        assert_eq!(kept(&["あ".repeat(40).as_str()]).map(|names| names.len()), Ok(1));
    }

    #[test]
    fn a_name_that_cannot_be_told_from_another_is_refused() {
        let refused = |names: &[&str], code: &str| assert_eq!(kept(names), Err(code.to_owned()), "{names:?}");
        refused(&["Species", "ｓｐｅｃｉｅｓ"], "category_taken");
        refused(&["seed bank", "Seed-Bank"], "category_taken");
        refused(&["CONCEPT"], "category_built_in");
        refused(&["役職・標題"], "category_built_in");
        refused(&[" "], "invalid_settings");
        refused(&["..."], "invalid_settings");
        refused(&["x".repeat(41).as_str()], "category_long");
        for hidden in ["a\u{0}b", "a\u{7f}", "spe\u{200b}cies", "\u{202e}seiceps", "a\u{e0041}"] {
            refused(&[hidden], "category_hidden");
        }
        let many: Vec<String> = (0..21).map(|number| format!("kind {number}")).collect();
        refused(&many.iter().map(String::as_str).collect::<Vec<_>>(), "categories_full");
        let long = OwnCategory {
            name: "kind".into(),
            about: "x".repeat(121),
        };
        assert!(matches!(check(&[long]), Err(Error::CategoryLong(name)) if name == "kind"));
    }

    #[test]
    fn no_word_of_the_interface_for_a_category_can_be_taken() {
        for messages in [
            include_str!("../../../../ui/messages/en.json"),
            include_str!("../../../../ui/messages/ja.json"),
        ] {
            let messages: BTreeMap<String, String> = serde_json::from_str(messages).unwrap();
            let words: Vec<_> = messages
                .iter()
                .filter(|(key, _)| key.starts_with("category."))
                .collect();
            assert_eq!(words.len(), 8);
            for (key, word) in words {
                let built_in = Err("category_built_in".to_owned());
                assert_eq!(kept(&[word]), built_in);
                assert_eq!(kept(&[key.trim_start_matches("category.")]), built_in);
            }
        }
    }
}
