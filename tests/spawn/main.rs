//! Agents that are started: once in the whole fleet, whatever happens.

#[path = "../common/mod.rs"]
mod common;

mod arbiters;
mod fleet;
mod invariants;
mod runs;
mod simulator;
