//! Names that become parts of paths and refs: sessions and projects.
//!
//! Names come from files, hooks and remotes and are not trusted. They are checked once, here, and
//! encoded into one path component that every file system and git take, reversibly.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// A name that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("the name is empty")]
    Empty,
    /// More bytes than 1,024.
    #[error("the name has {0} bytes, more than {LONGEST_NAME}")]
    TooLong(usize),
    /// A control character, which no path or message should carry.
    #[error("the name contains a control character")]
    Control,
}

/// How many bytes a name may have.
pub const LONGEST_NAME: usize = 1024;
/// How many bytes a path component may have: git needs room for `.lock` below the 255 of file systems.
const LONGEST_COMPONENT: usize = 200;
/// What stands for itself in a component: lower-case letters (some file systems fold case), digits, `-`, `_`, `.`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// Device names that Windows reserves, whatever their ending.
const RESERVED: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

fn checked(name: &str) -> Result<String, NameError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > LONGEST_NAME {
        return Err(NameError::TooLong(name.len()));
    }
    if name.chars().any(char::is_control) {
        return Err(NameError::Control);
    }
    // No byte takes more than three in a component, so only a long name needs a look.
    if name.len() * 3 > LONGEST_COMPONENT && !is_plain(name) {
        let component = component(name);
        if is_cut(&component) {
            return Ok(component);
        }
    }
    Ok(name.to_owned())
}

/// Returns the name as one path component. Lower-case letters, digits, `-`, `_` and inner dots stand for
/// themselves, every other byte is `%` and two lower-case hex digits; a result over 200 bytes is cut there
/// and ends in `%%` and 32 hex digits of the name's SHA-256, and is the name from then on.
fn component(name: &str) -> String {
    if is_plain(name) || is_cut(name) {
        return name.to_owned();
    }
    let bytes = name.as_bytes();
    let mut encoded = String::with_capacity(name.len());
    for (at, char) in name.char_indices() {
        let inner_dot = char == '.'
            && at > 0
            && bytes[at - 1].is_ascii_alphanumeric()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
            && !matches!(&bytes[at + 1..], b"lock" | b"git");
        let leading_dash = char == '-' && at == 0;
        if (char == '.' && !inner_dot) || leading_dash || char.is_ascii_uppercase() {
            encoded.push_str(&format!("%{:02x}", char as u32));
        } else {
            let mut utf8 = [0; 4];
            for part in utf8_percent_encode(char.encode_utf8(&mut utf8), ESCAPED) {
                encoded.push_str(&part.to_ascii_lowercase());
            }
        }
    }
    if RESERVED.contains(&encoded.split('.').next().unwrap_or_default()) {
        encoded = format!("%{:02x}{}", bytes[0], &encoded[1..]);
    }
    if encoded.len() > LONGEST_COMPONENT {
        let mut cut = LONGEST_COMPONENT - 34;
        while encoded[..cut].rfind('%').is_some_and(|percent| percent + 3 > cut) {
            cut -= 1;
        }
        encoded.truncate(cut);
        encoded.push_str("%%");
        encoded.push_str(&hex(&Sha256::digest(name))[..32]);
    }
    encoded
}

/// Returns whether the name is its own component, as UUIDs are: found out without encoding it.
fn is_plain(name: &str) -> bool {
    name.len() > 4
        && name.len() <= LONGEST_COMPONENT
        && !name.starts_with('-')
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// Returns whether this is a component that [`component`] had to cut, which is then the name itself. What only
/// ends like one is a name like any other.
fn is_cut(name: &str) -> bool {
    let Some((start, hash)) = name.rsplit_once("%%") else { return false };
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_escape = |escape: &[u8]| escape.len() > 2 && escape[1..3].iter().all(is_hex);
    let bytes = start.as_bytes();
    // A cut takes no part of an escape along.
    (LONGEST_COMPONENT - 36..=LONGEST_COMPONENT - 34).contains(&start.len())
        && hash.len() == 32
        && hash.as_bytes().iter().all(is_hex)
        && bytes.iter().enumerate().all(|(at, byte)| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => true,
            b'-' => at > 0,
            b'.' => at > 0 && bytes[at - 1] != b'.',
            b'%' => is_escape(&bytes[at..]),
            _ => false,
        })
        && !RESERVED.contains(&start.split('.').next().unwrap_or_default())
}

