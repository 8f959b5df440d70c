//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod ends;
mod export;
mod first_run;
mod hostile_text;
mod json;
mod stores;
