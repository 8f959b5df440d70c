//! The hub, as real clients see it: git, `git chittysync sync`, and whoever speaks HTTP. Loopback only.

#[path = "../common/mod.rs"]
mod common;

mod api;
mod backup;
mod bridge;
mod browser;
mod dependencies;
mod events;
mod merges;
mod original;
mod page_form;
mod pages;
mod policy;
mod processes;
mod requests;
mod routes;
mod scene;
mod schema;
mod stop;
mod sync;
mod tokens;
mod watch;
