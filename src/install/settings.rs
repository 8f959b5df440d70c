//! Our hooks in an agent's settings, a JSON file that belongs to somebody else.

use std::path::{Path, PathBuf};

use jsonc_parser::ast::{Object, Value};

use super::claude::TODO_TOOLS;
use super::found::Found;
use super::hook_event::HookEvent;
use super::json_text::{Container, Layout, find, insert, parse};
use super::{InstallError, agent_file};
use crate::git::refuse_link;
use crate::source::Agent;
use crate::source::claude::Claude;

/// How the setting begins that we put there: nobody else writes a space there, so it can be told from theirs.
const OURS: &str = "\" :";

/// The settings file and what belongs into it.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The file.
    pub path: PathBuf,
    /// The program as a shell takes it.
    pub program: String,
    /// What it is called for.
    pub events: Vec<HookEvent>,
    /// Whether to turn the agent's todo tools on.
    pub todo_tools: bool,
    /// Whether links are followed. In a project, which may be anybody's, they are not.
    pub follows_links: bool,
}

impl Settings {
    pub(super) fn find(&self) -> Result<Found, InstallError> {
        let Some(text) = self.read()? else { return Ok(Found::Nothing) };
        let wanted = self.with(&self.without(&text)?.unwrap_or_default())?;
        Ok(match self.without(&text)? {
            Some(rest) if rest == text => Found::Nothing,
            _ if wanted == text => Found::Ours,
            _ if self.has_all(&text)? => Found::Ours,
            _ => Found::Past,
        })
    }

    /// Returns whether everything is there, in whichever place, and nothing besides.
    fn has_all(&self, text: &str) -> Result<bool, InstallError> {
        let value: serde_json::Value = serde_json::from_str(bare(text)).unwrap_or_default();
        let has = |event: &HookEvent| {
            let groups = value["hooks"][event.name].as_array();
            groups.is_some_and(|groups| groups.contains(&event.group(&self.program)))
        };
        // What the agent does not know is to go.
        let handlers = |groups: &serde_json::Value| -> Vec<String> {
            let groups = groups.as_array().into_iter().flatten();
            let handlers = groups.filter_map(|group| group["hooks"].as_array()).flatten();
            handlers.filter_map(|handler| Some(handler["command"].as_str()?.to_owned())).collect()
        };
        let events = value["hooks"].as_object().into_iter().flatten();
        let ours = events.flat_map(|(name, groups)| {
            handlers(groups).into_iter().filter(|command| HookEvent::is_ours(name, command))
        });
        let is_exact = ours.count() == self.events.len();
        let tools = !self.todo_tools || value["env"].get(TODO_TOOLS).is_some();
        Ok(tools && is_exact && self.events.iter().all(has))
    }

    pub(super) fn add(&self) -> Result<(), InstallError> {
        let before = self.read()?;
        let rest = match &before {
            Some(text) => self.without(text)?,
            None => None,
        };
        agent_file::write(&self.path, &self.with(&rest.unwrap_or_default())?)
    }

    pub(super) fn remove(&self) -> Result<(), InstallError> {
        let Some(text) = self.read()? else { return Ok(()) };
        agent_file::leave(&self.path, self.without(&text)?.as_deref(), "{}\n")
    }

    fn read(&self) -> Result<Option<String>, InstallError> {
        if !self.follows_links {
            [Some(self.path.as_path()), self.path.parent()].into_iter().flatten().try_for_each(refuse_link)?;
        }
        agent_file::read(&self.path)
    }

    fn broken(&self, reason: impl Into<String>) -> InstallError {
        agent_file::broken(&self.path, reason)
    }

    /// Returns the text with our entries, which are not in it; no text gives a new file.
    fn with(&self, text: &str) -> Result<String, InstallError> {
        let layout = Layout::of(text);
        if text.is_empty() {
            let (mut members, line) = (vec![self.hooks(&layout)], layout.line(1));
            members.extend(self.todo_tools.then(|| env_member(&layout)));
            let end = layout.line(0);
            return Ok(format!("{{{line}{}{end}}}{end}", members.join(&format!(",{line}"))));
        }
        let mark = text.len() - bare(text).len();
        let root = parse(bare(text)).map_err(|reason| self.broken(reason))?;
        let (mut parts, mut members) = (Vec::new(), Vec::new());
        match find(&root, "hooks") {
            None => members.push(self.hooks(&layout)),
            Some(Value::Object(hooks)) => {
                let mut events = Vec::new();
                for event in &self.events {
                    let group = event.group(&self.program);
                    match find(hooks, event.name) {
                        None => events.push(event_member(event, &group, &layout)),
                        Some(Value::Array(groups)) => {
                            parts.push(Container::of_array(groups).with(&[layout.value(&group, 3)], &layout, 3));
                        }
                        Some(_) => return Err(self.broken(format!("\"hooks\".\"{}\" is no list", event.name))),
                    }
                }
                if !events.is_empty() {
                    parts.push(Container::of_object(hooks).with(&events, &layout, 2));
                }
            }
            Some(_) => return Err(self.broken("\"hooks\" is no object")),
        }
        match find(&root, "env") {
            _ if !self.todo_tools => {}
            None => members.push(env_member(&layout)),
            Some(Value::Object(env)) if find(env, TODO_TOOLS).is_some() => {}
            Some(Value::Object(env)) => parts.push(Container::of_object(env).with(&[todo_tools()], &layout, 2)),
            Some(_) => return Err(self.broken("\"env\" is no object")),
        }
        if !members.is_empty() {
            parts.push(Container::of_object(&root).with(&members, &layout, 1));
        }
        Ok(insert(text, parts.into_iter().map(|(at, part)| (at + mark, part)).collect()))
    }

