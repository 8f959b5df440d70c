//! Mirrors: what every adapter has to hold to, and each against its place.

#[path = "../common/mod.rs"]
mod common;

mod bundles;
mod cli;
mod conformance;
mod files;
mod memory;
mod pulling;
mod scene;
