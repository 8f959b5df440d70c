//! `merge-driver`: what git calls for our files. Needs no store, no repository and no configuration.
//!
//! git takes exit codes 1 to 128 for a conflict and then leaves our side in the file without markers, so:
//! 0 when merged, 1 only when markers were left for a person, 129 or more for everything else, which makes
//! git stop the merge and leave the files alone.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use memchr::memmem;

use super::args::MergeDriverArgs;
use super::ui::plural;
use crate::codec::{DecodeError, Merged, decode_session, encode_session, merge_todos};
use crate::git::{Fsync, Git, replace_file};
use crate::merge::join_session;
use crate::todo::plain;

/// Everything that is neither merged nor left for a person.
const FAILED: u8 = 130;

/// What git passed.
struct Call {
    base: PathBuf,
    ours: PathBuf,
    theirs: PathBuf,
    marker_size: usize,
    /// The path of the file in the tree.
    name: String,
}

impl Call {
    fn new(args: &MergeDriverArgs) -> Self {
        let path = |at: usize| PathBuf::from(&args.files[at]);
        let text = |at: usize| args.files.get(at).map(|text| text.to_string_lossy().into_owned());
        Call {
            base: path(0),
            ours: path(1),
            theirs: path(2),
            marker_size: text(3).and_then(|size| size.parse().ok()).unwrap_or(7),
            name: text(4).unwrap_or_else(|| path(1).display().to_string()),
        }
    }
}

/// What became of the file.
enum Outcome {
    /// It holds the merge, in which so many choices were made.
    Merged(usize),
    /// It holds conflict markers.
    Markers,
}

/// Runs the driver.
pub(super) fn run(args: &MergeDriverArgs) -> ExitCode {
    let call = Call::new(args);
    let name = &call.name;
    match merge(&call) {
        Ok(Outcome::Merged(0)) => ExitCode::SUCCESS,
        Ok(Outcome::Merged(choices)) => {
            let choices = plural(choices, "choice");
            tell(&format!("{}: {choices} between statements; see `git chittysync conflicts`", plain(name)));
            ExitCode::SUCCESS
        }
        Ok(Outcome::Markers) => {
            tell(&format!("{}: not a file of ours; merged as text, with conflicts left in it", plain(name)));
            ExitCode::from(1)
        }
        Err(reason) => {
            tell(&format!("fatal: {}: {}", plain(name), plain(&reason)));
            tell("hint: nothing was changed; `git merge --abort` takes you back");
            ExitCode::from(FAILED)
        }
    }
}

/// Says something to whoever listens: nobody may (`git merge … 2>&1 | head -1`), which changes nothing.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn merge(call: &Call) -> Result<Outcome, String> {
    crate::git::bug();
    // A view of the list, made anew by every consolidation: it must never cause a conflict.
    if call.name == "README.md" {
        return Ok(Outcome::Merged(0));
    }
    let read = |path: &PathBuf| std::fs::read(path).map_err(|err| format!("cannot read {}: {err}", path.display()));
    let (base, ours, theirs) = (read(&call.base)?, read(&call.ours)?, read(&call.theirs)?);
    if [&base, &ours, &theirs].into_iter().any(|text| has_markers(text, call.marker_size)) {
        return Err("it has conflict markers in it; resolve them and commit first".into());
    }
    let merged =
        if is_session(&call.name, &ours) { merge_session(&ours, &theirs) } else { merge_todos(&base, &ours, &theirs) };
    match merged {
        Ok((bytes, Merged { conflicts, .. })) => {
            let bytes = if memmem::find(&ours, b"\r\n").is_some() { with_crlf(&bytes) } else { bytes };
            replace(&call.ours, &bytes)?;
            Ok(Outcome::Merged(conflicts.len()))
        }
        Err(newer @ DecodeError::Newer(_)) => Err(newer.to_string()),
        Err(DecodeError::Foreign(_)) => merge_as_text(call),
    }
}

fn merge_session(ours: &[u8], theirs: &[u8]) -> Result<(Vec<u8>, Merged), DecodeError> {
    let mut joined = decode_session(ours)?;
    join_session(&mut joined, &decode_session(theirs)?);
    Ok((encode_session(&joined), Merged::default()))
}

/// Returns whether this is a session's file: by its path, else by being an object.
fn is_session(name: &str, ours: &[u8]) -> bool {
    name.starts_with("sessions/") || (!name.ends_with("todos.json") && ours.trim_ascii_start().starts_with(b"{"))
}

/// Returns whether a line begins a conflict. Our own lines never begin so.
fn has_markers(text: &[u8], size: usize) -> bool {
    let starts = std::iter::once(0).chain(memmem::find_iter(text, b"\n<").map(|end| end + 1));
    starts.map(|start| &text[start..]).any(|line| {
        let length = line.iter().take_while(|byte| **byte == b'<').count();
        length > 0 && length == size && matches!(line.get(length), None | Some(b' ' | b'\r' | b'\n'))
    })
}

fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    lines.join(&b"\r\n"[..])
}

/// Leaves a file that is none of ours to git's own text merge.
fn merge_as_text(call: &Call) -> Result<Outcome, String> {
    let size = format!("--marker-size={}", call.marker_size);
    let paths = [&call.ours, &call.base, &call.theirs];
    let absolute: Vec<PathBuf> =
        paths.into_iter().map(std::path::absolute).collect::<Result<_, _>>().map_err(|err| err.to_string())?;
    let names: Vec<&str> =
        absolute.iter().map(|path| path.to_str().ok_or("a path is not UTF-8")).collect::<Result<_, _>>()?;
    let arguments = ["merge-file", "-p", &size, "-L", "ours", "-L", "base", "-L", "theirs", "--"];
    let merged = Git::new(None, arguments.into_iter().chain(names)).run().map_err(|err| err.to_string())?;
    match merged.code {
        Some(0) => replace(&call.ours, &merged.stdout).map(|()| Outcome::Merged(0)),
        Some(1..=127) => replace(&call.ours, &merged.stdout).map(|()| Outcome::Markers),
        _ => Err(format!("git merge-file failed: {}", merged.stderr)),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), String> {
    replace_file(path, bytes, Fsync::Off).map_err(|err| crate::ops::chain(&err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_told_from_text() {
        assert!(has_markers(b"[\n<<<<<<< ours\n{}\n", 7));
        assert!(has_markers(b"<<<<<<<\r\n", 7));
        assert!(has_markers(b"<<<<<<<<<<<<<<< x", 15));
        assert!(!has_markers(b"{\"content\":\"<<<<<<< not a marker\"}", 7));
        assert!(!has_markers(b"<<<<<<<<<<<<<<< x", 7));
    }

    #[test]
    fn line_ends_stay() {
        assert_eq!(with_crlf(b"[\n]\n"), b"[\r\n]\r\n");
    }
}
