//! The tokens of a hub: a file beside the store's refs, which only its owner can read, and the commands for it.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::{Record, Scope, Secret};
use crate::cli::{Failure, TokenAddArgs, Ui};
use crate::git::{Fsync, GitError, StoreLock, read_file, replace_private_file, state_dir};
use crate::store::Store;
use crate::todo::{Time, plain};

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tokens {
    tokens: Vec<Record>,
}

fn path(common_dir: &Path) -> PathBuf {
    state_dir(common_dir).join("tokens")
}

/// Returns the tokens as they are at this moment. A file that cannot be read lets nobody in.
///
/// # Errors
/// When it cannot be read or understood.
pub(super) fn read(common_dir: &Path) -> Result<Vec<Record>, String> {
    read_from(&path(common_dir))
}

/// Returns the records of a file; none when there is no such file.
///
/// # Errors
/// As [`read`].
pub(super) fn read_from(path: &Path) -> Result<Vec<Record>, String> {
    let bytes = match read_file(path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(format!("cannot read {}: {err}", path.display())),
    };
    let tokens: Tokens =
        serde_json::from_slice(&bytes).map_err(|err| format!("{} is damaged: {err}", path.display()))?;
    Ok(tokens.tokens)
}

/// Keeps the records of a hub. The store's lock is held.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(common_dir: &Path, tokens: Vec<Record>, fsync: Fsync) -> Result<(), GitError> {
    write_to(&path(common_dir), tokens, fsync)
}

/// Keeps the records of a file, which only its owner can read.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_to(path: &Path, tokens: Vec<Record>, fsync: Fsync) -> Result<(), GitError> {
    let mut bytes = serde_json::to_vec_pretty(&Tokens { tokens }).expect("records are JSON");
    bytes.push(b'\n');
    replace_private_file(path, &bytes, fsync)
}

/// Makes a token, and what is kept of it.
///
/// # Errors
/// When there is no chance to be had.
pub(super) fn make(device: &str, scope: Scope, now: Time, expires: Option<Time>) -> Result<(Secret, Record), String> {
    let secret = Secret::of(&chance()?);
    let record = Record {
        id: secret.id().to_owned(),
        hash: secret.hash(),
        device: device.to_owned(),
        scope: scope.as_str().to_owned(),
        browser: false,
        signed: None,
        created: now.to_string(),
        expires: expires.map(|time| time.to_string()),
        revoked: None,
    };
    Ok((secret, record))
}

pub(super) fn add(args: &TokenAddArgs, store: &Store, now: Time, ui: &mut Ui) -> Result<(), Failure> {
    let scope =
        Scope::parse(&args.scope).ok_or_else(|| Failure::usage(format!("there is no scope '{}'", args.scope)))?;
    let device = args.device.trim();
    if device.is_empty() || device.chars().any(char::is_control) {
        return Err(Failure::usage("a device's label is not empty, and on one line")
            .hint("`git config chittysync.device` on that device says what it is, or `git chittysync sessions`"));
    }
    let expires = expiry(&args.expires, now)?;
    let (secret, record) = make(device, scope, now, expires).map_err(Failure::fatal)?;
    let common_dir = store.repo.common_dir();
    let _lock = StoreLock::acquire(common_dir)?;
    let mut tokens = read(common_dir).map_err(Failure::fatal)?;
    tokens.push(record.clone());
    write(common_dir, tokens, store.settings.fsync)?;
    if ui.json {
        ui.print_json(&json!({
            "token": secret.reveal(),
            "id": record.id,
            "device": record.device,
            "scope": record.scope,
            "expires": record.expires,
        }));
        return Ok(());
    }
    ui.print_always(&format!("{}\n", secret.reveal()));
    let until = record.expires.as_deref().unwrap_or("it is revoked");
    ui.note(&format!(
        "Token {} ({scope}) for '{}', good until {until}. It is not shown again.",
        record.id,
        plain(device),
        scope = record.scope,
    ));
    ui.note(
        "hint: give it to git as the password of the hub's URL, and to programs as `Authorization: Bearer <token>`",
    );
    Ok(())
}

