//! The daemon, its log and its service, as whole processes.

#[path = "../common/mod.rs"]
mod common;

#[path = "../bench/data.rs"]
#[allow(dead_code, reason = "the benches use all of it")]
mod data;
#[cfg(feature = "sqlite")]
mod databases;
mod guard;
mod latency;
mod lifecycle;
mod log;
mod service;
mod sources;
mod spawn;
mod trouble;
mod watching;
