//! What a store promises, under races, kills, failing disks and repositories of every kind. Real
//! processes, a real git, real files; what is found is judged with plain git, not with this program.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod bounds;
mod changes;
mod clocks;
mod errors;
mod graph;
mod hooks;
mod kill;
mod killed_hooks;
mod layers;
mod locks;
mod looked;
mod maintenance;
mod maintenance_beside;
mod merged;
mod moving;
mod oracle;
mod order;
mod purge;
mod race;
mod safety;
mod scene;
mod size;
mod trace;
mod use_cases;
mod waiting;
