//! One entry of ours in an agent's settings, a YAML file that belongs to somebody else: a line below a name at the left
//! edge.
//!
//! No YAML is parsed. Lines are changed in files whose left edge has nothing but plain names with a colon, where nothing
//! that stands further right can be mistaken for one; any other file is left as it is.

use std::ops::Range;
use std::path::PathBuf;

use super::found::Found;
use super::{InstallError, agent_file};

/// What stands behind what we wrote.
const MARK: &str = "# Installed by git chittysync";

/// An entry, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct YamlEntry {
    /// The file.
    pub path: PathBuf,
    /// The name at the left edge below which it goes.
    pub map: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// The program that it starts.
    pub program: String,
    /// All of it, in one line.
    pub line: String,
}

/// Where the entry is in the lines of a file, or goes.
#[derive(Default)]
struct Place {
    /// The line with the name of the map.
    map: Option<usize>,
    /// The lines below it.
    below: Range<usize>,
    /// The lines of the entry.
    entry: Option<Range<usize>>,
}

impl YamlEntry {
    pub(super) fn find(&self) -> Result<Found, InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(Found::Nothing) };
        let lines: Vec<&str> = text.lines().collect();
        let Some(entry) = self.place(&lines)?.entry else { return Ok(Found::Nothing) };
        let entry = &lines[entry];
        if entry[0].trim() == self.written() {
            return Ok(Found::Ours);
        }
        // The agent writes the file anew, in its own form, whenever its user changes something in it.
        Ok(match started(entry) {
            Some(program) if program == self.program => Found::Ours,
            Some(program) if program == "git-chittysync" || program.ends_with("/git-chittysync") => Found::Past,
            _ => Found::Foreign,
        })
    }

    pub(super) fn add(&self) -> Result<(), InstallError> {
        let before = agent_file::read(&self.path)?.unwrap_or_default();
        let rest = self.without(&before)?;
        agent_file::write(&self.path, &self.with(&rest)?)
    }

    pub(super) fn remove(&self) -> Result<(), InstallError> {
        let Some(text) = agent_file::read(&self.path)? else { return Ok(()) };
        let rest = self.without(&text)?;
        agent_file::leave(&self.path, Some(rest.as_str()).filter(|rest| !rest.is_empty()), "")
    }

    fn written(&self) -> String {
        format!("{}: {} {MARK}", self.name, self.line)
    }

    /// Returns the text with the entry, which is not in it.
    fn with(&self, text: &str) -> Result<String, InstallError> {
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let bare: Vec<&str> = text.lines().collect();
        let place = self.place(&bare)?;
        let first = bare[place.below.clone()].iter().find(|line| has_content(line));
        let indent = first.map_or("  ", |line| &line[..indent(line)]);
        let entry = format!("{indent}{}{end}", self.written());
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push_str(end);
        }
        match place.map {
            Some(map) => {
                lines[map] = lines[map].replacen("{}", "", 1).trim_end().to_owned() + end;
                lines.insert(map + 1, entry);
            }
            None => lines.extend([format!("{}: {MARK}{end}", self.map), entry]),
        }
        Ok(lines.concat())
    }

    /// Returns the text without the entry.
    fn without(&self, text: &str) -> Result<String, InstallError> {
        let lines: Vec<&str> = text.lines().collect();
        let place = self.place(&lines)?;
        let (Some(map), Some(entry)) = (place.map, place.entry) else { return Ok(text.to_owned()) };
        let is_empty = !place.below.clone().any(|at| !entry.contains(&at) && has_content(lines[at]));
        let kept = text.split_inclusive('\n').enumerate().filter(|(at, _)| !entry.contains(at));
        let kept = kept.filter_map(|(at, line)| match at == map && is_empty {
            true if line.contains(MARK) => None,
            // A name with nothing below it is no map.
            true => Some(line.replacen(':', ": {}", 1)),
            false => Some(line.to_owned()),
        });
        Ok(kept.collect())
    }

    /// Looks for the entry.
    ///
    /// # Errors
    /// When the file is written in a form that is left as it is.
    fn place(&self, lines: &[&str]) -> Result<Place, InstallError> {
        let refused = |at: usize, why: &str| {
            let reason =
                format!("line {} {why}; put this below `{}:` by hand: {}: {}", at + 1, self.map, self.name, self.line);
            Err(agent_file::broken(&self.path, reason))
        };
        let mut place = Place::default();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| has_content(line)) {
            if indent(line) > 0 || (at == 0 && line.trim_end() == "---") {
                continue;
            }
            let Some((name, value)) = line.split_once(':').filter(|(name, value)| is_plain(name, value)) else {
                return refused(at, "is no plain name with a value");
            };
            if name != self.map {
                continue;
            }
            if place.map.is_some() {
                return refused(at, "has a name for the second time");
            }
            if has_content(value) && value.split(" #").next().map(str::trim) != Some("{}") {
                return refused(at, "has all of them in one line");
            }
            let more = lines[at + 1..].iter().position(|line| has_content(line) && indent(line) == 0);
            place.map = Some(at);
            place.below = at + 1..more.map_or(lines.len(), |more| at + 1 + more);
        }
        let below = &lines[place.below.clone()];
        let Some(depth) = below.iter().find(|line| has_content(line)).map(|line| indent(line)) else {
            return Ok(place);
        };
        let is_name = |line: &str| {
            let name = line.trim_start().split(':').next().unwrap_or_default();
            indent(line) == depth && name.trim_matches(['"', '\'']) == self.name
        };
        if let Some(begin) = below.iter().position(|line| is_name(line)) {
            let more = below[begin + 1..].iter().position(|line| !has_content(line) || indent(line) <= depth);
            let end = more.map_or(below.len(), |more| begin + 1 + more);
            place.entry = Some(place.below.start + begin..place.below.start + end);
        }
        Ok(place)
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Returns whether a line says something.
fn has_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn is_plain(name: &str, value: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !name.is_empty()
        && name.bytes().all(is_word)
        && !name.starts_with(['-', '.'])
        && (value.is_empty() || value.starts_with([' ', '\r']))
}

