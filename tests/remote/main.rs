//! Several machines: sync with real repositories, whatever they and the way to them do.

#[path = "../common/mod.rs"]
mod common;

mod board;
mod devices;
mod model;
mod plain_git;
mod refusals;
mod sessions;
mod trouble;
