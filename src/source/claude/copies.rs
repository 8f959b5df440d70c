//! Files that something else made of the agent's: what syncs files keeps an older state beside a file when two machines
//! wrote it, and editors and people keep backups. None of them is a list, however it is named.

use std::collections::BTreeSet;
use std::path::Path;

use crate::source::Notice;

/// Returns whether a list file that is named for this session and agent is a copy. Names that the agent gives are
/// letters, digits and hyphens, and behind a UUID comes nothing; what stands behind the name of another file of the
/// directory was added to it.
pub(super) fn is_copy(session: &str, agent: &str, stems: &BTreeSet<&str>) -> bool {
    let odd = |name: &str| !name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    let extended = |name: &str| name.len() > UUID && name.get(..UUID).is_some_and(is_uuid);
    let mut ends = agent.char_indices().filter(|(_, char)| !char.is_ascii_alphanumeric()).map(|(at, _)| at);
    let is_named_by_other = odd(session) || odd(agent) || extended(session) || extended(agent);
    // A session's own list is named twice alike, which what was added to one end is not.
    session != agent
        && (is_named_by_other
            || ends.any(|end| end > 0 && stems.contains(format!("{session}-agent-{}", &agent[..end]).as_str())))
}

/// Returns whether a file was put beside another one, with what a system or an editor notes of that: it says nothing,
/// whatever ends its name.
pub(super) fn is_companion(name: &str) -> bool {
    name.starts_with("._") || name.starts_with(".#")
}

/// Returns whether a directory with this name is a copy of a task list's. People name lists as they like, so only what
/// stands behind a name that the agent gave tells.
pub(super) fn is_copied_list(name: &str) -> bool {
    let own = name.strip_prefix(super::names::SESSION_LIST).map(|digits| (digits, 8)).unwrap_or((name, UUID));
    let (name, length) = own;
    let begins = name.get(..length).is_some_and(|begin| {
        if length == UUID { is_uuid(begin) } else { begin.bytes().all(|byte| byte.is_ascii_hexdigit()) }
    });
    begins && name[length..].starts_with(|char: char| !char.is_ascii_alphanumeric())
}

/// Says that a file is one.
pub(super) fn notice(path: &Path) -> Notice {
    Notice::new(path, "is a copy that something else made", "remove it if you do not need it")
}

/// How long a UUID is.
const UUID: usize = 36;

fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "11111111-1111-4111-8111-111111111111";

    #[test]
    fn copies_are_known_by_their_names() {
        let sibling = format!("{ONE}-agent-a7743ae");
        let stems = BTreeSet::from([sibling.as_str()]);
        for suffix in [
            ".sync-conflict-20261120-101010-ABCDEFG",
            " (dev's conflicted copy 2026-11-20)",
            " (conflicted copy 2026-11-20 101010)",
            " (1)",
            " 2",
            " copy",
            " - Copy",
            "-LAPTOP",
            ".orig",
            ".bak",
            "~",
            "_backup",
            " (Konfliktkopie)",
        ] {
            for agent in [ONE, "a7743ae"] {
                assert!(is_copy(ONE, &format!("{agent}{suffix}"), &stems), "{agent}{suffix}");
            }
            let list = format!("{ONE}{suffix}");
            assert!(is_copied_list(&list), "{list}");
            assert!(is_copied_list(&format!("session-1a2b3c4d{suffix}")), "{suffix}");
        }
        assert!(is_copy(&format!("Copy of {ONE}"), ONE, &stems));
        for (session, agent) in [
            (ONE, ONE),
            (ONE, "a7743ae"),
            (ONE, "a7743ae1"),
            ("ana", "ana"),
            ("ana", "sub-agent_2"),
            ("My List", "My List"),
        ] {
            assert!(!is_copy(session, agent, &stems), "{session} {agent}");
        }
        for list in [ONE, "session-1a2b3c4d", "release plan", "release plan 2", "session-plan", "pact-47fbeb17"] {
            assert!(!is_copied_list(list), "{list}");
        }
    }
}
