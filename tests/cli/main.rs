//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod first_run;
