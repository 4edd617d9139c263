//! Text in; terms, definitions, issues and formats out.
//!
//! Nothing here is async, opens a file, talks to a network, reads a clock or knows of a database: every line can be
//! called from a unit test with a string. All results depend on the arguments alone, whatever the thread count.

pub mod concordance;
pub mod occurrences;
mod english;
pub mod extract;
mod frequency;
pub mod decode;
pub mod define;
pub mod review;
pub mod refine;
pub mod export;
mod lexicon;
mod model;
pub mod sentence;
pub mod normalise;

pub use model::*;
