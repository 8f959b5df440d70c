//! What makes a todo one of a topic, as it is written in git config.

use super::words::{folded, is_of_name, words};
use crate::todo::Project;

/// A longer name would be no name.
const LONGEST_NAME: usize = 40;

/// `<name>=<word>[,<word>…][;project=<project>]`: a topic, and the words that make a todo one of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicRule {
    /// What the topic is called, folded.
    pub name: String,
    /// Its words, each one or several that stand one behind the other. Without any, only a label makes a todo one of it.
    pub phrases: Vec<Vec<String>>,
    /// The only project whose todos its words are looked for in.
    pub project: Option<Project>,
}

impl TopicRule {
    /// Reads it as it is written; nothing when it is written in no such way.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let (name, list) = parts.next()?.split_once('=')?;
        let name = topic_name(name)?;
        let list = if list.trim().is_empty() { Vec::new() } else { list.split(',').map(words).collect() };
        if list.iter().any(Vec::is_empty) {
            return None;
        }
        let mut rule = TopicRule { name, phrases: list, project: None };
        for part in parts {
            let (key, value) = part.split_once('=')?;
            if key.trim() != "project" || rule.project.is_some() {
                return None;
            }
            rule.project = Some(Project::new(value.trim()).ok()?);
        }
        Some(rule)
    }

    /// Returns whether its words are looked for in todos of a project. One named without its owner is meant whoever
    /// owns it.
    pub(super) fn takes(&self, project: &Project) -> bool {
        let meant = |wanted: &Project| wanted == project || wanted.as_str() == project.short();
        self.project.as_ref().is_none_or(meant)
    }
}

/// Returns the name of a topic in the form in which it is compared; nothing for what cannot be one.
pub(super) fn topic_name(text: &str) -> Option<String> {
    let name = folded(text.trim());
    let is_one = !name.is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(is_of_name);
    (is_one && !name.starts_with(['-', '.'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let rule = TopicRule::parse("Billing = Invoice, VAT number ,stripe;project=acme/shop").expect("a rule");
        assert_eq!(rule.name, "billing");
        assert_eq!(rule.phrases, [vec!["invoice"], vec!["vat", "number"], vec!["stripe"]]);
        assert_eq!(rule.project, Some(Project::new("acme/shop").expect("valid")));
        assert_eq!(TopicRule::parse("later=").expect("by label only").phrases, Vec::<Vec<String>>::new());
        let bad = [
            "",
            "billing",
            "=a",
            "a b=c",
            "a=,",
            "a=b,,c",
            "a=--",
            "a=b;",
            "a=b;project=",
            "a=b;owner=x",
            "-a=b",
            "a=b;project=x;project=y",
            ".=b",
        ];
        for bad in bad {
            assert_eq!(TopicRule::parse(bad), None, "{bad}");
        }
        let long = "x".repeat(LONGEST_NAME + 1);
        assert_eq!(TopicRule::parse(&format!("{long}=a")), None);
        assert!(TopicRule::parse(&format!("{}=a", &long[1..])).is_some());
    }

    #[test]
    fn a_project_is_meant_with_and_without_its_owner() {
        let project = |name| Project::new(name).expect("valid");
        let takes = |rule: &str, of| TopicRule::parse(rule).expect("a rule").takes(&project(of));
        assert!(takes("a=b", "acme/api") && takes("a=b;project=api", "acme/api") && takes("a=b;project=api", "api"));
        assert!(takes("a=b;project=acme/api", "acme/api"));
        assert!(!takes("a=b;project=acme/api", "other/api") && !takes("a=b;project=ap", "acme/api"));
    }
}
