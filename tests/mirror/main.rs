//! Mirrors: what every adapter has to hold to, and each against its place.

#[path = "../common/mod.rs"]
mod common;

mod bundles;
mod cli;
#[cfg(all(feature = "web", feature = "sqlite"))]
mod cloudflare;
#[cfg(feature = "web")]
mod components;
mod conformance;
mod daemon;
#[cfg(feature = "web")]
mod described;
#[cfg(feature = "web")]
mod fake;
#[cfg(all(feature = "web", feature = "sqlite"))]
mod fake_cloudflare;
#[cfg(feature = "web")]
mod fake_github;
#[cfg(feature = "web")]
mod fake_notion;
mod files;
#[cfg(feature = "web")]
mod http;
#[cfg(all(feature = "postgres", feature = "web"))]
mod live;
mod memory;
#[cfg(feature = "web")]
mod mishaps;
#[cfg(feature = "web")]
mod notion_values;
#[cfg(feature = "postgres")]
mod postgres;
mod pulling;
#[cfg(unix)]
mod remotes;
mod scene;
#[cfg(feature = "postgres")]
mod server;
#[cfg(any(feature = "postgres", all(feature = "web", feature = "sqlite")))]
mod tables;
#[cfg(feature = "web")]
mod two_way;
