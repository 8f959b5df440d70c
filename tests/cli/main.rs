//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod acts;
mod archive;
mod board;
mod branches;
mod claims;
mod claude_settings;
mod completion;
mod conformance;
mod context;
mod demo;
mod ends;
mod environment;
mod export;
mod first_run;
mod forget;
mod forget_sessions;
mod git_hooks;
mod help;
mod history;
mod hook_commands;
mod hostile_text;
mod init;
mod install;
mod install_parts;
mod json;
mod links;
mod mcp;
mod mcp_claims;
mod meaning;
mod owners;
mod pages;
mod pages_of_todos;
mod progress;
mod purge;
mod reference;
mod resolve;
mod sessions;
mod skill;
mod stores;
mod symlinks;
mod terminal;
mod truth;
