//! What `doctor` says of one thing.

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As it should be.
    Ok,
    /// Not there, or not at work, and nobody has to have it.
    Off,
    /// Wrong.
    Bad,
}

impl Condition {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::Ok => "ok",
            Condition::Off => "off",
            Condition::Bad => "BAD",
        }
    }
}

/// One check: of what, how it is, and what was found or what can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Of what.
    pub name: String,
    /// How it is.
    pub state: Condition,
    /// What was found, or what can be done.
    pub text: String,
}

impl Check {
    /// Something that is as it should be.
    pub fn ok(name: &str, text: impl Into<String>) -> Self {
        Check { name: name.to_owned(), state: Condition::Ok, text: text.into() }
    }

    /// Something optional that is not there.
    pub fn off(name: &str, text: impl Into<String>) -> Self {
        Check { name: name.to_owned(), state: Condition::Off, text: text.into() }
    }

    /// Something that is wrong.
    pub fn bad(name: &str, text: impl Into<String>) -> Self {
        Check { name: name.to_owned(), state: Condition::Bad, text: text.into() }
    }
}
