//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod acts;
mod claude_settings;
mod completion;
mod context;
mod ends;
mod export;
mod first_run;
mod forget;
mod git_hooks;
mod hostile_text;
mod install;
mod json;
mod pages;
mod pages_of_todos;
mod progress;
mod reference;
mod stores;
