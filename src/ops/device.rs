//! The session of the person at this device.

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::PathBuf;

use super::OpsError;
use crate::git::{GitError, private_directory, state_dir};
use crate::store::Store;
use crate::todo::Session;

/// Returns the session in whose name a person's commands speak: `<device>-<8 hex digits>`. The digits are
/// drawn once for each store, so that two devices of one name stay apart.
///
/// # Errors
/// When the store's directory cannot be written.
pub fn own_session(store: &Store) -> Result<Session, OpsError> {
    let session = Session::new(&format!("{}-{}", store.settings.device, drawn(store)?));
    session.map_err(|err| OpsError::Input(format!("chittysync.device cannot name a session: {err}")))
}

/// Returns 8 hex digits that are drawn once for each store.
///
/// # Errors
/// As [`own_session`].
pub(super) fn drawn(store: &Store) -> Result<String, OpsError> {
    let path = drawn_digits(store);
    let directory = path.parent().unwrap_or(&path);
    let known = || {
        let text = std::fs::read_to_string(&path).ok()?;
        Some(text.trim_ascii().to_owned()).filter(|text| text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    Ok(match known() {
        Some(digits) => digits,
        None => {
            private_directory(directory).map_err(GitError::io("create", directory))?;
            let drawn = format!("{:08x}", RandomState::new().hash_one(std::process::id()) >> 32);
            // Whole or not at all: of two processes that draw at once, the second takes what the first drew.
            let mut file = tempfile::NamedTempFile::new_in(directory).map_err(GitError::io("write", &path))?;
            writeln!(file, "{drawn}").map_err(GitError::io("write", &path))?;
            match file.persist_noclobber(&path) {
                Ok(_) => drawn,
                Err(_) => known().ok_or_else(|| {
                    OpsError::Input(format!("{} does not hold 8 hex digits; remove it", path.display()))
                })?,
            }
        }
    })
}

/// Returns whether a person has spoken in this store, so that [`own_session`] writes nothing.
pub fn has_own_session(store: &Store) -> bool {
    drawn_digits(store).is_file()
}

fn drawn_digits(store: &Store) -> PathBuf {
    state_dir(store.repo.common_dir()).join("device")
}

/// Returns the session in whose name an agent's commands speak: a list of its own beside the one that the
/// agent keeps, so that neither takes back what the other says.
///
/// # Errors
/// When that cannot name a session.
pub fn agent_session(session: &Session) -> Result<Session, OpsError> {
    if session.as_str().contains("-agent-") {
        return Ok(session.clone());
    }
    session.agent(Session::COMMANDS).map_err(|err| OpsError::Input(format!("'{session}' cannot name a session: {err}")))
}