/// Returns when a token made now is over.
fn expiry(text: &str, now: Time) -> Result<Option<Time>, Failure> {
    if text == "never" {
        return Ok(None);
    }
    let wrong = || Failure::usage(format!("'{text}' is no time")).hint("such as 90d, 12h or never");
    let long = humantime::parse_duration(text).map_err(|_| wrong())?;
    let millis = i64::try_from(long.as_millis()).map_err(|_| wrong())?;
    Ok(Some(Time::from_millis(now.millis().saturating_add(millis))))
}

/// Returns a new id of a token.
///
/// # Errors
/// As [`make`].
#[cfg(feature = "web")]
pub(super) fn id() -> Result<String, String> {
    Ok(Secret::of(&chance()?).id().to_owned())
}

/// Returns bytes that nobody can guess.
fn chance() -> Result<[u8; Secret::BYTES], String> {
    let mut bytes = [0; Secret::BYTES];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|err| format!("cannot get random bytes for a token: {err}"))?;
    Ok(bytes)
}

pub(super) fn list(store: &Store, now: Time, ui: &mut Ui) -> Result<(), Failure> {
    let tokens = read(store.repo.common_dir()).map_err(Failure::fatal)?;
    let state = |record: &Record| record.flaw(now).map_or_else(|| "good".to_owned(), |flaw| flaw.to_string());
    if ui.json {
        let rows = tokens.iter().map(|record| {
            json!({
                "id": record.id,
                "device": record.device,
                "scope": record.scope,
                "browser": record.browser,
                "signed": record.signed.as_ref().map(|signed| json!({ "subject": signed.subject, "audience": signed.audience })),
                "created": record.created,
                "expires": record.expires,
                "revoked": record.revoked,
                "good": record.flaw(now).is_none(),
            })
        });
        ui.print_json(&rows.collect());
        return Ok(());
    }
    if tokens.is_empty() {
        ui.note("There are no tokens: nobody can use the hub yet.");
        ui.note("hint: `git chittysync hub token add --device <label>` makes one");
    }
    for record in &tokens {
        let until = record.expires.as_deref().unwrap_or("never expires");
        let (id, scope, device) = (plain(&record.id), plain(&record.scope), plain(&record.device));
        let what = match &record.signed {
            Some(signed) => format!("  signed for {}", plain(&signed.audience)),
            None if record.browser => "  a browser".to_owned(),
            None => String::new(),
        };
        ui.print(&format!("{id}  {scope:<5}  {device}  {}  {}{what}\n", plain(until), state(record)));
    }
    Ok(())
}

pub(super) fn revoke(id: &str, store: &Store, now: Time, ui: &mut Ui) -> Result<(), Failure> {
    let common_dir = store.repo.common_dir();
    let _lock = StoreLock::acquire(common_dir)?;
    let mut tokens = read(common_dir).map_err(Failure::fatal)?;
    let unknown = || {
        let failure = Failure::no(format!("there is no token '{id}'"));
        failure.hint("`git chittysync hub token list` lists them by their ids")
    };
    let is_new = take_back(&mut tokens, id, now).ok_or_else(unknown)?;
    write(common_dir, tokens, store.settings.fsync)?;
    match ui.json {
        true => ui.print_json(&json!({ "id": id, "revoked": is_new })),
        false if is_new => ui.note(&format!("Token {} is not good any more.", plain(id))),
        false => ui.note(&format!("Token {} had been revoked before.", plain(id))),
    }
    Ok(())
}

/// Takes a token back, and those that were signed because of it. Returns whether it was good before; nothing when there is
/// none of this id.
pub(super) fn take_back(tokens: &mut [Record], id: &str, now: Time) -> Option<bool> {
    let is_new = tokens.iter().find(|record| record.id == id)?.revoked.is_none();
    for record in tokens.iter_mut() {
        if record.id == id || record.signed.as_ref().is_some_and(|signed| signed.by == id) {
            record.revoked.get_or_insert(now.to_string());
        }
    }
    Some(is_new)
}
