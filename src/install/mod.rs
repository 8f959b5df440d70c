//! What we put outside a store, and how it is taken away again: one inventory, three walks.
//!
//! A part is a value in git config or a file. It counts as ours when it is what some version of this
//! program wrote: values are compared, files carry a mark. Anything else is somebody's own and is left
//! alone.

mod agent_file;
mod check;
mod claude;
mod commit_hook;
mod directories;
mod error;
mod examine;
mod found;
mod git_hooks;
mod gitconfig;
mod hook_check;
mod hook_event;
mod inventory;
mod json_entry;
mod json_text;
mod manager;
mod others;
mod owner;
mod part;
pub mod service;
mod settings;
mod shim;
mod surroundings;
mod toml_block;
mod wanted;
mod yaml_entry;

pub use check::{Check, Condition};
pub use claude::{HOOK_EVENTS, TODO_TOOLS, TodoTools, installed_version, mcp_servers, plugin};
pub use commit_hook::commit_hook_of;
pub use directories::remove_made;
pub use error::InstallError;
pub use examine::examine;
pub use hook_check::{ASKED, version};
pub use hook_event::{HookEvent, Version};
pub use inventory::{HOOK_SCRIPT, hook_command, hooks_of, inventory, left_pages, unknown_to_man};
pub use manager::{Manager, tell as tell_manager};
pub use others::{by_hand, others, parts_of};
pub use part::{COMMIT_HOOK, Change, Part};
pub use service::{Runs, Service};
pub use settings::{project_settings, user_settings};
pub use surroundings::Surroundings;
pub use wanted::{AgentSettings, Generated};
