//! The merge driver as git calls it, in a checkout of a store's branch.

#[path = "../common/mod.rs"]
mod common;

mod alone;
mod checkout;
mod equality;
mod exit_codes;
mod inputs;
mod names;
mod operations;
mod replacing;
