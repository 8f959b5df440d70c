//! What a form sends: fields, and the one act that its button stands for.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::todo::{State, Status, Time, TodoId, Verb};

/// Reads what a form sends, or a query.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let read = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (read(key), read(value))
    })
}

/// Reads the fields of a form.
pub fn fields(text: &str) -> Vec<(String, String)> {
    pairs(text).collect()
}

/// Which side of a disagreement shall hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that holds now.
    Kept,
    /// The other one.
    Overruled,
}

/// What is done about a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtMirror {
    /// It gets what it lacks.
    Sync,
    /// It gets everything again.
    Again,
    /// It is left alone.
    Pause,
    /// It is looked after again.
    Resume,
}

impl AtMirror {
    const ALL: [AtMirror; 4] = [AtMirror::Sync, AtMirror::Again, AtMirror::Pause, AtMirror::Resume];

    fn word(self) -> &'static str {
        match self {
            AtMirror::Sync => "mirror-sync",
            AtMirror::Again => "mirror-again",
            AtMirror::Pause => "mirror-pause",
            AtMirror::Resume => "mirror-resume",
        }
    }
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Says one word of a todo.
    Say(Verb, TodoId),
    /// Gives a todo the words and properties of the form's fields.
    Edit(TodoId),
    /// Makes a todo of the form's fields.
    Add,
    /// Settles what sessions say of a todo's state.
    Settle(TodoId, State),
    /// Settles what sessions say of a todo's property: which side, and when each was said, so that nothing else is
    /// settled than was seen.
    Choose(TodoId, Side, Time, Time, String),
    /// Takes the last act back, if it was one on this todo.
    Undo(TodoId, Time),
    /// Says anew what was so in a commit of the branch, the first one, given that the branch is at the second one still.
    Rollback(String, String),
    /// Hands out what is ready to the sessions that are there.
    Assign,
    /// Has no agent started any more, by any device.
    Pause,
    /// Has agents started again.
    Resume,
    /// Does something about a mirror.
    Mirror(AtMirror, String),
    /// Has agents started again for a topic whose command failed each time.
    Reset(String),
}

impl Deed {
    /// Returns what it does, in a word.
    pub fn word(&self) -> String {
        self.text().split(' ').next().unwrap_or_default().to_owned()
    }

    /// Returns the text of a button.
    pub(super) fn text(&self) -> String {
        match self {
            Deed::Say(verb, id) => format!("{} {id}", verb.name()),
            Deed::Edit(id) => format!("edit {id}"),
            Deed::Add => "add".into(),
            Deed::Settle(id, state) => format!("settle {id} {}", state.as_str()),
            Deed::Choose(id, side, kept, overruled, name) => {
                let side = if *side == Side::Kept { "kept" } else { "overruled" };
                format!("choose {id} {side} {} {} {name}", kept.millis(), overruled.millis())
            }
            Deed::Undo(what, at) => format!("undo {what} {}", at.millis()),
            Deed::Rollback(to, from) => format!("rollback {to} {from}"),
            Deed::Assign => "assign".into(),
            Deed::Pause => "pause".into(),
            Deed::Resume => "resume".into(),
            Deed::Mirror(what, name) => format!("{} {name}", what.word()),
            // A topic's name can be whatever somebody wrote into the lease.
            Deed::Reset(topic) => format!("reset {}", utf8_percent_encode(topic, NON_ALPHANUMERIC)),
        }
    }

    /// Reads what a button sends; nothing when no button of ours sends that.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "add" => return Some(Deed::Add),
            "assign" => return Some(Deed::Assign),
            "pause" => return Some(Deed::Pause),
            "resume" => return Some(Deed::Resume),
            "reset" => {
                let topic = percent_decode_str(rest).decode_utf8().ok()?.into_owned();
                return Some(topic).filter(|topic| !topic.is_empty()).map(Deed::Reset);
            }
            "undo" => {
                let (id, at) = rest.split_once(' ')?;
                return Some(Deed::Undo(TodoId::parse(id)?, Time::from_millis(at.parse().ok()?)));
            }
            "rollback" => {
                let is_id = |text: &str| text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let (to, from) = rest.split_once(' ').filter(|(to, from)| is_id(to) && is_id(from))?;
                return Some(Deed::Rollback(to.to_owned(), from.to_owned()));
            }
            "edit" => return Some(Deed::Edit(TodoId::parse(rest)?)),
            "settle" => {
                let (id, state) = rest.split_once(' ')?;
                let state = match state {
                    "dropped" => State::Dropped,
                    word => State::Wanted(Status::parse(word)?),
                };
                return Some(Deed::Settle(TodoId::parse(id)?, state));
            }
            "choose" => {
                let mut parts = rest.splitn(5, ' ');
                let id = TodoId::parse(parts.next()?)?;
                let side = match parts.next()? {
                    "kept" => Side::Kept,
                    "overruled" => Side::Overruled,
                    _ => return None,
                };
                let mut time = || parts.next()?.parse().ok().map(Time::from_millis);
                let (kept, overruled) = (time()?, time()?);
                return Some(Deed::Choose(id, side, kept, overruled, parts.next()?.to_owned()));
            }
            _ => {}
        }
        if let Some(what) = AtMirror::ALL.into_iter().find(|what| what.word() == word) {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            return (!rest.is_empty() && rest.bytes().all(is_part)).then(|| Deed::Mirror(what, rest.to_owned()));
        }
        let all = [Verb::Start, Verb::Done, Verb::Release, Verb::Drop, Verb::Reopen];
        let verb = all.into_iter().find(|verb| verb.name() == word)?;
        Some(Deed::Say(verb, TodoId::parse(rest)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::todo::Project;

    #[test]
    fn every_deed_there_and_back() {
        let id = TodoId::of(&Project::general(), "x");
        let (one, two) = (Time::from_millis(1), Time::from_millis(2));
        for deed in [
            Deed::Say(Verb::Start, id),
            Deed::Say(Verb::Reopen, id),
            Deed::Edit(id),
            Deed::Add,
            Deed::Settle(id, State::Dropped),
            Deed::Settle(id, State::Wanted(Status::InProgress)),
            Deed::Choose(id, Side::Overruled, one, two, "a name with spaces".into()),
            Deed::Choose(id, Side::Kept, one, two, "priority".into()),
            Deed::Undo(id, one),
            Deed::Rollback("0a".repeat(20), "1b".repeat(20)),
            Deed::Assign,
            Deed::Pause,
            Deed::Resume,
            Deed::Reset("a topic: 100 %\u{202e}".into()),
            Deed::Mirror(AtMirror::Sync, "papers".into()),
            Deed::Mirror(AtMirror::Again, "papers-2".into()),
            Deed::Mirror(AtMirror::Pause, "papers".into()),
            Deed::Mirror(AtMirror::Resume, "papers".into()),
        ] {
            assert_eq!(Deed::parse(&deed.text()), Some(deed.clone()), "{deed:?}");
        }
        for bad in [
            "",
            "purge 1",
            "start",
            "reset",
            "start x",
            "settle x pending",
            "choose",
            "edit",
            "done 1ad1 70ea",
            "mirror-sync",
            "mirror-pause a b",
            "mirror-resume ../x",
            "rollback",
            "rollback consolidated~3 consolidated",
            "rollback 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            "undo",
            "undo x",
            "undo 1ad170ea",
        ] {
            assert_eq!(Deed::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn fields_of_a_form() {
        let found = fields("do=done+1&words=a%26b%3D%0D%0Ac&&empty=&alone");
        let expected = [("do", "done 1"), ("words", "a&b=\r\nc"), ("empty", ""), ("alone", "")];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
}
