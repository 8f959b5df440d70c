//! The hub: one store as a git remote, an API and a stream of events. The only code that serves anything, and besides
//! `mcp` the only code that is asynchronous.
//!
//! It keeps nothing of its own but tokens. What it answers is computed from refs; what it is told is in a ref before it
//! answers. It is a program of its own, so that what agents' hooks start holds nothing of a server.

mod about;
mod act;
mod answer;
#[cfg(feature = "web")]
mod ask;
mod asked;
mod backend;
mod bridge;
mod decide;
mod dispatch;
mod environment;
mod events;
mod failed;
mod follow;
mod guard;
#[cfg(feature = "web")]
mod introspect;
#[cfg(feature = "web")]
mod issue;
#[cfg(feature = "web")]
mod issuer;
#[cfg(feature = "web")]
mod keys;
mod limits;
mod listener;
mod metrics;
mod mirror;
mod mirror_api;
mod mirror_run;
mod mirror_runs;
mod mirror_told;
mod open;
mod outside;
mod page;
mod page_act;
mod page_agents;
mod page_answer;
mod page_do;
mod page_mirrors;
mod page_sign_in;
mod page_state;
mod page_then;
mod program;
mod rate;
mod read;
mod receive;
mod refused;
mod say;
mod server;
#[cfg(feature = "web")]
mod signed;
mod socket;
mod spool;
mod state;
mod tls;
mod tls_listener;
mod tokens;
#[cfg(feature = "web")]
mod verify;
mod who;

pub use program::main;
