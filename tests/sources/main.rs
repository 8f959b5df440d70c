//! What agents write, read by the real program: a module for each source, and what holds for all of them.

#[path = "../common/mod.rs"]
mod common;

mod agent;
mod configured;
#[cfg(feature = "sqlite")]
mod databases;
mod every_source;
#[cfg(feature = "sqlite")]
mod fleet;
mod hooks;
mod import;
mod javascript;
#[cfg(feature = "sqlite")]
mod live_databases;
mod pipes;
#[cfg(feature = "sqlite")]
mod places;
mod played;
mod played_model;
mod projects;
mod redaction;
mod secretlint;
mod secrets;
mod shared_list;
mod tasks;
mod teams;
mod todos;
mod transcript_lines;
mod transcripts;
mod write_back;
