//! The lines of a sorted `packed-refs`.
//!
//! Where a store has sessions for years, a run reads more of these lines than of anything else. So a line is cut where
//! its parts end, and no more: what may be a name, and what is none, was decided by who packed it.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use memchr::{memchr, memrchr};

use super::GitError;

/// Tells of each ref whose name begins so, in the order of names.
pub(super) fn beginning(
    lines: &[u8],
    prefix: &str,
    hash: gix::hash::Kind,
    mut tell: impl FnMut(&str, ObjectId),
) -> Result<(), GitError> {
    let digits = hash.len_in_hex();
    let broken = |line: &[u8]| GitError::object("packed-refs", format_args!("'{}' is no ref", line.as_bstr()));
    let mut rest = &lines[first(lines, prefix.as_bytes(), digits)..];
    while !rest.is_empty() {
        let line = match memchr(b'\n', rest) {
            Some(end) => {
                let line = &rest[..end];
                rest = &rest[end + 1..];
                line
            }
            None => std::mem::take(&mut rest),
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"^") {
            continue;
        }
        let name = line.get(digits + 1..).ok_or_else(|| broken(line))?;
        if !name.starts_with(prefix.as_bytes()) {
            break;
        }
        let id = ObjectId::from_hex(&line[..digits]).map_err(|_| broken(line))?;
        tell(&name.to_str_lossy(), id);
    }
    Ok(())
}

/// Returns where the line begins of the first name that is not before this one. A line with `^` belongs to the one
/// before it.
fn first(lines: &[u8], name: &[u8], digits: usize) -> usize {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = |at: usize| memrchr(b'\n', &lines[low..at]).map_or(low, |end| low + end + 1);
        let end = memchr(b'\n', &lines[middle..high]).map_or(high, |end| middle + end + 1);
        let start = match begin(middle) {
            start if lines[start] == b'^' && start > low => begin(start - 1),
            start => start,
        };
        let line = lines[start..end].split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        match line.get(digits + 1..).is_none_or(|found| found < name) {
            true => low = end,
            false => high = start,
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn told(lines: &[u8], prefix: &str, hash: gix::hash::Kind) -> Result<Vec<String>, GitError> {
        let mut names = Vec::new();
        beginning(lines, prefix, hash, |name, _| names.push(name.to_owned())).map(|()| names)
    }

    /// Whatever stands there, and whatever is asked for: the lines that begin so, and no others.
    #[test]
    fn all_lines_that_begin_so_are_found() {
        let mut number: u64 = 7;
        let mut below = |limit: u64| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (number >> 33) % limit
        };
        for hash in [gix::hash::Kind::Sha1, gix::hash::Kind::Sha256] {
            for round in 0..400_u64 {
                let name = |number: u64| format!("refs/{}/{:x}", ["a", "ab", "b"][(number % 3) as usize], number / 3);
                let names: BTreeSet<String> = (0..below(40)).map(|_| name(below(600))).collect();
                let mut text = String::new();
                for name in &names {
                    let end = if round % 5 == 0 { "\r\n" } else { "\n" };
                    text.push_str(&format!("{:0>width$x} {name}{end}", name.len(), width = hash.len_in_hex()));
                    if below(3) == 0 {
                        text.push_str(&format!("^{:0>width$x}{end}", below(99), width = hash.len_in_hex()));
                    }
                }
                for prefix in ["refs/", "refs/a/", "refs/ab/", "refs/b/", "refs/b/1", "refs/c", "a", ""] {
                    let found = told(text.as_bytes(), prefix, hash).expect("lines");
                    let all: Vec<String> = names.iter().filter(|name| name.starts_with(prefix)).cloned().collect();
                    assert_eq!(found, all, "{prefix} in {text}");
                }
            }
        }
    }

    #[test]
    fn a_line_that_is_none_is_told() {
        let line = format!("{} refs/a/1\n{} refs/a/2\n", "0".repeat(40), "x".repeat(40));
        assert!(told(line.as_bytes(), "refs/a/", gix::hash::Kind::Sha1).is_err());
        assert!(told(b"", "refs/a/", gix::hash::Kind::Sha1).expect("nothing").is_empty());
    }
}
