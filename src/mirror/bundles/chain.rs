//! Which bundles make the branch, in which order.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rclone::Rclone;
use crate::mirror::failure::Failure;

/// So many states are kept: whoever reads one that is replaced meanwhile still finds its bundles.
const KEPT: u64 = 2;

/// One bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bundle {
    /// Its path on the remote.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The commit that has to be there before; nothing for a bundle that holds all.
    pub from: Option<String>,
    /// The commit that it brings.
    pub to: String,
    /// The branch in it, by its full name.
    pub branch: String,
}

/// The bundles that make the branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// In the order in which they are fetched.
    pub bundles: Vec<Bundle>,
}

impl Chain {
    /// Reads the newest state, and its number; nothing when there is none.
    pub(super) fn read(remote: &Rclone) -> Result<Option<(u64, Self)>, Failure> {
        let mut gone = None;
        loop {
            let Some((number, name)) = states(remote)?.pop() else { return Ok(None) };
            if let Some(bytes) = remote.read(&name)? {
                let chain = serde_json::from_slice(&bytes).map_err(|err| {
                    let remedy = "remove it: the one before it counts then";
                    Failure::refused(format!("{name} there cannot be read: {err}"), remedy)
                })?;
                return Ok(Some((number, chain)));
            }
            // A newer one took its place since it was listed. A listing that shows it for ever is an old one.
            if gone.as_ref() == Some(&name) {
                return Err(Failure::later(format!("{name} is gone")));
            }
            gone = Some(name);
        }
    }

    /// Writes it as the newest state.
    pub(super) fn write(&self, remote: &Rclone, number: u64, directory: &Path) -> Result<(), Failure> {
        let bytes = serde_json::to_vec_pretty(self).expect("plain data is always written");
        // Two that write the same number at once write two files, and the greater name counts.
        let name = format!("state/{number:08}-{}.json", hex(&Sha256::digest(&bytes)[..8]));
        remote.write(&bytes, &name, directory)
    }

    /// Returns whether what was added since the whole is as much as that.
    pub(super) fn is_heavy(&self) -> bool {
        let [first, rest @ ..] = self.bundles.as_slice() else { return false };
        rest.iter().map(|bundle| bundle.bytes).sum::<u64>() > first.bytes
    }

    /// Removes earlier states, and bundles that none of the kept states names.
    pub(super) fn sweep(&self, remote: &Rclone, number: u64) -> Result<(), Failure> {
        let whole = self.bundles.first().is_some_and(|first| first.from.is_none()) && self.bundles.len() == 1;
        let oldest = if whole { number } else { number.saturating_sub(KEPT - 1) };
        for (_, name) in states(remote)?.into_iter().filter(|(other, _)| *other < oldest) {
            remote.remove(&name)?;
        }
        if whole {
            let kept: BTreeSet<&str> = self.bundles.iter().map(|bundle| bundle.name.as_str()).collect();
            for name in remote.list("bundles")?.iter().map(|name| format!("bundles/{name}")) {
                if !kept.contains(name.as_str()) {
                    remote.remove(&name)?;
                }
            }
        }
        Ok(())
    }
}

/// Returns the states that there are, the newest last.
fn states(remote: &Rclone) -> Result<Vec<(u64, String)>, Failure> {
    let names = remote.list("state")?;
    let number = |name: &str| name.strip_suffix(".json")?.split('-').next()?.parse().ok();
    let mut states: Vec<(u64, String)> =
        names.iter().filter_map(|name| Some((number(name)?, format!("state/{name}")))).collect();
    states.sort();
    Ok(states)
}

/// Returns SHA-256 and length of a file.
pub(super) fn digest_of(path: &Path) -> Result<(String, u64), Failure> {
    let trouble = |err: std::io::Error| Failure::later(format!("cannot read {}: {err}", path.display()));
    let mut file = std::fs::File::open(path).map_err(trouble)?;
    let mut digest = Sha256::new();
    let (mut buffer, mut length) = (vec![0; 1 << 16], 0);
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(trouble)?;
        if read == 0 {
            return Ok((hex(&digest.finalize()), length));
        }
        digest.update(&buffer[..read]);
        length += read as u64;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
