//! What commands say of commands, said of tools: a model that has tools is told which one helps, not what to type.

use serde_json::{Map, Value, json};

use super::mcp_tools::{Kind, TOOLS, Tool, parameter};

/// How a command line begins within a sentence.
const BEGIN: &str = "`git chittysync ";

/// Returns a sentence in which each command that a tool does is said as a call of it. What no tool does stays.
pub fn of_tools(text: &str) -> String {
    let (mut said, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let Some((line, behind)) = after.split_once('`') else { break };
        said.push_str(before);
        said.push_str(&call(line).unwrap_or_else(|| format!("{BEGIN}{line}`")));
        rest = behind;
    }
    said + rest
}

/// Returns a command line as a call. `None` where no tool does that.
fn call(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let verb = words.next()?;
    let tool = TOOLS.iter().find(|tool| tool.name == verb)?;
    let (mut given, mut plain) = (Map::new(), Vec::new());
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--") else {
            plain.push(word);
            continue;
        };
        let (name, kind) = of_option(tool, option)?;
        let value = match kind {
            Kind::Flag => json!(true),
            Kind::Texts => json!([words.next()?.trim_matches('\'')]),
            Kind::Text(_) | Kind::Count => json!(words.next()?.trim_matches('\'')),
        };
        given.insert(name.to_owned(), value);
    }
    if !plain.is_empty() {
        given.insert((*tool.parameters.first()?).to_owned(), json!(plain.join(" ")));
    }
    let with = if given.is_empty() { String::new() } else { format!(" with `{}`", Value::Object(given)) };
    Some(format!("the tool `{verb}`{with}"))
}

/// Returns the parameter that does what an option of the command does.
fn of_option(tool: &Tool, option: &str) -> Option<(&'static str, Kind)> {
    let name = match (tool.name, option) {
        ("ready", "all") => "all_projects".to_owned(),
        _ => option.replace('-', "_"),
    };
    let name = tool.parameters.iter().find(|known| **known == name)?;
    Some((*name, parameter(name).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_becomes_a_call_where_a_tool_does_it() {
        for (text, said) in [
            (
                "`git chittysync list --all` shows what there is",
                "the tool `list` with `{\"all\":true}` shows what there is",
            ),
            (
                "3 elsewhere: `git chittysync ready --all`",
                "3 elsewhere: the tool `ready` with `{\"all_projects\":true}`",
            ),
            ("`git chittysync reopen 097d8587` opens it", "the tool `reopen` with `{\"todo\":\"097d8587\"}` opens it"),
            ("`git chittysync edit` changes it", "the tool `edit` changes it"),
            (
                "`git chittysync edit <id> --blocked-by ''` lets one wait for nothing",
                "the tool `edit` with `{\"blocked_by\":[\"\"],\"todo\":\"<id>\"}` lets one wait for nothing",
            ),
            (
                "`git chittysync ready --claim --any` takes it",
                "the tool `ready` with `{\"any\":true,\"claim\":true}` takes it",
            ),
            // No tool does these.
            ("`git chittysync ready --left-behind`", "`git chittysync ready --left-behind`"),
            ("`git chittysync forget 1` removes it", "`git chittysync forget 1` removes it"),
            (
                "`git chittysync sync`, or `git chittysync add` with it",
                "`git chittysync sync`, or the tool `add` with it",
            ),
            ("an open `git chittysync show", "an open `git chittysync show"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(of_tools(text), said);
        }
    }
}
