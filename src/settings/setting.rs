//! What a row of the table says of a setting.

use super::kind::Kind;

/// One setting: all that is known of it. Whoever reads, documents or checks settings takes it from here.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key in git config. One for each remote has `<name>` in place of its name.
    pub key: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// What holds when it is not set.
    pub default: Default,
    /// Where another default holds, and which: `(where, value)`.
    pub except: Option<(&'static str, &'static str)>,
    /// The key of a setting that is read when this one is not set.
    pub fallback: Option<&'static str>,
    /// The key that it had before, which is read when nothing else is set.
    pub old: Option<&'static str>,
    /// The variable that goes before it.
    pub variable: Option<&'static str>,
    /// The part of the program that alone reads it.
    pub reader: Option<&'static str>,
    /// Whether it can be given several times.
    pub several: bool,
    /// What it does, in a sentence or two. Between backticks stands what is typed.
    pub help: &'static str,
}

/// What holds when a setting is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing.
    None,
    /// This value.
    Value(&'static str),
    /// A value that is found out: what it is, in words.
    Found(&'static str),
}

impl Setting {
    /// Returns the default as a value that could be set, if there is one.
    pub fn default_value(&self) -> Option<&'static str> {
        match self.default {
            Default::Value(text) => Some(text),
            Default::None | Default::Found(_) => None,
        }
    }

    /// Returns the default, and behind it the other words that can stand there.
    pub fn values(&self) -> String {
        let default = match self.default {
            Default::None => return String::new(),
            Default::Value(text) | Default::Found(text) => text,
        };
        let words: Vec<&str> = match self.kind {
            Kind::Bool => vec!["true", "false"],
            Kind::Choice(words) => words.to_vec(),
            Kind::Number { unlimited: true, .. } => vec!["unlimited"],
            Kind::Time(span) => span.never.into_iter().collect(),
            Kind::Number { .. } | Kind::Size | Kind::Text(_) => Vec::new(),
        };
        let others = words.into_iter().filter(|word| *word != default);
        [default].into_iter().chain(others).collect::<Vec<_>>().join(" | ")
    }

    /// Returns the whole help: who reads it, what it does, and what else decides.
    pub fn whole_help(&self) -> String {
        let mut text = self.reader.map(|reader| format!("The {reader}: ")).unwrap_or_default();
        text.push_str(self.help);
        if let Some((place, value)) = self.except {
            text.push_str(&format!(" {place} the default is `{value}`."));
        }
        if self.several {
            text.push_str(" May be given several times.");
        }
        if let Some(key) = self.fallback {
            text.push_str(&format!(" When it is not set, `{key}` counts."));
        }
        if let Some(variable) = self.variable {
            text.push_str(&format!(" The variable `{variable}` goes before it."));
        }
        if let Some(key) = self.old {
            text.push_str(&format!(" It was `{key}` before, which is still read."));
        }
        text
    }

    /// Returns the keys under which it is read.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.key), self.fallback, self.old].into_iter().flatten()
    }
}

/// Returns the key of a setting for one remote.
pub(super) fn key_for(key: &str, name: Option<&str>) -> String {
    name.map_or_else(|| key.to_owned(), |name| key.replace("<name>", name))
}

/// Returns whether a key, as git writes it, is the one that this pattern stands for.
pub(super) fn is_key(pattern: &str, key: &str) -> bool {
    match pattern.split_once("<name>") {
        None => pattern.eq_ignore_ascii_case(key),
        Some((before, after)) => {
            let (before, after) = (before.to_ascii_lowercase(), after.to_ascii_lowercase());
            let key = key.to_ascii_lowercase();
            key.len() > before.len() + after.len() && key.starts_with(&before) && key.ends_with(&after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_remotes_have_any_name() {
        let pattern = "chittysync.remote.<name>.pushesPerMinute";
        for key in ["chittysync.remote.origin.pushesperminute", "chittysync.remote.Hub.de/x.pushesperminute"] {
            assert!(is_key(pattern, key), "{key}");
        }
        for key in ["chittysync.remote.pushesperminute", "chittysync.remote..pushesperminute", "chittysync.remote.o.x"]
        {
            assert!(!is_key(pattern, key), "{key}");
        }
        assert_eq!(key_for(pattern, Some("a.b")), "chittysync.remote.a.b.pushesPerMinute");
    }
}
