//! Files of others, of which nobody knows what they are: opening a pipe waits for ever, reading a device never ends.

use std::fs;
use std::io;
use std::path::Path;

/// Fails with the reason when there is something at this path that is no file, or a larger one.
pub(super) fn plain(path: &Path, largest: u64) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(format!("{} is a directory, not a file", path.display())),
        Ok(metadata) if !metadata.is_file() => {
            Err(format!("{} is a pipe, socket or device, not a file", path.display()))
        }
        Ok(metadata) if metadata.len() > largest => Err(format!("{} is too large", path.display())),
        // What is not there, or must not be read, keeps nobody waiting.
        _ => Ok(()),
    }
}

/// Reads a file, or what a link leads to, if that is one.
///
/// # Errors
/// When it cannot be read, and when it is a pipe, a device, or anything else but a file.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    match fs::metadata(path)? {
        metadata if metadata.is_file() => fs::read(path),
        metadata if metadata.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, socket or device, not a file")),
    }
}
