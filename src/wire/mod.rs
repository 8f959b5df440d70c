//! What the hub is asked and what it answers, as values: the original's shapes where it has some. Pure: no request, no
//! server, no clock.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod git_path;
mod health;
mod posted;
mod problem;
mod query;
mod status;
mod todos;

pub use git_path::{GitPath, Service};
pub use health::health;
pub use posted::Posted;
pub use problem::Problem;
pub use query::Query;
pub use status::status;
pub use todos::{project, projects, stated, todos};
