//! The hub, as real clients see it: git, `git chittysync sync`, and whoever speaks HTTP. Loopback only.

#[path = "../common/mod.rs"]
mod common;

mod api;
mod backup;
mod bridge;
mod browser;
mod dependencies;
mod events;
mod figures;
#[cfg(feature = "web")]
mod issued;
#[cfg(feature = "web")]
mod issuer;
mod merges;
mod mirrors;
mod original;
#[cfg(feature = "web")]
mod outsiders;
mod page_agents;
mod page_form;
mod page_mirrors;
mod page_then;
mod pages;
mod policy;
mod processes;
#[cfg(feature = "web")]
mod real_issuer;
mod requests;
mod routes;
mod scene;
mod schema;
mod sockets;
mod stop;
mod sync;
mod tls;
mod tokens;
mod tour;
mod watch;
