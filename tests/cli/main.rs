//! The program as its user runs it.

#[path = "../common/mod.rs"]
mod common;

mod completion;
mod first_run;
mod install;
mod pages;
mod reference;
