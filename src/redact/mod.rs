//! Credentials in text, found by their known forms and taken out. Pure.
//!
//! An object that was pushed cannot be called back, so text is looked at before a statement is made of it.
//! The same text gives the same result on every device: a todo's id is that of its redacted words, and
//! reading the same list again changes nothing.
//!
//! Clean text must cost next to nothing, for this runs inside agents' hooks: one pass looks for the marks of
//! all rules at once, and only a rule whose mark is there gets its expression compiled and run.
//! `docs/security.md` lists the rules and says what they cannot find.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

mod prose;
mod rules;
mod services;
mod snapshot;
mod value;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_lite::{Captures, Regex};

use rules::Rule;

/// The names of the rules that found something.
pub type Found = BTreeSet<&'static str>;

/// What to take out of texts.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    off: bool,
    except: BTreeSet<&'static str>,
}

impl Redactor {
    /// Returns a redactor that does nothing.
    pub fn off() -> Self {
        Redactor { off: true, except: BTreeSet::new() }
    }

    /// Leaves one rule out. Says whether there is one of this name.
    pub fn leave_out(&mut self, rule: &str) -> bool {
        let known = names().find(|name| *name == rule);
        self.except.extend(known);
        known.is_some()
    }

    /// Returns whether a text, or any part of it, could hold a credential. Quicker than to look for one.
    pub fn suspects(&self, text: &str) -> bool {
        !self.off && MARKS.finder.is_match(text)
    }

    /// Returns the text with `[redacted: <rule>]` in the place of each credential.
    pub fn text<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        if !self.suspects(&text) {
            return text;
        }
        let marked: BTreeSet<usize> = MARKS
            .finder
            .find_overlapping_iter(text.as_ref())
            .map(|hit| MARKS.rule_of[hit.pattern().as_usize()])
            .collect();
        // In the order of the table: the most telling rule names what it takes.
        for at in marked {
            let rule = rule(at);
            if !self.except.contains(rule.name) {
                let redacted = take_out(&text, rule, expression(at), found);
                text = redacted.map_or(text, Cow::Owned);
            }
        }
        text
    }
}

/// Returns what stands in the place of a credential.
pub fn marker(rule: &str) -> String {
    format!("[redacted: {rule}]")
}

/// Returns the names of all rules, each once.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut seen = BTreeSet::new();
    all().map(|rule| rule.name).filter(move |name| seen.insert(*name))
}

/// How often a rule looks again inside of what it found to be harmless, and how long that may be in bytes, so that the
/// time stays in proportion to the text.
const SECOND_LOOKS: (usize, usize) = (64, 256);

/// Replaces what a rule matches and does not think harmless: its first group, or all of it. What is harmless can hold
/// the beginning of what is not: `CREDENTIAL="SECRET_KEY = …"`.
fn take_out(text: &str, rule: &'static Rule, expression: &Regex, found: &mut Found) -> Option<String> {
    let (mut out, mut until, mut from, mut second_looks) = (String::new(), 0, 0, 0);
    while let Some(captures) = expression.captures_at(text, from) {
        let Some(secret) = secret(&captures) else { break };
        let is_short = secret.len() <= SECOND_LOOKS.1 && second_looks < SECOND_LOOKS.0;
        let is_inside = is_short && secret.start() > from;
        from = secret.end().max(from + 1);
        if !(rule.is_secret)(secret.as_str(), &captures[0]) {
            if is_inside {
                (from, second_looks) = (secret.start(), second_looks + 1);
            }
            continue;
        }
        out.push_str(&text[until..secret.start()]);
        out.push_str(&marker(rule.name));
        until = secret.end();
    }
    if until == 0 {
        return None;
    }
    found.insert(rule.name);
    out.push_str(&text[until..]);
    Some(out)
}

fn secret<'t>(captures: &Captures<'t>) -> Option<regex_lite::Match<'t>> {
    captures.iter().skip(1).flatten().next().or_else(|| captures.get(0))
}

fn all() -> impl Iterator<Item = &'static Rule> {
    services::RULES.iter().chain(rules::RULES).chain(prose::RULES)
}

fn rule(at: usize) -> &'static Rule {
    let (services, general) = (services::RULES.len(), services::RULES.len() + rules::RULES.len());
    match at {
        _ if at < services => &services::RULES[at],
        _ if at < general => &rules::RULES[at - services],
        _ => &prose::RULES[at - general],
    }
}

/// The marks of all rules, in one automaton.
struct Marks {
    finder: AhoCorasick,
    /// For each mark the rule that it is of.
    rule_of: Vec<usize>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let marks = all().enumerate().flat_map(|(at, rule)| rule.marks.iter().map(move |mark| (*mark, at)));
    let (marks, rule_of): (Vec<&str>, Vec<usize>) = marks.unzip();
    let finder = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        // The quickest to build of the quick ones: most processes look at a few dozen short texts.
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(marks);
    Marks { finder: finder.expect("the marks are few and short"), rule_of }
});

/// Returns the expression of a rule, compiled when it is first needed.
fn expression(at: usize) -> &'static Regex {
    const COUNT: usize = services::RULES.len() + rules::RULES.len() + prose::RULES.len();
    static COMPILED: [OnceLock<Regex>; COUNT] = [const { OnceLock::new() }; COUNT];
    COMPILED[at].get_or_init(|| Regex::new(rule(at).pattern).expect("a test compiles every expression"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        Redactor::default().text(text, &mut Found::new()).into_owned()
    }

    #[test]
    fn every_expression_compiles_and_has_a_mark() {
        for (at, rule) in all().enumerate() {
            assert!(expression(at).as_str().len() > 3 && !rule.marks.is_empty(), "{}", rule.name);
            assert!(rule.marks.iter().all(|mark| *mark == mark.to_ascii_lowercase()), "{}", rule.name);
        }
    }

    #[test]
    fn what_was_redacted_is_not_redacted_again() {
        let key = format!("{}{}", "gh", "p_0123456789abcdefghijABCDEFGHIJ012345");
        for text in
            [format!("password={key}"), format!("use {key}, then"), format!("https://u:{key}@host/ Bearer {key}")]
        {
            let once = redacted(&text);
            assert!(once.contains("[redacted: github-token]") && !once.contains(&key), "{once}");
            assert_eq!(redacted(&once), once);
        }
        for name in names() {
            for text in [format!("password={}", marker(name)), format!("Bearer {}", marker(name))] {
                assert_eq!(redacted(&text), text);
            }
        }
    }

    #[test]
    fn a_rule_that_is_left_out_finds_nothing() {
        let key = format!("{}{}", "gh", "p_0123456789abcdefghijABCDEFGHIJ012345");
        let mut redactor = Redactor::default();
        assert!(!redactor.leave_out("no-such-rule"));
        assert!(redactor.leave_out("github-token"));
        assert_eq!(redactor.text(&key, &mut Found::new()), key);
        assert_eq!(Redactor::off().text(&key, &mut Found::new()), key);
    }

    #[test]
    fn tells_which_rules_found_something() {
        let mut found = Found::new();
        let text = format!("{}{} and {}{}", "npm", "_0123456789abcdefghijABCDEFGHIJ012345", "AKIA", "QWERTYUIOP234567");
        Redactor::default().text(&text, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["aws-access-key", "npm-token"]);
    }
}
