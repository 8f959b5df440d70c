//! Where the files of a configured source are: a path in which `*` stands for anything within one part.

use std::path::{Component, Path, PathBuf};

use crate::source::agent::{Scan, Watched};
use crate::source::entries::entries;

/// So many directories below the first that has a `*` in its name are looked into.
const DEEPEST: usize = 4;
/// Which directories below the root are watched, by how many parts the pattern has behind it.
const BELOW: [fn(&Path) -> bool; DEEPEST] = [
    |_| false,
    |path| path.components().count() <= 1,
    |path| path.components().count() <= 2,
    |path| path.components().count() <= 3,
];

/// A path with what may vary in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The directory above the first part that may vary.
    pub root: PathBuf,
    /// The parts behind it; the last one is the file.
    parts: Vec<String>,
}

impl Place {
    /// Reads a path, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "is '{text}', and must be a path that begins with / or ~/, of a file; `*` stands for anything within one part, up to {DEEPEST} parts deep"
            )
        };
        let path = match text.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().ok_or("needs a home directory")?.join(rest),
            None => PathBuf::from(text),
        };
        let is_plain = |part: &Component<'_>| !matches!(part, Component::ParentDir | Component::CurDir);
        if !path.is_absolute() || text.ends_with('/') || !path.components().all(|part| is_plain(&part)) {
            return Err(expected());
        }
        let (mut root, mut parts) = (PathBuf::new(), Vec::new());
        for part in path.components() {
            let name = part.as_os_str().to_string_lossy();
            match parts.is_empty() && !name.contains('*') {
                true => root.push(part),
                false => parts.push(name.into_owned()),
            }
        }
        if parts.is_empty() {
            parts.extend(root.file_name().map(|name| name.to_string_lossy().into_owned()));
            root.pop();
        }
        match parts.len() {
            1..=DEEPEST => Ok(Place { root, parts }),
            _ => Err(expected()),
        }
    }

    /// Returns what is watched of it.
    pub fn watched(&self) -> Watched {
        // What stands behind the last star is how names end; a database has files beside it.
        let last = self.parts.last().map_or("", |part| part.rsplit('*').next().unwrap_or(part));
        let files = ["", "-wal", "-journal"].map(|beside| &*format!("{last}{beside}").leak()).to_vec().leak();
        Watched { directory: "", below: BELOW[self.parts.len() - 1], files }
    }

    /// Returns the files that are there below a root, in the order of their paths.
    pub fn find(&self, root: &Path, scan: &mut Scan) -> Vec<PathBuf> {
        let mut found = vec![root.to_owned()];
        for (at, part) in self.parts.iter().enumerate() {
            let is_file = at + 1 == self.parts.len();
            let mut next = Vec::new();
            for directory in found {
                match part.contains('*') {
                    false => next.push(directory.join(part)),
                    true => next.extend(
                        entries(&directory, scan)
                            .into_iter()
                            .filter(|(name, _, found)| matches(part, name) && (is_file || found.is_dir()))
                            .map(|(_, path, _)| path),
                    ),
                }
            }
            found = next;
        }
        found
    }
}

/// Returns whether a name is one that a part with stars in it stands for. A hidden one is only if that says so.
fn matches(part: &str, name: &str) -> bool {
    if name.starts_with('.') && !part.starts_with('.') {
        return false;
    }
    let mut pieces = part.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_within_one_part() {
        for (part, name, is_one) in [
            ("*.json", "a.json", true),
            ("*.json", ".json", false),
            ("*.json", ".a.json", false),
            (".*", ".a", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("x", "x", true),
            ("x", "xy", false),
        ] {
            assert_eq!(matches(part, name), is_one, "{part} {name}");
        }
    }

    #[test]
    fn what_may_vary_begins_with_the_first_star() {
        let place = |text: &str| Place::parse(text).map(|place| (place.root, place.parts.join("|")));
        assert_eq!(place("/a/b/c.md"), Ok(("/a/b".into(), "c.md".into())));
        assert_eq!(place("/a/*/b/*.md"), Ok(("/a".into(), "*|b|*.md".into())));
        for wrong in ["a/b", "/a/", "", "/", "/a/./b/..", "~x/a"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
