//! What git and the other side say during a transfer: how far it is, what is wrong, and what a host tells people.

use std::collections::BTreeMap;

use crate::todo::plain;

/// Returns whether a line only says how far something is.
pub(super) fn is_progress(line: &str) -> bool {
    let line = line.strip_prefix("remote: ").unwrap_or(line);
    let verbs = [
        "Enumerating",
        "Counting",
        "Compressing",
        "Receiving",
        "Resolving",
        "Writing",
        "Unpacking",
        "Checking",
        "Updating",
        "Total",
    ];
    verbs.iter().any(|verb| line.starts_with(verb)) || line.starts_with("Delta compression")
}

/// Returns how much a transfer brings, in bytes, as far as a line of progress tells: what has come, and what its
/// objects count for.
pub(super) fn brings(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("Receiving objects:").or_else(|| line.strip_prefix("Unpacking objects:"))?;
    let (_, total) = rest.split_once('/')?;
    let (objects, rest) = total.split_once(')')?;
    let mut words = rest.trim_start_matches(',').split_whitespace();
    let received = match (words.next().and_then(|number| number.parse::<f64>().ok()), words.next()) {
        (Some(number), Some(unit)) => {
            let unit = ["bytes", "KiB", "MiB", "GiB"].iter().position(|name| *name == unit.trim_end_matches(','))?;
            // Of a number with two places, the bytes need not be exact.
            (number * 1024_f64.powi(i32::try_from(unit).ok()?)) as u64
        }
        _ => 0,
    };
    Some(received.max(objects.parse::<u64>().ok()?.saturating_mul(256)))
}

/// The most characters that are kept of what the other side said.
const LONGEST: usize = 500;

/// Returns what git complained of, on one line: its own `fatal:` and `error:` and what the other side said.
pub(super) fn complaint(stderr: &str) -> String {
    if let Some(reason) = other_hash(stderr) {
        return reason;
    }
    let noise = ["Please make sure you have", "and the repository exists", "hint:", "To ", "From ", "Everything up"];
    let kept = lines(stderr).filter(|line| !noise.iter().any(|noise| line.starts_with(noise)));
    let kept: Vec<String> = kept.map(|line| line.strip_prefix("fatal: ").unwrap_or(&line).to_owned()).collect();
    // The last ones say what it was; a chatty host says much before.
    let last = kept[kept.len().saturating_sub(6)..].iter().map(|line| short(line));
    last.collect::<Vec<_>>().join("; ")
}

/// Returns what there is to say when the other side names objects by another kind of hash.
fn other_hash(stderr: &str) -> Option<String> {
    const HASHES: [&str; 2] = ["sha1", "sha256"];
    let remedy = "make the remote anew with `git init --bare --object-format=<that of the store>`, or give the store another one with `git chittysync init --remote <url>`";
    let named = stderr.split_once("mismatched algorithms: client ").and_then(|(_, rest)| {
        let (client, rest) = rest.split_once("; server ")?;
        let known = |name: &str| HASHES.into_iter().find(|known| *known == name);
        Some((known(client)?, known(rest.split_whitespace().next()?)?))
    });
    match named {
        Some((here, there)) => Some(format!(
            "its objects have {there} ids and those of the store {here} ids, so nothing can be exchanged; {remedy}"
        )),
        None if stderr.contains("does not support this repository's hash algorithm") => Some(format!(
            "its objects have ids of another kind than those of the store, so nothing can be exchanged; {remedy}"
        )),
        None => None,
    }
}

/// Returns what the other side of a transfer said for people: a hook's reason, a host's advice.
pub(super) fn words(stderr: &str) -> String {
    let said = lines(stderr).filter_map(|line| Some(line.strip_prefix("remote:")?.trim().to_owned()));
    short(&said.collect::<Vec<_>>().join(" "))
}

