//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod claude_settings;
mod completion;
mod context;
mod ends;
mod export;
mod first_run;
mod hostile_text;
mod install;
mod json;
mod pages;
mod reference;
mod stores;
