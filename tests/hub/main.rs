//! The hub, as real clients see it: git, `git chittysync sync`, and whoever speaks HTTP. Loopback only.

#[path = "../common/mod.rs"]
mod common;

mod api;
mod bridge;
mod browser;
mod dependencies;
mod events;
mod pages;
mod policy;
mod processes;
mod scene;
mod stop;
mod sync;
mod tokens;
