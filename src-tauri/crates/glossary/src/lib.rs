//! Text in; terms, definitions, issues and formats out.
//!
//! Nothing here is async, opens a file, talks to a network, reads a clock or knows of a database: every line can be
//! called from a unit test with a string. All results depend on the arguments alone, whatever the thread count.

pub mod concordance;
pub mod decode;
pub mod define;
mod english;
pub mod export;
pub mod extract;
mod frequency;
mod lexicon;
mod model;
pub mod normalise;
pub mod occurrences;
pub mod page;
pub mod reading;
pub mod refine;
pub mod review;
pub mod sentence;
mod varint;

pub use model::*;
