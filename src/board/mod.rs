//! The board: todos, projects, sessions and conflicts on one screen. Pure.
//!
//! ```text
//! key ──▶ Board::press ──▶ Board, and perhaps a Request ──▶ whoever has a store
//!                            │
//!                            └──▶ draw ──▶ the cells of a screen
//! ```
//!
//! Terminals, stores and clocks are the command's, `cli::board`.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod cursor;
mod draw;
mod filter;
mod help;
mod keys;
mod lines;
mod list;
mod model;
mod page;
mod paint;

pub use draw::draw;
pub use keys::{Key, Request};
pub use model::{Board, Scope, Setting, Tab};
pub use page::Page;
