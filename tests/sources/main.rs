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
mod pipes;
mod played;
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
