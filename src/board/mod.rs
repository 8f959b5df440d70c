//! The board: todos, by project and by state, projects, sessions and conflicts on one screen. Pure.
//!
//! ```text
//! key ──▶ Board::press ──▶ Board, and perhaps a Request ──▶ whoever has a store
//!                            │
//!                            └──▶ draw ──▶ the cells of a screen
//! ```
//!
//! Terminals, stores and clocks are the command's, `cli::board`.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod bar;
mod choice;
mod cursor;
mod draw;
mod filter;
mod help;
mod keys;
mod lines;
mod list;
mod model;
mod mouse;
mod page;
mod paint;
mod pane;
mod prompt;
mod question;
mod request;
#[cfg(test)]
mod tests;

pub use draw::draw;
pub use model::{Board, Scope, Setting, Tab};
pub use mouse::Mouse;
pub use page::Page;
pub use request::{Key, Request};