    fn hooks(&self, layout: &Layout) -> String {
        let events: Vec<String> = self
            .events
            .iter()
            .map(|event| layout.line(2) + &event_member(event, &event.group(&self.program), layout))
            .collect();
        format!("\"hooks\": {{{}{}}}", events.join(","), layout.line(1))
    }

    /// Returns the text without what is ours; nothing when nothing else was in it.
    fn without(&self, text: &str) -> Result<Option<String>, InstallError> {
        let mark = &text[..text.len() - bare(text).len()];
        let mut text = bare(text).to_owned();
        loop {
            let root = parse(&text).map_err(|reason| self.broken(reason))?;
            let Some(path) = ours(&root, &text) else { return Ok(Some(format!("{mark}{text}"))) };
            let mut rest = text.clone();
            let mut emptied = true;
            // From the inside out, as long as what is around has nothing else in it.
            for (container, member) in path.iter().rev() {
                if !emptied {
                    break;
                }
                (rest, emptied) = container.without(*member, &text);
            }
            if emptied {
                return Ok(None);
            }
            text = rest;
        }
    }
}

/// Returns the text behind a byte order mark.
fn bare(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn event_member(event: &HookEvent, group: &serde_json::Value, layout: &Layout) -> String {
    format!("\"{}\": [{}{}{}]", event.name, layout.line(3), layout.value(group, 3), layout.line(2))
}

fn todo_tools() -> String {
    format!("\"{TODO_TOOLS}{OURS} \"1\"")
}

fn env_member(layout: &Layout) -> String {
    format!("\"env\": {{{}{}{}}}", layout.line(2), todo_tools(), layout.line(1))
}

/// Returns the way from the root to something of ours: containers, and which member of each.
fn ours(root: &Object<'_>, text: &str) -> Option<Vec<(Container, usize)>> {
    for (at, property) in root.properties.iter().enumerate() {
        let inside = match (property.name.as_str(), &property.value) {
            ("hooks", Value::Object(hooks)) => our_hook(hooks),
            ("env", Value::Object(env)) => our_setting(env, text),
            _ => None,
        };
        if let Some(inside) = inside {
            return Some([vec![(Container::of_object(root), at)], inside].concat());
        }
    }
    None
}

fn our_setting(env: &Object<'_>, text: &str) -> Option<Vec<(Container, usize)>> {
    let written = format!("\"{TODO_TOOLS}{OURS}");
    let at = env.properties.iter().position(|property| text[property.range.start..].starts_with(&written))?;
    Some(vec![(Container::of_object(env), at)])
}

fn our_hook(hooks: &Object<'_>) -> Option<Vec<(Container, usize)>> {
    for (at_event, property) in hooks.properties.iter().enumerate() {
        let Value::Array(groups) = &property.value else { continue };
        for (at_group, group) in groups.elements.iter().enumerate() {
            let Value::Object(group) = group else { continue };
            let Some(Value::Array(handlers)) = find(group, "hooks") else { continue };
            let is_ours = |handler: &Value<'_>| {
                let command = handler.as_object().and_then(|handler| handler.get_string("command"));
                command.is_some_and(|command| HookEvent::is_ours(property.name.as_str(), &command.value))
            };
            let Some(at_handler) = handlers.elements.iter().position(is_ours) else { continue };
            let mut way = vec![(Container::of_object(hooks), at_event), (Container::of_array(groups), at_group)];
            // A group in which somebody else's handlers stand too is theirs.
            if handlers.elements.len() > 1 {
                let member = group.properties.iter().rposition(|property| property.name.as_str() == "hooks")?;
                way.extend([(Container::of_object(group), member), (Container::of_array(handlers), at_handler)]);
            }
            return Some(way);
        }
    }
    None
}

/// Returns the user's settings file; nothing when the user has no home.
pub fn user_settings() -> Option<PathBuf> {
    Claude.home().map(|home| home.join("settings.json"))
}

