//! The law of the merge, played out: every history of small scopes, and random ones of larger scopes.

mod commits;
mod devices;
mod explore;
mod falls;
mod law;
mod lines;
mod mishaps;
mod random;
mod scopes;
