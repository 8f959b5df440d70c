//! A block of ours at the end of an agent's settings, a TOML file that belongs to somebody else, between two comments.

use std::path::PathBuf;

use super::found::Found;
use super::{InstallError, agent_file};

/// What stands before the block.
const BEGIN: &str =
    "# Installed by git chittysync; `git chittysync uninstall` removes it, up to the end that is marked.";
/// What stands behind it.
const END: &str = "# End of what git chittysync installed.";

/// A block, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The file.
    pub path: PathBuf,
    /// The tables that it is made of: the name, and the lines.
    pub tables: Vec<(&'static str, String)>,
    /// Tables that are kept where they are in the block, and not missed where they are not.
    pub optional: Vec<&'static str>,
}

impl Block {
    pub(super) fn find(&self) -> Result<Found, InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(Found::Nothing) };
        let (rest, block) = split(&text);
        // What somebody else wrote of it stays, and a second one would break the file.
        let is_taken = |(name, _): &(&str, String)| value_below(&rest, name);
        Ok(match block {
            _ if self.tables.iter().any(is_taken) => Found::Foreign,
            None => Found::Nothing,
            Some(block) => {
                let bare = |block: &str| self.optional.iter().fold(block.to_owned(), |text, name| without(&text, name));
                let is_same = block == self.text() || bare(&block) == bare(&self.text());
                if is_same && self.tables.iter().all(|(_, lines)| block.contains(lines)) {
                    Found::Ours
                } else {
                    Found::Past
                }
            }
        })
    }

    pub(super) fn add(&self) -> Result<(), InstallError> {
        let before = agent_file::read(&self.path)?.unwrap_or_default();
        let (mut text, _) = split(&before);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        agent_file::write(&self.path, &format!("{text}{BEGIN}\n{}{END}\n", self.text()))
    }

    pub(super) fn remove(&self) -> Result<(), InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(()) };
        let (rest, block) = split(&text);
        match block {
            None => Ok(()),
            Some(_) => agent_file::leave(&self.path, Some(rest.as_str()).filter(|rest| !rest.is_empty()), ""),
        }
    }

    fn text(&self) -> String {
        self.tables.iter().map(|(name, lines)| format!("[{name}]\n{lines}")).collect()
    }
}

/// Returns a text without the block, and the block.
fn split(text: &str) -> (String, Option<String>) {
    let Some(begin) = text.find(BEGIN) else { return (text.to_owned(), None) };
    let inside = begin + BEGIN.len();
    let Some(end) = text[inside..].find(END).map(|at| inside + at) else { return (text.to_owned(), None) };
    let after = &text[end + END.len()..];
    let after = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
    (format!("{}{after}", &text[..begin]), Some(text[inside..end].trim_start().to_owned()))
}

/// Returns a block without one of its tables.
fn without(block: &str, table: &str) -> String {
    let mut inside = false;
    let lines = block.lines().filter(|line| {
        if line.starts_with('[') {
            inside = line.trim() == format!("[{table}]");
        }
        !inside
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Returns the values of a text by their whole names, as far as they stand on a line each.
pub(super) fn values(text: &str) -> Vec<(String, String)> {
    let (mut table, mut values) = (String::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            table = name.0.trim_matches('[').trim().to_owned();
            values.push((table.clone(), String::new()));
        } else if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let name = name.trim().replace('"', "");
            let name = if table.is_empty() { name } else { format!("{table}.{name}") };
            values.push((name, value.split(" #").next().unwrap_or_default().trim().to_owned()));
        }
    }
    values
}

/// Returns whether a text says something of a table, as a table or as keys of another one.
fn value_below(text: &str, table: &str) -> bool {
    let below = format!("{table}.");
    values(text).iter().any(|(name, _)| name == table || name.starts_with(&below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(directory: &std::path::Path, tools: bool) -> Block {
        let mut tables = vec![("mcp_servers.chittysync", "command = \"x\"\nargs = [\"mcp\"]\n".to_owned())];
        if tools {
            tables.push(("tools.update_plan", "enabled = true\n".to_owned()));
        }
        Block { path: directory.join("config.toml"), tables, optional: vec!["tools.update_plan"] }
    }

    #[test]
    fn what_is_put_in_comes_out_without_a_trace() {
        let directory = tempfile::tempdir().expect("a directory");
        for text in ["", "model = \"m\"\n", "[a]\r\nb = 1\r\n", "[mcp_servers.other]\ncommand = \"y\"\n"] {
            for tools in [false, true] {
                let block = block(directory.path(), tools);
                match text {
                    "" => drop(std::fs::remove_file(&block.path)),
                    text => std::fs::write(&block.path, text).expect("a file"),
                }
                assert_eq!(block.find().expect("readable"), Found::Nothing);
                block.add().expect("added");
                assert_eq!(block.find().expect("readable"), Found::Ours);
                let installed = std::fs::read_to_string(&block.path).expect("a file");
                block.add().expect("added");
                assert_eq!(std::fs::read_to_string(&block.path).expect("a file"), installed, "twice is once");
                // The agent goes on writing behind it.
                std::fs::write(&block.path, format!("{installed}[hooks.state]\n")).expect("a file");
                assert_eq!(block.find().expect("readable"), Found::Ours);
                std::fs::write(&block.path, installed).expect("a file");
                block.remove().expect("removed");
                assert_eq!(std::fs::read_to_string(&block.path).unwrap_or_default(), text);
            }
        }
    }

    #[test]
    fn what_was_turned_on_before_stays_on() {
        let directory = tempfile::tempdir().expect("a directory");
        block(directory.path(), true).add().expect("added");
        assert_eq!(block(directory.path(), false).find().expect("readable"), Found::Ours);
        std::fs::remove_file(directory.path().join("config.toml")).expect("a file");
        block(directory.path(), false).add().expect("added");
        assert_eq!(block(directory.path(), true).find().expect("readable"), Found::Past);
    }

    #[test]
    fn what_somebody_else_wrote_is_theirs() {
        let directory = tempfile::tempdir().expect("a directory");
        let block = block(directory.path(), true);
        for text in [
            "[mcp_servers.chittysync]\ncommand = \"other\"\n",
            "[mcp_servers]\nchittysync.command = \"other\"\n",
            "mcp_servers.chittysync = { command = \"other\" }\n",
            "[tools]\nupdate_plan = { enabled = false }\n",
        ] {
            std::fs::write(&block.path, text).expect("a file");
            assert_eq!(block.find().expect("readable"), Found::Foreign, "{text}");
        }
    }
}