/// Returns the settings files that Claude Code reads besides the user's, for a project's directory.
pub fn project_settings(directory: &Path) -> PathBuf {
    directory.join(".claude").join("settings.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::claude::HOOK_EVENTS;

    fn settings(todo_tools: bool) -> Settings {
        Settings {
            path: PathBuf::from("settings.json"),
            program: "git-chittysync".into(),
            events: HOOK_EVENTS.to_vec(),
            todo_tools,
            follows_links: true,
        }
    }

    /// Texts that somebody may have, each of which must come back as it was.
    const TEXTS: [&str; 26] = [
        "{}",
        "{}\n",
        "{ }",
        "{\n}\n",
        "{  \n}",
        "{\n\n}\n\n",
        "\u{feff}{\"a\": 1}\n",
        "{\"a\":1}",
        "{\n  \"a\": 1\n}",
        "{\n    \"a\": [1, 2],\n    \"b\": {}\n}\n",
        "{\r\n\t\"model\": \"x\",\r\n\t\"env\": {\r\n\t\t\"A\": \"b\"\r\n\t}\r\n}\r\n",
        "{\"hooks\":{}}",
        "{\"hooks\": {\n  }}",
        "{\"hooks\": {  }, \"env\": {}}",
        "{\"hooks\":{\"Stop\":[]}}",
        "{\"hooks\":{\"Stop\":[\n]}, \"env\": {  }}",
        "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}]}}",
        "{\n  \"hooks\": {\n    \"PostToolUse\": [\n      {\n        \"matcher\": \"Write\",\n        \"hooks\": [{ \"type\": \"command\", \"command\": \"x\" }]\n      }\n    ]\n  },\n  \"z\": \"\\u00e9 , ] } \\\" {\"\n}\n",
        "{\"a\": \"hooks\", \"b\": \"{ , }\"}",
        "{\"hooks\":{\"Stop\":[{}]},\"hooks\":{\"Stop\":[{}]}}",
        "{\"env\":{\"CLAUDE_CODE_ENABLE_TODO_TOOLS\":\"1\"}}",
        "{\"env\":{\"CLAUDE_CODE_ENABLE_TODO_TOOLS\": \"0\"}, \"n\": 1e3}",
        "  {\"a\": 1}  ",
        "\n\n{\n   \"a\": 1 }",
        "{\"a\": {\"hooks\": [1]}, \"SessionStart\": []}",
        "{\"\u{1f600}\": \"\u{202e}\"}",
    ];

    #[test]
    fn what_is_put_in_comes_out_without_a_trace() {
        for text in TEXTS {
            for todo_tools in [false, true] {
                let settings = settings(todo_tools);
                let installed = settings.with(text).expect("JSON");
                let value: serde_json::Value = serde_json::from_str(bare(&installed)).expect(&installed);
                for event in HOOK_EVENTS {
                    let groups = value["hooks"][event.name].as_array().expect("groups");
                    assert!(groups.contains(&event.group("git-chittysync")), "{installed}");
                }
                assert!(!todo_tools || value["env"].get(TODO_TOOLS).is_some(), "{installed}");
                assert!(settings.has_all(&installed).expect("JSON"));
                assert_eq!(settings.without(&installed).expect("JSON").as_deref(), Some(text), "{installed}");
            }
        }
    }

    #[test]
    fn a_new_file_is_ours_altogether() {
        for todo_tools in [false, true] {
            let text = settings(todo_tools).with("").expect("JSON");
            assert!(
                text.starts_with("{\n  \"hooks\": {\n    \"SessionStart\": [\n      {\n        \"hooks\""),
                "{text}"
            );
            assert_eq!(settings(todo_tools).without(&text).expect("JSON"), None, "{text}");
        }
    }

    /// An agent writes the whole file anew when one of its settings changes.
    #[test]
    fn comes_out_of_a_file_that_was_written_anew() {
        for (text, rest) in [
            ("{\"a\": 1}", "{\n  \"a\": 1\n}"),
            (
                "{\"a\":1,\"hooks\":{\"Stop\":[{\"hooks\":[]}]}}",
                "{\n  \"a\": 1,\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": []\n      }\n    ]\n  }\n}",
            ),
        ] {
            let installed = settings(false).with(text).expect("JSON");
            let value: serde_json::Value = serde_json::from_str(&installed).expect("JSON");
            let anew = serde_json::to_string_pretty(&value).expect("JSON");
            assert_eq!(settings(false).without(&anew).expect("JSON").as_deref(), Some(rest));
        }
    }

    #[test]
    fn what_is_somebody_elses_stays() {
        let mixed = r#"{"hooks":{"Stop":[{"hooks":[{"command":"mine"},{"command":"git-chittysync hook Stop"}]}]}}"#;
        let rest = r#"{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}"#;
        assert_eq!(settings(false).without(mixed).expect("JSON").as_deref(), Some(rest));
        for command in
            ["git-chittysync hook Start", "run git-chittysync hook Stop", "git-chittysync hook Stop && say x"]
        {
            let text = format!(r#"{{"hooks":{{"Stop":[{{"hooks":[{{"command":"{command}"}}]}}]}}}}"#);
            assert_eq!(settings(false).without(&text).expect("JSON"), Some(text));
        }
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        for text in [
            " ",
            "[]",
            "{",
            "{\"a\": 1,}",
            "{// mine\n}",
            "{'a': 1}",
            "{a: 1}",
            "{} {}",
            "{\"a\" 1}",
            "{\"hooks\": []}",
            "{\"hooks\": {\"Stop\": {}}}",
        ] {
            assert!(settings(false).with(text).is_err(), "{text}");
        }
    }
}
