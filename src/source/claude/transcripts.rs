//! Where Claude Code's transcripts stand: `projects/<slug>/<session>.jsonl`, and those of sub-agents at any depth below
//! `<session>/subagents`.

use std::path::Path;

use super::copies;
use crate::source::entries::{Entry, conversation, entries};
use crate::source::{Agent, Scan};

pub(super) fn scan(agent: &'static dyn Agent, projects: &Path, scan: &mut Scan) {
    for (_, path, metadata) in entries(projects, scan) {
        if metadata.is_dir() {
            let inside = entries(&path, scan);
            for (_, session, _) in inside.iter().filter(|(.., metadata)| metadata.is_dir()) {
                scan_below(agent, &session.join("subagents"), scan);
            }
            scan_files(agent, inside, scan);
        }
    }
}

/// Whether transcripts stand in the directory with this path below `projects`: a project, a session of one, and what
/// is below the session's `subagents`.
pub(super) fn is_below(path: &Path) -> bool {
    path.components().nth(2).is_none_or(|part| part.as_os_str() == "subagents")
}

/// Finds the transcripts of sub-agents: agents of a workflow have directories of their own.
fn scan_below(agent: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    let inside = entries(directory, scan);
    for (_, path, _) in inside.iter().filter(|(.., metadata)| metadata.is_dir()) {
        scan_below(agent, path, scan);
    }
    scan_files(agent, inside, scan);
}

/// Finds the transcripts that stand in a directory.
pub(super) fn scan_directory(agent: &'static dyn Agent, directory: &Path, scan: &mut Scan) {
    let inside = entries(directory, scan);
    scan_files(agent, inside, scan);
}

fn scan_files(agent: &'static dyn Agent, entries: Vec<Entry>, scan: &mut Scan) {
    for (name, path, metadata) in entries {
        let Some(stem) =
            name.strip_suffix(".jsonl").filter(|_| name != "history.jsonl" && !copies::is_companion(&name))
        else {
            continue;
        };
        conversation(agent, stem, (path, &metadata), scan);
    }
}
