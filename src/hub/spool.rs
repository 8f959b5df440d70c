//! The body of a push, taken whole before git is started: whoever sends slowly, or stops, holds no process and no lock.

use std::io::{Seek, Write};
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;

use super::limits::Limits;
use crate::git::{private_directories, state_dir};
use crate::wire::Problem;

/// A body that is here.
#[derive(Debug)]
pub(super) enum Spooled {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file without a name, which goes when it is closed, however the process ends.
    File(std::fs::File, u64),
}

impl Spooled {
    /// Returns how many bytes it has.
    pub(super) fn len(&self) -> u64 {
        match self {
            Spooled::Memory(bytes) => bytes.len() as u64,
            Spooled::File(_, length) => *length,
        }
    }
}

/// Takes a body. `common_dir` is where a large one goes.
pub(super) async fn spool(body: Body, common_dir: &Path, limits: &Limits) -> Result<Spooled, Problem> {
    let mut stream = body.into_data_stream();
    let (mut memory, mut file, mut length) = (Vec::new(), None, 0_u64);
    while let Some(chunk) = within(limits.stall, stream.next()).await? {
        let chunk = chunk.map_err(|err| Problem::new(400, format!("the body broke off: {err}")))?;
        length += chunk.len() as u64;
        if length > limits.push {
            return Err(Problem::new(413, format!("a push may have {} bytes", limits.push))
                .hint("`chittysync.maxFetch` of the hub's store says how many"));
        }
        let failed = |err: std::io::Error| Problem::new(500, format!("the hub cannot keep the body: {}", err.kind()));
        if file.is_none() && memory.len() + chunk.len() > limits.in_memory {
            let mut made = nameless(common_dir).map_err(failed)?;
            made.write_all(&memory).map_err(failed)?;
            memory = Vec::new();
            file = Some(made);
        }
        match &mut file {
            Some(file) => file.write_all(&chunk).map_err(failed)?,
            None => memory.extend_from_slice(&chunk),
        }
    }
    let Some(mut file) = file else { return Ok(Spooled::Memory(memory)) };
    file.rewind().map_err(|err| Problem::new(500, format!("the hub cannot read the body again: {}", err.kind())))?;
    Ok(Spooled::File(file, length))
}

/// Takes a body that has to fit into memory.
pub(super) async fn whole(body: Body, most: usize, stall: Duration) -> Result<Vec<u8>, Problem> {
    let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = within(stall, stream.next()).await? {
        let chunk = chunk.map_err(|err| Problem::new(400, format!("the body broke off: {err}")))?;
        if bytes.len() + chunk.len() > most {
            return Err(Problem::new(413, format!("a body may have {most} bytes")).hint("split the list"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn within<T>(stall: Duration, next: impl Future<Output = T>) -> Result<T, Problem> {
    let waited = tokio::time::timeout(stall, next).await;
    waited.map_err(|_| Problem::new(408, "nothing came any more"))
}

fn nameless(common_dir: &Path) -> std::io::Result<std::fs::File> {
    let directory = state_dir(common_dir).join("hub");
    private_directories(&directory)?;
    tempfile::tempfile_in(directory)
}
