//! The names of a session that goes on somewhere else.
//!
//! A ref has one writer. So a session that went on on a second device speaks there under a name of its own,
//! `<session>-on-<device>-<digits>`. Half of the digits are a check of all that stands before them: the name alone
//! tells what it is, and a session that only happens to be called `work-on-laptop` is a session of its own.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::Session;

/// Stands between the session and the device.
const ON: &str = "-on-";
/// How many hex digits tell one such name from another of the same device label, and as many check the name.
const DIGITS: usize = 5;
/// How many characters of a device's label are kept.
const LONGEST_LABEL: usize = 24;
/// A name whose component is longer is shortened, so that what is put behind it is never cut.
const LONGEST_ROOT: usize = 150;
/// How much of a component is kept of such a name.
const SHORTENED: usize = 110;

impl Session {
    /// Returns the name under which this session goes on on another device: `<session>-on-<device>-<10 hex digits>`.
    /// The same device, salt and number give the same name.
    #[must_use]
    pub fn continued(&self, device: &str, salt: &str, number: u32) -> Session {
        let root = self.root();
        let label = label(device);
        let drawn = hex(&format!("{salt}\0{number}\0{root}"));
        let head = format!("{root}{ON}{label}-{drawn}");
        let check = hex(&head);
        Session::new(&format!("{head}{check}")).expect("a name with something short behind it is one")
    }

    /// Returns whether this is the name of a session that went on elsewhere.
    pub fn is_continued(&self) -> bool {
        self.parts().is_some()
    }

    /// Returns the name that this session and all that go on from it have in common: its own, of which only very
    /// long ones are shortened.
    pub fn root(&self) -> Cow<'_, str> {
        match self.parts() {
            Some((root, _)) => Cow::Borrowed(root),
            None => shortened(self.as_str()),
        }
    }

    /// Returns the session that this one goes on from; itself, when it goes on from none.
    #[must_use]
    pub fn origin(&self) -> Session {
        self.parts().and_then(|(root, _)| Session::new(root).ok()).unwrap_or_else(|| self.clone())
    }

    /// Returns the same as [`Session::root`], where the list in which a session's commands speak counts as its own.
    pub fn without_commands(&self) -> Cow<'_, str> {
        let commands = |root: &str| root.strip_suffix(Session::COMMANDS)?.strip_suffix("-agent-").map(str::len);
        match self.root() {
            Cow::Borrowed(root) => Cow::Borrowed(commands(root).map_or(root, |len| &root[..len])),
            Cow::Owned(root) => Cow::Owned(commands(&root).map_or(root.clone(), |len| root[..len].to_owned())),
        }
    }

    /// Returns whether both are one session, whatever device it speaks on.
    pub fn is_same(&self, other: &Session) -> bool {
        self == other || ((self.is_continued() || other.is_continued()) && self.root() == other.root())
    }

    /// Returns how the names begin of all that go on from this session.
    pub(crate) fn continued_prefix(&self) -> String {
        format!("{}{ON}", self.root())
    }

    /// Returns how the components begin of this session and of all that go on from it. A name that has to be written in
    /// another way alone than with something behind it has less in common with those, or nothing.
    pub(crate) fn component_start(&self) -> String {
        let origin = self.origin();
        common_start(&[self.component(), origin.continued("", "", 0).component(), origin.component()])
    }

    /// Returns how the components begin of all lists of this session, its own and those beside it, and of all that go on
    /// from them.
    pub(crate) fn family_start(&self) -> String {
        let main = Session::new(self.main()).unwrap_or_else(|_| self.clone());
        let mut starts = vec![self.component_start(), main.component_start()];
        // A long one is shortened before something is put behind it.
        for agent in ["x", &"x".repeat(LONGEST_ROOT)] {
            starts.extend(main.agent(agent).map(|list| list.component_start()));
        }
        common_start(&starts)
    }

    /// Returns what this name goes on from, and the label of the device, when it is such a name.
    pub(super) fn parts(&self) -> Option<(&str, &str)> {
        let name = self.as_str();
        let dash = name.len().checked_sub(2 * DIGITS + 1)?;
        // Most names end here: this is asked of every claim.
        if name.as_bytes()[dash] != b'-' {
            return None;
        }
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_label = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_');
        let (root, label) = name[..dash].rsplit_once(ON)?;
        let head = name.get(..name.len() - DIGITS)?;
        let is_one = !root.is_empty()
            && (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(is_label)
            && name[dash + 1..].bytes().all(is_hex)
            && name[head.len()..] == hex(head);
        is_one.then_some((root, label))
    }
}

/// Returns the label of a device as a part of a name, without the character that separates parts.
fn label(device: &str) -> String {
    let mut label = String::new();
    for char in device.chars().flat_map(char::to_lowercase) {
        match char {
            'a'..='z' | '0'..='9' => label.push(char),
            _ if label.is_empty() || label.ends_with('_') => {}
            _ => label.push('_'),
        }
    }
    label.truncate(LONGEST_LABEL);
    let label = label.trim_end_matches('_');
    if label.is_empty() { "device".to_owned() } else { label.to_owned() }
}

/// Returns a name, or of a very long one its beginning and a hash of it.
/// Returns what all of these begin with.
fn common_start(names: &[String]) -> String {
    let Some((first, others)) = names.split_first() else { return String::new() };
    let same = |other: &String| first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    // Components are ASCII.
    first[..others.iter().map(same).min().unwrap_or(first.len())].to_owned()
}

