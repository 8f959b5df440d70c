//! Many objects at once: one pack, written aside and moved into place when it is whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::objs::Kind;
use gix::utils::progress::Discard;
use gix::zlib::Compression;
use gix_pack::Bundle;
use gix_pack::bundle::write::Options;
use gix_pack::data::Version;
use gix_pack::data::output::entry::Kind as EntryKind;
use gix_pack::data::output::{Entry, bytes::FromEntriesIter};
use rayon::prelude::*;

use super::batch::Content;
use super::{Batch, Fsync, GitError, StoreLock};

/// How many objects are compressed before they are written.
const CHUNK: usize = 4096;

/// Writes the whole batch as one pack with its index. On return both are on the disk, under their names,
/// as far as `fsync` says.
///
/// A pack is named by the hash of its bytes, so another compression gives the same objects another name.
pub(super) fn write(
    lock: &StoreLock,
    objects: &Path,
    batch: &Batch,
    compression: Compression,
    fsync: Fsync,
) -> Result<(), GitError> {
    let aside = lock.tmp().join("pack");
    fs::create_dir(&aside).map_err(GitError::io("create", &aside))?;
    let stream = aside.join("stream");
    write_stream(&stream, batch, compression)?;
    let reader = File::open(&stream).map_err(GitError::io("open", &stream))?;
    let written = Bundle::write_to_directory(
        &mut BufReader::with_capacity(1 << 16, reader),
        Some(&aside),
        &mut Discard,
        &AtomicBool::new(false),
        None::<gix::OdbHandle>,
        batch.hash(),
        Options::default(),
    );
    let written = written.map_err(|err| GitError::object("the new pack", super::with_causes(&err)))?;
    let (Some(data), Some(index)) = (written.data_path, written.index_path) else {
        return Err(GitError::object("the new pack", "it was not written"));
    };
    let directory = objects.join("pack");
    fs::create_dir_all(&directory).map_err(GitError::io("create", &directory))?;
    // Readers look for indices, so the index comes last.
    for path in [data, index] {
        publish(&path, &directory, fsync)?;
    }
    fsync.directories(&BTreeSet::from([directory, objects.to_owned()]))?;
    fs::remove_dir_all(&aside).map_err(GitError::io("remove", &aside))
}

fn publish(path: &Path, directory: &Path, fsync: Fsync) -> Result<(), GitError> {
    let file = File::open(path).map_err(GitError::io("open", path))?;
    fsync.file(&file, path)?;
    let target: PathBuf = directory.join(path.file_name().unwrap_or_default());
    fs::rename(path, &target).map_err(GitError::io("create", &target))
}

/// Writes the pack's bytes, compressing on all cores. Objects stand in the order of their ids, so that the
/// same batch makes the same pack.
fn write_stream(path: &Path, batch: &Batch, compression: Compression) -> Result<(), GitError> {
    let mut all: Vec<(&ObjectId, Kind, &Content)> = batch.iter().collect();
    all.sort_unstable_by_key(|(id, ..)| *id);
    let count = u32::try_from(all.len()).map_err(|_| GitError::object("the new pack", "more than 2^32 objects"))?;
    let hash = batch.hash();
    let chunks = all.chunks(CHUNK).map(|chunk| {
        chunk
            .par_iter()
            .map(|(id, kind, content)| {
                let (decompressed_size, compressed_data) =
                    content.packed(*kind, compression).map_err(gix::Error::from_error)?;
                Ok(Entry { id: **id, kind: EntryKind::Base(*kind), decompressed_size, compressed_data })
            })
            .collect::<gix::Result<Vec<_>>>()
    });
    let file = File::create(path).map_err(GitError::io("create", path))?;
    let mut out = FromEntriesIter::new(chunks, BufWriter::new(file), count, Version::V2, hash);
    for written in &mut out {
        written.map_err(|err| GitError::object("the new pack", err))?;
    }
    out.into_write().flush().map_err(GitError::io("write", path))
}
