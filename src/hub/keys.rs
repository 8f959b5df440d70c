//! The keys that the hub signs tokens with: a file beside its tokens, which only its owner can read. One that was replaced
//! still checks what it signed, until the last of that is over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::access::Issued;
use crate::cli::{Failure, TokenRotateArgs, Ui};
use crate::git::{Fsync, StoreLock, read_file, replace_private_file, state_dir};
use crate::store::Store;
use crate::todo::Time;

/// How many bytes of the hash of a public key name it.
const ID_BYTES: usize = 8;

/// What the file holds, the oldest first.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    keys: Vec<Key>,
}

/// A key for Ed25519.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    /// What it is called in tokens.
    pub id: String,
    /// The private key, as PKCS #8 in base64.
    private: String,
    /// When it was made, in RFC 3339.
    made: String,
}

impl Key {
    fn new(now: Time) -> Result<Self, String> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        let made = made.map_err(|_| "cannot get random bytes for a key".to_owned())?;
        let mut key = Key { id: String::new(), private: STANDARD.encode(made.as_ref()), made: now.to_string() };
        let hash = Sha256::digest(key.pair()?.public_key());
        key.id = hash[..ID_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(key)
    }

    fn pair(&self) -> Result<Ed25519KeyPair, String> {
        let read = STANDARD.decode(&self.private).ok().and_then(|bytes| Ed25519KeyPair::from_pkcs8(&bytes).ok());
        read.ok_or_else(|| format!("the key {} that tokens are signed with is damaged", self.id))
    }

    fn made(&self) -> Time {
        // A time that cannot be read is long ago: the key is replaced.
        Time::parse(&self.made).unwrap_or_default()
    }

    /// Returns the public part, as a JWK.
    ///
    /// # Errors
    /// When the key is damaged.
    pub(super) fn public(&self) -> Result<Value, String> {
        let x = URL_SAFE_NO_PAD.encode(self.pair()?.public_key());
        Ok(json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.id, "alg": "EdDSA", "use": "sig" }))
    }

    /// Signs claims, as a JWT.
    ///
    /// # Errors
    /// As [`Key::public`].
    pub(super) fn sign(&self, claims: &Value) -> Result<String, String> {
        let header = json!({ "alg": "EdDSA", "kid": self.id, "typ": "JWT" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = self.pair()?.sign(message.as_bytes());
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn path(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("keys")
}

/// Returns the keys that check tokens, the oldest first; none when none was ever needed.
///
/// # Errors
/// When they cannot be read.
pub(super) fn read(common_dir: &Path) -> Result<Vec<Key>, String> {
    let path = path(common_dir);
    let bytes = match read_file(&path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(format!("cannot read {}: {err}", path.display())),
    };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|err| format!("{} is damaged: {err}", path.display()))?;
    Ok(kept.keys)
}

/// Returns the key to sign with, made anew when there is none that is younger than this. The store's lock is held.
///
/// # Errors
/// When the keys cannot be read or written.
pub(super) fn current(common_dir: &Path, now: Time, age: Duration, fsync: Fsync) -> Result<Key, String> {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    match read(common_dir)?.pop().filter(|key| now.millis() - key.made().millis() < age) {
        Some(key) => Ok(key),
        None => replace(common_dir, now, false, fsync),
    }
}

/// Makes a new key to sign with. Those before check what they signed as long as any of that is good; or no more at all.
/// The store's lock is held.
///
/// # Errors
/// As [`current`].
pub(super) fn replace(common_dir: &Path, now: Time, at_once: bool, fsync: Fsync) -> Result<Key, String> {
    let mut keys = if at_once { Vec::new() } else { still_needed(read(common_dir)?, now) };
    let key = Key::new(now)?;
    keys.push(key.clone());
    let mut bytes = serde_json::to_vec_pretty(&Kept { keys }).map_err(|err| err.to_string())?;
    bytes.push(b'\n');
    replace_private_file(&path(common_dir), &bytes, fsync).map_err(|err| err.to_string())?;
    Ok(key)
}

/// `hub token rotate`.
pub(super) fn rotate(args: &TokenRotateArgs, store: &Store, now: Time, ui: &mut Ui) -> Result<(), Failure> {
    let common_dir = store.repo.common_dir();
    let _lock = StoreLock::acquire(common_dir)?;
    let key = replace(common_dir, now, args.at_once, store.settings.fsync).map_err(Failure::fatal)?;
    if ui.json {
        ui.print_json(&json!({ "key": key.id, "forgotten": args.at_once }));
        return Ok(());
    }
    ui.note(&format!("Tokens are signed with the key {} from now on.", key.id));
    ui.note(match args.at_once {
        true => "What was signed before is no longer valid here; another hub believes it until it asks for keys again, which ours do after ten minutes.",
        false => "What was signed before stays valid until it expires.",
    });
    Ok(())
}

/// Leaves out those whose successor has signed for so long that nothing of theirs can be good any more.
fn still_needed(keys: Vec<Key>, now: Time) -> Vec<Key> {
    let replaced: Vec<Time> = keys.iter().skip(1).map(Key::made).chain([now]).collect();
    let pairs = keys.into_iter().zip(replaced);
    pairs.filter(|(_, at)| now.millis() - at.millis() < Issued::LONGEST).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_was_replaced_checks_for_a_day() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(state_dir(directory.path())).expect("a directory");
        let at = |hours: i64| Time::from_millis(hours * 60 * 60 * 1000);
        let day = Duration::from_secs(48 * 60 * 60);
        let current = |hours| current(directory.path(), at(hours), day, Fsync::Off).expect("a key").id;
        let known = || read(directory.path()).expect("keys").into_iter().map(|key| key.id).collect::<Vec<_>>();
        let first = current(0);
        assert_eq!((current(47), known()), (first.clone(), vec![first.clone()]));
        let second = current(48);
        assert_eq!(known(), [first.clone(), second.clone()], "what the first signed is good");
        let third = replace(directory.path(), at(71), false, Fsync::Off).expect("a key").id;
        assert_eq!(known(), [first, second.clone(), third.clone()]);
        let fourth = replace(directory.path(), at(72), false, Fsync::Off).expect("a key").id;
        assert_eq!(known(), [second, third, fourth], "nothing of the first can be good");
        let fifth = replace(directory.path(), at(72), true, Fsync::Off).expect("a key").id;
        assert_eq!(known(), [fifth]);
    }
}
