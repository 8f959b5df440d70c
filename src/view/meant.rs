//! Which session is meant by what somebody typed: the beginning of its name, or what it is called.

use std::collections::BTreeSet;

use super::Everything;
use crate::todo::Session;

impl Everything {
    /// Returns how the names begin of the session that is meant: as typed, where a name begins so, else the name of the
    /// one that is called so, or has all of the words in what it is called. Nothing when there is none.
    ///
    /// # Errors
    /// With those that can be meant, when there are several.
    pub fn meant(&self, typed: &str) -> Result<Option<String>, Vec<Session>> {
        if self.sessions.iter().any(|info| info.session.as_str().starts_with(typed)) {
            return Ok(Some(typed.to_owned()));
        }
        let wanted = typed.trim().to_lowercase();
        let roots: BTreeSet<_> = self.sessions.iter().map(|info| info.session.without_commands()).collect();
        let sessions: Vec<Session> = roots.iter().filter_map(|root| Session::new(root).ok()).collect();
        let names = |session: &Session| {
            let full = self.called_in_full(session).to_lowercase();
            [self.called(session).to_lowercase(), self.who(session).to_lowercase(), full]
        };
        let mut found: Vec<&Session> = sessions.iter().filter(|session| names(session).contains(&wanted)).collect();
        if found.is_empty() {
            let words: Vec<&str> = wanted.split_whitespace().collect();
            let has = |session: &&Session| {
                let [_, who, full] = names(session);
                words.iter().all(|word| full.contains(word) || who.contains(word))
            };
            found = sessions.iter().filter(|session| !words.is_empty() && has(session)).collect();
        }
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.to_string())),
            // A session and the lists inside it.
            [first, ..] if found.iter().all(|other| other.main() == first.main()) => Ok(Some(first.main().to_owned())),
            _ => Err(found.into_iter().cloned().collect()),
        }
    }

    /// Returns a session in a list of several that can be meant: the beginning of its name, what it is called, and where
    /// it is.
    pub fn candidate(&self, session: &Session) -> String {
        let (short, name) = (crate::todo::plain(&session.short()), self.called_in_full(session));
        let name = if name.contains(&short) { name } else { format!("{short} {name}") };
        let place = self.info(session).map(|info| format!(" ({})", self.place(info))).unwrap_or_default();
        format!("{name}{place}")
    }
}
