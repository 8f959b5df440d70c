//! What the hub is asked and what it answers, as values: the original's shapes where it has some. Pure: no request, no
//! server, no clock.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod conflicts;
mod git_path;
mod given;
mod health;
mod named;
mod openapi;
mod operation;
mod posted;
mod problem;
mod projects;
mod query;
mod route;
mod services;
mod sessions;
mod status;
mod todos;

pub use conflicts::conflicts;
pub use git_path::{GitPath, Service};
pub use given::Given;
pub use health::{Merges, health, well_known};
pub use named::Named;
pub use openapi::openapi;
pub use operation::{Kind, OPERATIONS, Op, Operation};
pub use posted::Posted;
pub use problem::Problem;
pub use projects::{project_info, project_list};
pub use query::{Query, parameter};
pub use route::Found;
pub use services::{service, services};
pub use sessions::{METADATA, PLATFORM, TOPIC, conversation, metadata, session, sessions, topic};
pub use status::status;
pub use todos::{entry, one, project, projects, since, stated, todos};