/// Returns the refs that could not be made because of another one that has its name as a directory, or is one of its
/// directories, and that other one.
pub(super) fn in_the_way(stderr: &str) -> BTreeMap<String, String> {
    let pairs = lines(stderr).filter_map(|line| {
        let (before, name) = line.rsplit_once("' exists; cannot create '")?;
        Some((name.strip_suffix('\'')?.to_owned(), before.rsplit_once('\'')?.1.to_owned()))
    });
    pairs.collect()
}

/// Returns the lines that say more than how far something is, fit to be shown.
fn lines(stderr: &str) -> impl Iterator<Item = String> {
    let lines = stderr.split(['\r', '\n']).map(|line| plain(&without_escapes(line)).trim().to_owned());
    lines.filter(|line| !line.is_empty() && line != "remote:" && !is_progress(line))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Takes whole escape sequences out: of a colour that is set, only the escape character is a hazard, but what is left
/// of it is not worth reading.
fn without_escapes(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => match chars.next() {
                Some('[') => drop(chars.find(|char| matches!(char, '@'..='~'))),
                Some(']' | 'P' | 'X' | '^' | '_') => drop(chars.find(|char| matches!(char, '\u{7}' | '\u{1b}'))),
                _ => {}
            },
            '\u{9b}' => drop(chars.find(|char| matches!(char, '@'..='~'))),
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_how_much_comes() {
        for (line, bytes) in [
            ("Receiving objects:  33% (1/3)", 768),
            ("Receiving objects: 100% (3/3), 900 bytes | 900.00 KiB/s, done.", 900),
            ("Receiving objects:  50% (5/10), 1.50 MiB | 3.00 MiB/s", 1_572_864),
            ("Unpacking objects: 100% (9/9), 4.00 GiB | 1 MiB/s, done.", 4 << 30),
            ("Receiving objects:   0% (1/99999999999999999999)", 0),
        ] {
            assert_eq!(brings(line).unwrap_or_default(), bytes, "{line}");
        }
        for line in ["Resolving deltas: 100% (1/1)", "remote: Counting objects: 100% (2/2)", "Receiving objects: x/y)"]
        {
            assert_eq!(brings(line), None, "{line}");
        }
    }

    #[test]
    fn the_words_of_a_remote_are_cleaned_and_bounded() {
        let said = "remote: Counting objects: 100% (2/2), done.\nremote: \u{1b}[1;31mNo more\u{1b}[0m than \u{9b}35m5 \u{1b}]0;title\u{7}branches\u{202e}.\u{8}  \nremote:\nremote:   Ask\tAda.  \nfatal: no";
        assert_eq!(words(said), "No more than 5 branches\u{fffd}.\u{fffd} Ask Ada.");
        assert_eq!(words("fatal: remote: no"), "");
        let long = words(&format!("remote: {}\nremote: end\n", "é".repeat(10_000)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LONGEST + 1, true));
        assert!(complaint(&format!("remote: {}\n", "x\u{1b}[2J".repeat(10_000))).chars().count() <= LONGEST + 1);
        // An escape that has no end takes the rest of its line, and no more.
        assert_eq!(words("remote: a\u{1b}[\nremote: b\u{1b}"), "a b");
    }

    #[test]
    fn what_stands_in_the_way_is_found() {
        let said = "remote: error: cannot lock ref 'refs/heads/c': 'refs/heads/c/x' exists; cannot create 'refs/heads/c'        \nerror: failed to push\n";
        assert_eq!(in_the_way(said), BTreeMap::from([("refs/heads/c".to_owned(), "refs/heads/c/x".to_owned())]));
        assert!(in_the_way("remote: exists; cannot create 'x'\nremote: ' exists; cannot create 'x").is_empty());
    }

    #[test]
    fn complaints_are_kept_and_progress_is_not() {
        let stderr = "remote: Counting objects: 50% (1/2)\rremote: Counting objects: 100% (2/2), done.\n\
                      ssh: connect to host x port 22: Connection refused\r\n\
                      fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(
            complaint(stderr),
            "ssh: connect to host x port 22: Connection refused; Could not read from remote repository."
        );
    }
}
