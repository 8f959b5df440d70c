//! What of a store's sessions can be read.

use super::OpsError;
use crate::git::Overlay;
use crate::store::{Consolidated, Store, read_session};

/// What was found in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// How many sessions there are.
    pub sessions: usize,
    /// Whether anything was consolidated.
    pub is_consolidated: bool,
    /// How many of their refs name no commit and are left out, and why the first one.
    pub left_out: Option<(usize, String)>,
    /// The sessions whose newest commit cannot be read, and why.
    pub unreadable: Vec<String>,
}

/// Reads the newest commit of every session.
///
/// # Errors
/// When the refs or the branch cannot be read.
pub fn examine(store: &Store) -> Result<Examined, OpsError> {
    let overlay = Overlay::new(&store.repo);
    let (sessions, tip) = (store.repo.sessions()?, Consolidated::find(store, &overlay)?.tip);
    let broken = store.repo.broken_sessions().unwrap_or_default();
    let why = broken.first().and_then(|name| store.repo.check_ref(name).err());
    let unreadable = sessions.iter().filter_map(|(session, tip)| {
        read_session(&overlay, session, *tip).err().map(|err| format!("{session}: {err}"))
    });
    Ok(Examined {
        left_out: why.map(|err| (broken.len(), err.to_string())),
        unreadable: unreadable.collect(),
        sessions: sessions.len(),
        is_consolidated: tip.is_some(),
    })
}
