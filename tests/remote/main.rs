//! Several machines: sync with real repositories, whatever they and the way to them do.

#[path = "../common/mod.rs"]
mod common;

mod assign;
mod away;
mod board;
mod budget;
mod claims;
mod conflicts;
mod cost;
mod cost_hub;
mod crowd;
mod damage;
mod devices;
mod first;
mod fleet;
mod foreign;
mod hanging;
mod hook_sync;
mod hostile_settings;
mod hub_server;
mod law;
mod model;
mod model_acts;
mod model_agreement;
mod model_hand;
mod model_old;
mod model_oracle;
mod one_writer;
mod owners;
mod parts;
mod plain_git;
mod purge;
mod redone;
mod refusals;
mod retiring;
mod said_for_ever;
mod servers;
mod sessions;
mod transports;
mod trouble;
mod user_settings;
mod year;
