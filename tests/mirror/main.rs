//! Mirrors: what every adapter has to hold to, and each against its place.

#[path = "../common/mod.rs"]
mod common;

mod bundles;
mod cli;
mod conformance;
mod daemon;
mod files;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod pulling;
mod scene;
#[cfg(feature = "postgres")]
mod server;