fn shortened(name: &str) -> Cow<'_, str> {
    let cost = |char: char| match char {
        'a'..='z' | '0'..='9' | '-' | '_' => 1,
        char => 3 * char.len_utf8(),
    };
    // An upper bound of what the component is long.
    if name.chars().map(cost).sum::<usize>() <= LONGEST_ROOT {
        return Cow::Borrowed(name);
    }
    let mut room = SHORTENED;
    let kept = name.chars().take_while(|char| {
        let fits = cost(*char) <= room;
        room = room.saturating_sub(cost(*char));
        fits
    });
    let digest = Sha256::digest(name);
    let hash: String = digest[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    Cow::Owned(format!("{}-{hash}", kept.collect::<String>().trim_end()))
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text);
    let digits: String = digest[..DIGITS].iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn session(name: &str) -> Session {
        Session::new(name).expect("valid")
    }

    #[test]
    fn a_name_tells_what_it_goes_on_from() {
        let main = session("029e1c6e-0000-4000-8000-000000000001");
        let on = main.continued("Bob's MacBook", "salt", 0);
        assert!(on.as_str().starts_with("029e1c6e-0000-4000-8000-000000000001-on-bob_s_macbook-"), "{on}");
        assert_eq!((on.origin(), on.main(), on.short()), (main.clone(), main.as_str(), "029e1c6e".into()));
        assert_eq!(on.shard(), main.shard(), "its file is found beside that of its session");
        assert!(on.is_same(&main) && main.is_same(&on) && on.is_same(&main.continued("other", "x", 3)));
        // What goes on from it goes on from the same session.
        assert_eq!(on.continued("desk", "salt", 0), main.continued("desk", "salt", 0));
        let agent = main.agent("a7743ae").expect("valid");
        let agent_on = agent.continued("d", "salt", 0);
        assert_eq!((agent_on.main(), agent_on.short()), (main.as_str(), "029e1c6e+a7743ae".into()));
        assert!(!agent_on.is_same(&on));
    }

    #[test]
    fn what_only_looks_like_it_is_a_session_of_its_own() {
        let on = session("work").continued("laptop", "salt", 0);
        let mut wrong = on.to_string();
        let last = wrong.pop().expect("a digit");
        wrong.push(if last == '0' { '1' } else { '0' });
        for name in [
            "work-on-laptop",
            "work-on-laptop-0123456789",
            "-on-a-0123456789",
            "on",
            "\u{e9}-on-b-\u{e9}12345678",
            &wrong,
        ] {
            let name = session(name);
            assert!(!name.is_continued(), "{name}");
            assert!(!name.is_same(&session("work")), "{name}");
            assert_eq!(name.origin(), name);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a session and a device are called: one component, never cut, and back.
        #[test]
        fn every_name_goes_on(
            name in "(\\PC{1,40}|[-.a-z/% on]{1,60}|\\PC{100,400}|[a-z-]{140,400})",
            device in "(\\PC{0,40}|[a-z]{0,9}-on-[a-z]{0,40})",
            number in 0_u32..4,
        ) {
            let Ok(session) = Session::new(&name) else { return Ok(()) };
            let on = session.continued(&device, "salt", number);
            prop_assert!(on.is_continued() && on.is_same(&session), "{on}");
            prop_assert_eq!(on.root(), session.root());
            prop_assert!(on.as_str().starts_with(&session.continued_prefix()));
            prop_assert!(on.component().len() <= 200 && !on.component().contains("%%"));
            prop_assert_eq!(Session::from_component(&on.component()), Some(on.clone()));
            prop_assert_ne!(&on, &session.continued(&device, "salt", number + 1));
            prop_assert_eq!(on.continued(&device, "salt", number), on);
        }

        /// Whatever they are called, the components of all lists of a session begin as it says, and those of all that
        /// goes on from one.
        #[test]
        fn a_family_is_found_by_how_its_names_begin(
            name in "(\\PC{1,40}|con|nul|[a-z]{1,3}\\.(git|lock)|[-.a-z/% ]{1,60}|\\PC{100,400}|[a-z-]{90,400})",
            agent in "(\\PC{1,40}|[a-z]{1,200}|cli|git)",
            device in "(\\PC{0,40}|laptop)",
        ) {
            let Ok(main) = Session::new(&name) else { return Ok(()) };
            let Ok(list) = main.agent(&agent) else { return Ok(()) };
            // One that is cut belongs to no session that can be told.
            let lists = if list.main() == main.main() { vec![main.clone(), list] } else { vec![main] };
            let on: Vec<Session> = lists.iter().map(|list| list.continued(&device, "salt", 7)).collect();
            for (list, on) in lists.iter().zip(&on) {
                let start = list.component_start();
                prop_assert!(list.component().starts_with(&start) && on.component().starts_with(&start), "{list} {on}");
            }
            for who in lists.iter().chain(&on).filter(|who| who.main() == lists[0].main()) {
                let start = who.family_start();
                for other in lists.iter().chain(&on).filter(|other| other.main() == lists[0].main()) {
                    prop_assert!(other.component().starts_with(&start), "{other} is not found from {who} by {start}");
                }
            }
            prop_assert_eq!(session("0e000000-0000-4000-8000-000000000001").family_start().len(), 36);
        }
    }
}
