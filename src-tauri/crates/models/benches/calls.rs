//! Speed of the calls.

fn main() {}