/// Returns the name that [`component`] made this of; nothing when it made no such component.
fn from_component(component: &str) -> Option<String> {
    if is_plain(component) || is_cut(component) {
        return Some(component.to_owned());
    }
    let name = percent_decode_str(component).decode_utf8().ok()?;
    let name = checked(&name).ok()?;
    (self::component(&name) == component).then_some(name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of one session, or of one sub-agent's list (`<session>-agent-<agent>`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(String);

impl Session {
    /// Checks a name from outside.
    ///
    /// # Errors
    /// When the name is empty, longer than 1,024 bytes, or has control characters.
    pub fn new(name: &str) -> Result<Self, NameError> {
        checked(name).map(Session)
    }

    /// What the list is called in which the commands speak that a session's agent runs.
    pub const COMMANDS: &str = "cli";

    /// Returns the name of the list that `agent` keeps within this session.
    ///
    /// # Errors
    /// As [`Session::new`].
    pub fn agent(&self, agent: &str) -> Result<Self, NameError> {
        Session::new(&format!("{}-agent-{agent}", self.0))
    }

    /// Returns the name of the session that this list belongs to: its own, where it is no sub-agent's.
    /// A session that goes on elsewhere is still that session.
    pub fn main(&self) -> &str {
        let root = self.parts().map_or(self.0.as_str(), |(root, _)| root);
        root.split_once("-agent-").map_or(root, |(main, _)| main)
    }

    /// Returns whether the name is a number that was drawn, as most agents' are: it tells people nothing.
    pub fn is_drawn(&self) -> bool {
        looks_like_uuid(self.main())
    }

    /// Returns the name as the agent gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last component of this session's ref and the stem of its file.
    pub fn component(&self) -> String {
        component(&self.0)
    }

    /// Returns the session whose [`component`](Session::component) this is, if that can be told from it.
    pub fn from_component(component: &str) -> Option<Self> {
        from_component(component).map(Session)
    }

    /// Returns the two hex digits that spread session files over directories: the first ones of the
    /// SHA-256 of the component. The file of one that goes on elsewhere lies beside that of its session.
    pub fn shard(&self) -> String {
        let component = self.parts().map_or_else(|| self.component(), |(root, _)| component(root));
        hex(&Sha256::digest(component)[..1])
    }

    /// Returns as much of the name as a person needs to tell sessions apart: the first eight characters
    /// of a UUID, and those of its agent. The same on every device.
    pub fn short(&self) -> String {
        let root = self.parts().map_or(self.0.as_str(), |(root, _)| root);
        let (session, agent) = match root.split_once("-agent-") {
            Some((session, agent)) => (session, Some(agent)),
            None => (root, None),
        };
        let cut = |name: &str| if looks_like_uuid(name) { name[..8].to_owned() } else { name.to_owned() };
        agent.map_or_else(|| cut(session), |agent| format!("{}+{}", cut(session), cut(agent)))
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn looks_like_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The name of a project. Two machines that work on the same repository must arrive at the same name,
/// so it is lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Project(String);

impl Project {
    /// The project of todos that belong to no other.
    pub const GENERAL: &str = "general";

    /// Checks a name from outside, and makes it lower case.
    ///
    /// # Errors
    /// When the name is empty, longer than 1,024 bytes, or has control characters.
    pub fn new(name: &str) -> Result<Self, NameError> {
        checked(&name.nfc().collect::<String>().to_lowercase()).map(Project)
    }

    /// Returns the project of todos that belong to no other.
    pub fn general() -> Self {
        Project(Project::GENERAL.to_owned())
    }

    /// Returns the name as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the last part of the name: `api` of `acme/api`.
    pub fn short(&self) -> &str {
        self.0.rsplit('/').map(str::trim).find(|part| !part.is_empty()).unwrap_or(&self.0)
    }

    /// Returns the project that this one was before projects had owners: `api` for `acme/api`, none for `api`.
    pub fn plain(&self) -> Option<Self> {
        (self.short() != self.0).then(|| Project(self.short().to_owned()))
    }

    /// Returns the name of this project's directory under `projects/`.
    pub fn component(&self) -> String {
        component(&self.0)
    }

    /// Returns the project whose [`component`](Project::component) this is.
    pub fn from_component(component: &str) -> Option<Self> {
        from_component(component).filter(|name| name.to_lowercase() == *name).map(Project)
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn session(name: &str) -> Session {
        Session::new(name).expect("valid")
    }

    #[test]
    fn plain_names_stand_for_themselves() {
        for name in ["029e1c6e-0000-4000-8000-000000000001", "pact-47fbeb17", "my_list", "next.js", "a"] {
            assert_eq!(session(name).component(), name);
        }
    }

    #[test]
    fn everything_else_is_escaped_and_comes_back() {
        for (name, component) in [
            ("My List", "%4dy%20%4cist"),
            ("../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
            ("-rf", "%2drf"),
            ("x.lock", "x%2elock"),
            ("x.git", "x%2egit"),
            (".hidden.", "%2ehidden%2e"),
            ("con", "%63on"),
            ("nul.txt", "%6eul.txt"),
            ("caf\u{e9}", "caf%c3%a9"),
            ("100%", "100%25"),
            ("a:b@{c}~^?*[\\", "a%3ab%40%7bc%7d%7e%5e%3f%2a%5b%5c"),
        ] {
            assert_eq!(session(name).component(), component);
            assert_eq!(Session::from_component(component), Some(session(name)));
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (one, two) = (session(&"\u{8a9e}".repeat(300)), session(&format!("{}x", "\u{8a9e}".repeat(300))));
        assert!(one.component().len() <= 200 && two.component().len() <= 200);
        assert_ne!(one.component(), two.component());
        assert_eq!(Session::from_component(&one.component()), Some(one.clone()));
        assert_eq!(Session::new(one.as_str()), Ok(one));
    }

    #[test]
    fn what_looks_cut_and_is_not_is_escaped() {
        let end = "%%0123456789abcdef0123456789abcdef";
        for name in [format!("../../../../tmp/x{end}"), format!("x{end}"), format!("{}A{end}", "x".repeat(165))] {
            let session = session(&name);
            assert_ne!(session.component(), name);
            assert!(git_takes(&session.component()), "{session:?}");
            assert_eq!(Session::from_component(&session.component()), Some(session));
            assert_eq!(Session::from_component(&name), None);
        }
        for start in ["..", ".a", "-a", "con.", "a..b", "a/b", "%2F", "%2", "A", "%00\u{e9}"] {
            let name = format!("{start}{}", "x".repeat(166 - start.len())) + end;
            assert_ne!(component(&name), name);
            assert_eq!(Session::from_component(&name), None, "{name}");
        }
    }

    /// Returns what git says of a name.
    fn git_takes(component: &str) -> bool {
        gix::validate::path::component(component.into(), None, Default::default()).is_ok()
            && gix::validate::reference::name(format!("refs/chittysync/{component}").as_str().into()).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_name_is_one_component_and_comes_back(
            start in "(\\PC{0,40}|[-.a-z/%]{0,40})",
            middle in "[a-z.%/-]{0,3}[ax%./]{0,165}",
            end in "(|%%[0-9a-f]{32}|%%[0-9a-fA-F]{31,33}|\\.lock|\\PC{0,300})",
        ) {
            let Ok(session) = Session::new(&format!("{start}{middle}{end}")) else { return Ok(()) };
            let component = session.component();
            prop_assert!(git_takes(&component), "{component}");
            prop_assert!(component.len() <= LONGEST_COMPONENT && !component.contains('/'));
            prop_assert_eq!(Session::from_component(&component), Some(session.clone()));
            prop_assert_eq!(Session::new(session.as_str()), Ok(session));
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        assert_eq!(Session::new("  "), Err(NameError::Empty));
        assert_eq!(Session::new("a\u{1b}[2J"), Err(NameError::Control));
        assert_eq!(Session::new(&"x".repeat(1025)), Err(NameError::TooLong(1025)));
        for bad in ["", "..", "A", "%2", "%zz", "a%2fb%2Fc"] {
            assert_eq!(Session::from_component(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_last_part_of_a_project() {
        for (name, short, plain) in [
            ("acme/api", "api", Some("api")),
            ("group/sub/api", "api", Some("api")),
            ("api", "api", None),
            ("api/", "api", Some("api")),
            ("/", "/", None),
        ] {
            let project = Project::new(name).expect("valid");
            assert_eq!((project.short(), project.plain().as_ref().map(Project::as_str)), (short, plain), "{name}");
            assert_eq!(Project::from_component(&project.component()), Some(project));
        }
    }

    #[test]
    fn short_names() {
        let main = session("029e1c6e-0000-4000-8000-000000000001");
        assert_eq!(main.short(), "029e1c6e");
        assert_eq!(main.agent("a7743ae").expect("valid").short(), "029e1c6e+a7743ae");
        assert_eq!(session("my-list").short(), "my-list");
    }
}