/// Returns the program that an entry starts, if it has it do what ours does.
fn started<'a>(entry: &[&'a str]) -> Option<&'a str> {
    let parts = match entry {
        // In one line: `name: {cmd: …, args: [mcp], …}`.
        [line] => line.split_once('{')?.1.split([',', '}']).collect::<Vec<_>>(),
        lines => lines[1..].to_vec(),
    };
    let parts: Vec<&str> = parts.into_iter().map(str::trim).collect();
    let bare = |text: &'a str| text.trim().trim_matches(['"', '\'']);
    let command = parts.iter().find_map(|part| part.strip_prefix("cmd:"))?;
    let at = parts.iter().position(|part| part.starts_with("args:"))?;
    let inline = parts[at]["args:".len()..].trim();
    let is_ours = match inline.strip_prefix('[') {
        Some(inline) => bare(inline.trim_end_matches(']')) == "mcp",
        None => parts.get(at + 1).and_then(|part| part.strip_prefix("- ")).map(bare) == Some("mcp"),
    };
    is_ours.then(|| bare(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(directory: &std::path::Path) -> YamlEntry {
        let line = "{cmd: \"/p/git-chittysync\", args: [mcp], enabled: true}".to_owned();
        let path = directory.join("config.yaml");
        YamlEntry { path, map: "extensions", name: "chittysync", program: "/p/git-chittysync".to_owned(), line }
    }

    fn read(entry: &YamlEntry) -> String {
        std::fs::read_to_string(&entry.path).unwrap_or_default()
    }

    const WRITTEN: &str =
        "chittysync: {cmd: \"/p/git-chittysync\", args: [mcp], enabled: true} # Installed by git chittysync\n";

    #[test]
    fn what_is_put_in_comes_out_without_a_trace() {
        let directory = tempfile::tempdir().expect("a directory");
        let entry = entry(directory.path());
        let theirs = "extensions:\n    # Those of mine.\n    developer:\n        enabled: true\nGOOSE_MODEL: m\n";
        for (text, with) in [
            ("", format!("extensions: # Installed by git chittysync\n  {WRITTEN}")),
            ("GOOSE_MODEL: m\n", format!("GOOSE_MODEL: m\nextensions: # Installed by git chittysync\n  {WRITTEN}")),
            ("extensions: {}\nA: 1\n", format!("extensions:\n  {WRITTEN}A: 1\n")),
            ("---\nA: |\n  extensions:\n    chittysync: x\n", String::new()),
            (theirs, theirs.replacen('\n', &format!("\n    {WRITTEN}"), 1)),
            ("extensions:\r\n  a:\r\n    b: 1\r\n", String::new()),
        ] {
            match text {
                "" => drop(std::fs::remove_file(&entry.path)),
                text => std::fs::write(&entry.path, text).expect("a file"),
            }
            assert_eq!(entry.find().expect("readable"), Found::Nothing, "{text}");
            entry.add().expect("added");
            assert_eq!(entry.find().expect("readable"), Found::Ours, "{text}");
            let installed = read(&entry);
            assert!(with.is_empty() || installed == with, "{installed}");
            entry.add().expect("added");
            assert_eq!(read(&entry), installed, "twice is once");
            entry.remove().expect("removed");
            assert_eq!(read(&entry), text);
        }
    }

    #[test]
    fn what_the_agent_wrote_anew_is_ours_and_what_others_wrote_is_theirs() {
        let directory = tempfile::tempdir().expect("a directory");
        let entry = entry(directory.path());
        let anew = "extensions:\n  chittysync:\n    enabled: false\n    cmd: /p/git-chittysync\n    args:\n    - mcp\n    envs: {}\n  developer:\n    enabled: true\n";
        for (text, found) in [
            (anew, Found::Ours),
            (&anew.replace("/p/", "/old/"), Found::Past),
            (&anew.replace("- mcp", "- other"), Found::Foreign),
            (&anew.replace("git-chittysync", "another"), Found::Foreign),
            ("extensions:\n  chittysync: {cmd: /old/git-chittysync, args: [\"mcp\"]}\n", Found::Past),
            ("extensions:\n  \"chittysync\": {cmd: sh, args: [mcp]}\n", Found::Foreign),
            ("extensions:\n  chittysync: {type: builtin}\n", Found::Foreign),
        ] {
            std::fs::write(&entry.path, text).expect("a file");
            assert_eq!(entry.find().expect("readable"), found, "{text}");
        }
        std::fs::write(&entry.path, anew.replace("/p/", "/old/")).expect("a file");
        entry.add().expect("renewed");
        assert_eq!(entry.find().expect("readable"), Found::Ours);
        entry.remove().expect("removed");
        assert_eq!(read(&entry), "extensions:\n  developer:\n    enabled: true\n");
    }

    #[test]
    fn a_file_in_another_form_is_left_as_it_is_and_says_what_to_write() {
        let directory = tempfile::tempdir().expect("a directory");
        let entry = entry(directory.path());
        for text in [
            "{extensions: {a: {b: 1}}}\n",
            "extensions: {a: {b: 1}}\n",
            "\"extensions\":\n  a: 1\n",
            "A: 1\n---\nextensions:\n",
            "extensions:\nextensions:\n",
            "extensions: *other\n",
            "\textensions:\n",
            "- extensions\n",
        ] {
            std::fs::write(&entry.path, text).expect("a file");
            let said = entry.find().expect_err("refused").to_string();
            assert!(said.contains("by hand: chittysync: {cmd:"), "{said}");
            entry.add().expect_err("refused");
            assert_eq!(read(&entry), text);
        }
    }
}
