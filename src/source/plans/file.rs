//! One plan: which files are some, whose name a plan speaks under, and what its boxes say.

use std::path::{Path, PathBuf};

use super::names::PLAN;
use crate::source::entries::entries;
use crate::source::{Agent, Notice, Reading, Scan, Stamp, Unit, UnitKind, Workspace, file, markdown};
use crate::todo::{Item, Session, Snapshot, Status};

/// What a tool writes, and where.
struct Tool {
    /// The directory with a directory for each plan.
    place: &'static [&'static str],
    /// A directory there that is none.
    except: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool { place: &["specs"], except: "" },
    // What is archived is done with, whatever its boxes say.
    Tool { place: &["openspec", "changes"], except: "archive" },
    Tool { place: KIRO, except: "" },
];
/// Where Kiro has its plans.
const KIRO: &[&str] = &[".kiro", "specs"];
/// The file with the boxes of a plan.
const TASKS: &str = "tasks.md";
/// Lists that stand in the project itself.
const LISTS: [&str; 2] = ["TODO.md", "todo.md"];

/// Returns the plans of a project: each with what it is called.
pub(super) fn plans(project: &Path, scan: &mut Scan) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for (name, path, _) in entries(project, scan).into_iter().filter(|(name, ..)| LISTS.contains(&name.as_str())) {
        found.push((name.trim_end_matches(".md").to_owned(), path));
    }
    for tool in &TOOLS {
        let directory = tool.place.iter().fold(project.to_owned(), |path, part| path.join(part));
        let is_plan = |name: &str, path: &Path| name != tool.except && path.join(TASKS).symlink_metadata().is_ok();
        let plans =
            entries(&directory, scan).into_iter().filter(|(name, path, found)| found.is_dir() && is_plan(name, path));
        found.extend(plans.map(|(name, path, _)| (name, path.join(TASKS))));
    }
    found
}

pub(super) fn scan(agent: &'static dyn Agent, project: &Path, scan: &mut Scan) {
    for (name, path) in plans(project, scan) {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        if !metadata.is_file() {
            scan.notices.push(file::not_a_file(&path, &metadata));
            continue;
        }
        // Each checkout is a speaker of its own: two of them may say different things.
        let place = file::hash(path.to_string_lossy().as_bytes()) >> 32;
        match Session::new(&format!("plan-{}-{place:08x}", name.replace("-agent-", "-"))) {
            Ok(session) => {
                let (kind, stamp) = (UnitKind::List { session, agent: None }, Stamp::of(&metadata));
                scan.units.push(Unit { agent, path, kind, stamp });
            }
            Err(err) => scan.notices.push(Notice::new(&path, format!("is named for no session: {err}"), "rename it")),
        }
    }
}

pub(super) fn read(path: &Path, session: &Session) -> Result<Reading, Notice> {
    let (items, metadata, bytes) = file::read_stable(path, |bytes| Ok(items(path, &String::from_utf8_lossy(bytes))))?;
    let mut reading = Reading { digest: file::hash(&bytes), ..Reading::default() };
    let directory = project_of(path).map(|path| path.to_string_lossy().into_owned());
    let place = directory.map(|directory| Workspace { directory, branch: None });
    reading.workspaces.extend(place.map(|place| (session.clone(), place)));
    if !items.is_empty() {
        reading.states.push(Snapshot::new(session.clone(), PLAN, file::modified(&metadata), items).into());
    }
    Ok(reading)
}

/// Returns the project that a plan stands in.
fn project_of(path: &Path) -> Option<&Path> {
    let directory = path.parent()?;
    let tool = TOOLS.iter().rev().find(|tool| directory.parent().is_some_and(|place| ends_with(place, tool.place)));
    match tool.filter(|_| path.ends_with(TASKS)) {
        Some(tool) => directory.ancestors().nth(tool.place.len() + 1),
        None => Some(directory),
    }
}

fn ends_with(path: &Path, parts: &[&str]) -> bool {
    path.ends_with(parts.iter().collect::<PathBuf>())
}

/// Returns the boxes of a plan.
pub(super) fn items(path: &Path, text: &str) -> Vec<Item> {
    let is_plan = path.ends_with(TASKS);
    let is_kiro = path.parent().and_then(Path::parent).is_some_and(|place| ends_with(place, KIRO));
    let mut items = markdown::items(text);
    for item in &mut items {
        if is_plan {
            numbered(item);
        }
        if is_kiro && item.raw.as_deref() == Some("-") {
            (item.status, item.raw) = (Status::InProgress, None);
        }
    }
    items
}

/// Takes what stands before the words of a task: its number, by which it is known when its words change, and what
/// spec-kit says of it, which is kept as a label (`T003 [P] [US1] Write the parser`, `1.2 Write the parser`).
fn numbered(item: &mut Item) {
    let (number, mut rest) = item.content.split_once(' ').unwrap_or((item.content.as_str(), ""));
    let digits = number.strip_prefix('T').unwrap_or(number).trim_end_matches('.');
    let is_number = digits.starts_with(|char: char| char.is_ascii_digit())
        && digits.chars().all(|char| char.is_ascii_digit() || char == '.');
    if !is_number {
        return;
    }
    let mut labels = Vec::new();
    while let Some((label, behind)) = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        labels.push(label.to_owned());
        rest = behind;
    }
    let words = rest.trim().to_owned();
    if words.is_empty() {
        return;
    }
    item.native = Some(number.trim_end_matches('.').to_owned());
    item.content = words;
    if !labels.is_empty() {
        item.fields.insert("labels".to_owned(), labels.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Vec<(Option<String>, String, Status)> {
        items(Path::new(path), text).into_iter().map(|item| (item.native, item.content, item.status)).collect()
    }

    #[test]
    fn numbers_are_what_a_task_is_known_by() {
        let text = "- [x] T001 Set up\n- [ ] T002 [P] [US1] Write it in src/a.rs\n- [ ] 2.1 Test it\n- [-] 3. Describe it\n\
            - [ ]* 3.1 Perhaps\n- [ ] 2024\n- [ ] Ten things\n- [ ] T Other";
        let found = read("/p/specs/001-a/tasks.md", text);
        let expected = [
            (Some("T001"), "Set up", Status::Completed),
            (Some("T002"), "Write it in src/a.rs", Status::Pending),
            (Some("2.1"), "Test it", Status::Pending),
            (Some("3"), "Describe it", Status::Pending),
            (Some("3.1"), "Perhaps", Status::Pending),
            (None, "2024", Status::Pending),
            (None, "Ten things", Status::Pending),
            (None, "T Other", Status::Pending),
        ];
        let expected = expected.map(|(native, words, status)| (native.map(str::to_owned), words.to_owned(), status));
        assert_eq!(found, expected);
        // One tool's mark for what is going on is another one's for what was given up.
        assert_eq!(read("/p/.kiro/specs/a/tasks.md", "- [-] 3. Describe it")[0].2, Status::InProgress);
        assert_eq!(read("/p/TODO.md", "- [ ] 1.2 is the version")[0].1, "1.2 is the version");
    }

    #[test]
    fn a_plan_belongs_to_the_project_around_it() {
        for path in ["TODO.md", "specs/a/tasks.md", "openspec/changes/a/tasks.md", ".kiro/specs/a/tasks.md"] {
            assert_eq!(project_of(&Path::new("/work/shop").join(path)), Some(Path::new("/work/shop")), "{path}");
        }
    }
}
