//! The client against a server that behaves as each test wants it to, over real sockets.

mod dialects;
mod faults;
mod fixture;
mod parallel;
mod replies;
mod servers;
mod stops;
