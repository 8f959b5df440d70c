//! What todos are about: by their words, and by the labels that somebody gave them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::builtin::TOPICS;
use super::topic_rule::{TopicRule, topic_name};
use super::words::{folded, labels_in, words_in};
use crate::todo::{Project, Todo, label};

/// Properties whose values are labels, where agents and people put them: in the todo itself, or in its `metadata`.
const LABELLED: [&str; 4] = ["labels", "tags", "topics", "topic"];

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What it is called.
    pub name: String,
    /// Whether a setting says what it is, and not the built-in table.
    pub is_configured: bool,
}

/// All topics, in the order in which they count: those of the settings as they stand there, then the built-in ones. The
/// setting of a name takes the place of the built-in topic of that name.
#[derive(Clone, Debug)]
pub struct Topics {
    all: Vec<Topic>,
    rules: Vec<(usize, TopicRule)>,
    /// The rules and their phrases, by the first word.
    phrases: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Default for Topics {
    fn default() -> Self {
        Topics::new(&[])
    }
}

impl Topics {
    /// Returns the topics that these settings make, with the built-in ones.
    pub fn new(configured: &[TopicRule]) -> Self {
        let mut topics = Topics { all: Vec::new(), rules: Vec::new(), phrases: BTreeMap::new() };
        for rule in configured {
            topics.add(rule.clone(), true);
        }
        let built_in = TOPICS.iter().filter_map(|(name, words)| TopicRule::parse(&format!("{name}={words}")));
        let built_in: Vec<TopicRule> = built_in.filter(|rule| topics.find(&rule.name).is_none()).collect();
        for rule in built_in {
            topics.add(rule, false);
        }
        topics
    }

    fn add(&mut self, rule: TopicRule, is_configured: bool) {
        let topic = self.all.iter().position(|topic| topic.name == rule.name).unwrap_or_else(|| {
            self.all.push(Topic { name: rule.name.clone(), is_configured });
            self.all.len() - 1
        });
        for (at, phrase) in rule.phrases.iter().enumerate() {
            let first = phrase.first().cloned().unwrap_or_default();
            self.phrases.entry(first).or_default().push((self.rules.len(), at));
        }
        self.rules.push((topic, rule));
    }

    /// Returns all of them, in their order.
    pub fn all(&self) -> &[Topic] {
        &self.all
    }

    /// Returns the topic of this name, however it is written.
    pub fn find(&self, name: &str) -> Option<&Topic> {
        let name = topic_name(name)?;
        self.all.iter().find(|topic| topic.name == name)
    }

    /// Returns the topics of a todo, its primary one first.
    pub fn of(&self, project: &Project, todo: &Todo) -> Vec<&Topic> {
        let folded = folded(&todo.content);
        self.found(project, &folded, &todo_labels(todo, &folded))
    }

    /// Returns the topics of what has these words and labels, the primary one first.
    pub fn about(&self, project: &Project, content: &str, labels: &[String]) -> Vec<&Topic> {
        self.found(project, &folded(content), labels)
    }

    fn found(&self, project: &Project, folded: &str, labels: &[String]) -> Vec<&Topic> {
        let mut found = BTreeSet::new();
        let words: Vec<&str> = words_in(folded).collect();
        for at in 0..words.len() {
            for (rule, phrase) in self.phrases.get(words[at]).into_iter().flatten() {
                let (topic, rule) = &self.rules[*rule];
                let phrase = &rule.phrases[*phrase];
                let stands = words.get(at..at + phrase.len()).is_some_and(|words| words == phrase.as_slice());
                if stands && rule.takes(project) {
                    found.insert(*topic);
                }
            }
        }
        let position = |label: &str| {
            let name = topic_name(label)?;
            self.all.iter().position(|topic| topic.name == name)
        };
        found.extend(labels.iter().filter_map(|label| position(label)));
        found.into_iter().map(|at| &self.all[at]).collect()
    }

    /// Returns the topic that counts where a todo can have only one: the first of its topics.
    pub fn primary(&self, project: &Project, todo: &Todo) -> Option<&Topic> {
        self.of(project, todo).into_iter().next()
    }
}

/// Returns what a todo is labelled with: `#word` in its text, which is given folded, and the properties that hold labels.
fn todo_labels(todo: &Todo, folded: &str) -> Vec<String> {
    let mut found = labels_in(folded);
    let metadata = todo.fields.get("metadata").and_then(|field| field.value.as_object());
    for name in LABELLED {
        let own = todo.fields.get(name).map(|field| &field.value);
        let inner = metadata.and_then(|metadata| metadata.get(name));
        for value in own.into_iter().chain(inner) {
            let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let texts = list.iter().filter_map(Value::as_str).flat_map(|text| text.split(','));
            found.extend(texts.map(|text| text.trim().trim_start_matches('#').to_owned()));
        }
    }
    found.retain(|found| !label(found).is_some_and(|label| todo.is_label_off(&label)));
    found.extend(todo.labels());
    found
}

#[cfg(test)]
mod tests;
