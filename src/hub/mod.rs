//! The hub: one store as a git remote, an API and a stream of events. The only code that serves anything, and besides
//! `mcp` the only code that is asynchronous.
//!
//! It keeps nothing of its own but tokens. What it answers is computed from refs; what it is told is in a ref before it
//! answers. It is a program of its own, so that what agents' hooks start holds nothing of a server.

mod answer;
mod api;
mod backend;
mod bridge;
mod environment;
mod events;
mod follow;
mod guard;
mod limits;
mod mirror;
mod program;
mod receive;
mod say;
mod server;
mod spool;
mod state;
mod tokens;

pub use program::main;
