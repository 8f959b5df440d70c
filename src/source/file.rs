//! Reading files that somebody else may be writing.

use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::Notice;
use crate::todo::Time;

/// Larger files are not read.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;
/// How often a file that changes under our eyes is tried again.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);
/// A file changed less than this ago may change again within the same tick of its clock.
const FRESH: Duration = Duration::from_secs(2);

/// What a file or directory looks like without opening it. Equal stamps mean equal content, unless the
/// stamp is too fresh to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The look: times, size and file number.
    pub text: String,
    /// Whether it was changed so lately that it could change again without looking different.
    pub fresh: bool,
}

impl Stamp {
    /// Returns the stamp of a file.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let nanos = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let fresh = SystemTime::now().duration_since(modified).is_ok_and(|age| age < FRESH);
        Stamp { text: format!("{nanos}.{}.{}", metadata.len(), file_number(metadata)), fresh }
    }

    /// Returns the stamp of a directory whose files have these.
    pub fn of_all(stamps: impl IntoIterator<Item = (String, Stamp)>) -> Self {
        let (mut text, mut fresh) = (String::new(), false);
        for (name, stamp) in stamps {
            text.push_str(&format!("{name}\0{}\0", stamp.text));
            fresh |= stamp.fresh;
        }
        Stamp { text: format!("{:016x}", hash(text.as_bytes())), fresh }
    }
}

#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &Metadata) -> u64 {
    0
}

/// Returns a hash that stays the same on every machine and in every version.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = Hash::default();
    hash.add(bytes);
    hash.end()
}

/// The [`hash`] of bytes that come one after the other.
#[derive(Default)]
pub(super) struct Hash(Sha256);

impl Hash {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn end(self) -> u64 {
        u64::from_be_bytes(self.0.finalize()[..8].try_into().expect("SHA-256 has 32 bytes"))
    }
}

/// Returns the time of a file's last change.
pub(super) fn modified(metadata: &Metadata) -> Time {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    Time::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Opens a regular file, whatever stands there: never waits for a pipe, never follows a link.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Notice> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let unreadable = |err: std::io::Error| Notice::new(path, format!("cannot be opened: {err}"), "make it readable");
    let file = options.open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(not_a_file(path, &metadata));
    }
    Ok((file, metadata))
}

/// Says what stands where a file should.
pub(super) fn not_a_file(path: &Path, metadata: &Metadata) -> Notice {
    let what = match metadata {
        _ if metadata.is_dir() => "a directory",
        _ if metadata.is_symlink() => "a symbolic link",
        _ => "a pipe, socket or device",
    };
    Notice::new(path, format!("is {what}, not a file"), "move it away if a list should be here")
}

/// Reads a file whose content parses and did not change while it was read. A file that is being written is
/// waited for a moment; what is still half written then is not taken.
pub(super) fn read_stable<T>(
    path: &Path,
    parse: impl Fn(&[u8]) -> Result<T, String>,
) -> Result<(T, Metadata, Vec<u8>), Notice> {
    let mut tries = 0;
    loop {
        let (mut file, before) = open(path)?;
        if before.len() > LARGEST {
            let reason = format!("has {} bytes, more than {LARGEST}", before.len());
            return Err(Notice::new(path, reason, "split the list, or delete the file"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0) + 1);
        let limited = file.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
        limited.map_err(|err| Notice::new(path, format!("cannot be read: {err}"), "make it readable"))?;
        let after = std::fs::symlink_metadata(path).unwrap_or_else(|_| before.clone());
        let stable = Stamp::of(&before).text == Stamp::of(&after).text && bytes.len() as u64 == before.len();
        let parsed = parse(&bytes);
        tries += 1;
        match parsed {
            Ok(value) if stable => return Ok((value, before, bytes)),
            _ if tries < TRIES && (!stable || Stamp::of(&before).fresh) => std::thread::sleep(PAUSE),
            Ok(_) => {
                return Err(Notice::new(path, "changes faster than it can be read", "it is tried again next time"));
            }
            Err(reason) => {
                return Err(Notice::new(
                    path,
                    reason,
                    "its last good state is kept; delete the file if it is not needed",
                ));
            }
        }
    }
}
