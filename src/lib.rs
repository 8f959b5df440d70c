//! Todo lists of AI coding agents, kept in git.
//!
//! A session is a ref. A todo is a line. Consolidation is a merge. Sync is a push.
//!
//! Data flows one way:
//!
//! ```text
//! source ──▶ statement ──▶ store: refs/chittysync/<session> ──▶ merge ──▶ refs/heads/consolidated ──▶ view
//! ```
//!
//! [`mod@todo`], [`redact`], [`statement`], [`merge`], [`codec`], [`view`], [`plan`], [`board`], `access`, `wire` and
//! `page` are pure: no files, clock, environment or processes. [`git`] is the only code that touches a repository,
//! [`settings`] says what its configuration means; [`ops`] are the use cases, a verb each; [`cli`] and [`install`] are front ends.
//! `docs/architecture.md` has the picture.

#[cfg(feature = "hub")]
pub mod access;
#[cfg(feature = "board")]
pub mod board;
pub mod cli;
pub mod codec;
pub mod daemon;
pub mod git;
#[cfg(feature = "hub")]
pub mod hub;
pub mod install;
pub mod log;
pub mod merge;
#[cfg(feature = "hub")]
pub mod mirror;
pub mod ops;
#[cfg(feature = "hub")]
pub mod page;
pub mod plan;
pub mod redact;
pub mod settings;
pub mod source;
pub mod statement;
pub mod store;
pub mod todo;
pub mod view;
#[cfg(feature = "hub")]
pub mod wire;
