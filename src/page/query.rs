//! What stands behind the `?` of a page: which todos are wanted. A filter is a link, so it can be kept and sent.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::form::pairs;
use crate::todo::{State, Status};

/// Which todos are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those with all of these words.
    pub words: String,
    /// Of this project.
    pub project: String,
    /// Of this session: the beginning of its name.
    pub session: String,
    /// On this topic.
    pub topic: String,
    /// In this state, or `open`, `ready`, `blocked`, `all`, `quiet`.
    pub status: String,
    /// Which page of them, counted from 1.
    pub page: usize,
}

impl Wanted {
    /// Every word that `status` can be, and what people call it.
    pub(super) const STATUS: [(&'static str, &'static str); 9] = [
        ("", "Open"),
        ("ready", "Ready"),
        ("blocked", "Blocked"),
        ("in_progress", "In progress"),
        ("pending", "Pending"),
        ("completed", "Completed"),
        ("dropped", "Dropped"),
        ("quiet", "Left behind"),
        ("all", "All"),
    ];

    /// Reads a query. What is not known is passed over.
    pub fn parse(query: &str) -> Self {
        let mut wanted = Wanted { page: 1, ..Wanted::default() };
        for (key, value) in pairs(query) {
            let value = value.trim().to_owned();
            match key.as_str() {
                "q" => wanted.words = value,
                "project" => wanted.project = value,
                "session" => wanted.session = value,
                "topic" => wanted.topic = value,
                "status" if Wanted::STATUS.iter().any(|(word, _)| *word == value) => wanted.status = value,
                "page" => wanted.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        wanted
    }

    /// Returns the state that is wanted, where it is one.
    pub(super) fn state(&self) -> Option<State> {
        match self.status.as_str() {
            "dropped" => Some(State::Dropped),
            word => Status::parse(word).map(State::Wanted),
        }
    }

    /// Returns the link to these todos.
    pub(super) fn link(&self) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let all = [
            ("q", &self.words),
            ("project", &self.project),
            ("session", &self.session),
            ("topic", &self.topic),
            ("status", &self.status),
            ("page", &page),
        ];
        let given = all.iter().filter(|(_, value)| !value.is_empty());
        let given: Vec<String> = given.map(|(key, value)| format!("{key}={}", encoded(value))).collect();
        if given.is_empty() { "/ui/todos".to_owned() } else { format!("/ui/todos?{}", given.join("&")) }
    }

    /// Returns the link to the todos of a project.
    pub(super) fn of_project(project: &str) -> String {
        Wanted { project: project.to_owned(), ..Wanted::default() }.link()
    }

    /// Returns the link to the todos of a session.
    pub(super) fn of_session(session: &str) -> String {
        Wanted { session: session.to_owned(), status: "all".into(), ..Wanted::default() }.link()
    }
}

/// Returns the path of a session's page.
pub(super) fn session_page(name: &str) -> String {
    format!("/ui/session/{}", encoded(name))
}

/// Returns text as it stands in a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let wanted = Wanted {
            words: "a&b=c \"<\u{e9}+".into(),
            project: "acme/api".into(),
            session: "s%20".into(),
            topic: "tests".into(),
            status: "blocked".into(),
            page: 3,
        };
        let link = wanted.link();
        assert_eq!(Wanted::parse(link.split_once('?').expect("a query").1), wanted, "{link}");
        assert_eq!(Wanted::parse("").link(), "/ui/todos");
        let strange = Wanted::parse("status=gone&page=0&page=x&other=1&q=+a++b+");
        assert_eq!((strange.status.as_str(), strange.page, strange.words.as_str()), ("", 1, "a  b"));
    }
}
