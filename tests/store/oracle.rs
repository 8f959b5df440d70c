//! A second opinion on a store: plain git and a JSON reader, none of this program's code.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::common::World;

/// What one session says of one todo: session, words, status.
pub type Said = (String, String, String);

/// Returns everything that a ref's whole history, or only its tip, says.
pub fn said(world: &World, store: &Path, name: &str, history: bool) -> BTreeSet<Said> {
    // Every object that a commit leads to, once, with its path.
    let commits = if history { name.to_owned() } else { format!("{name}^{{tree}}") };
    let listed = world.git(store, &["rev-list", "--objects", &commits]);
    let is_list = |path: &str| path.starts_with("projects/") && path.ends_with(".json");
    let lists = listed.lines().filter_map(|line| line.split_once(' ')).filter(|(_, path)| is_list(path));
    let ids: Vec<&str> = lists.map(|(id, _)| id).collect();
    // The files of a history repeat their lines; each is read once.
    let contents = contents(world, store, &ids);
    let lines: BTreeSet<&str> = contents.iter().flat_map(|text| text.lines()).collect();
    lines.into_iter().filter(|line| !matches!(*line, "[" | "]" | "[]")).flat_map(claims).collect()
}

/// Returns the claims of one line of a file of todos.
fn claims(line: &str) -> Vec<Said> {
    let todo: Value = serde_json::from_str(line.trim_end_matches(',')).expect("a line of todos.json is JSON");
    let content = todo["content"].as_str().expect("words");
    let claims = todo["claims"].as_object().expect("claims");
    let said = |(session, claim): (&String, &Value)| {
        (session.clone(), content.to_owned(), claim["status"].as_str().expect("a status").to_owned())
    };
    claims.iter().map(said).collect()
}

/// Checks that a store is whole: git finds nothing wrong, and nothing of a dead process lies about.
pub fn whole(world: &World, store: &Path) -> Result<(), String> {
    let checked = world.git_run(store, &["fsck", "--strict", "--full"]);
    if checked.code != Some(0) {
        return Err(format!("git fsck: {checked:?}"));
    }
    // Dangling objects are what an interrupted write leaves; everything else is damage.
    let text = format!("{}{}", checked.stdout, checked.stderr);
    if let Some(line) = text.lines().find(|line| !line.starts_with("dangling ") && !line.starts_with("notice: ")) {
        return Err(format!("git fsck: {line}"));
    }
    tidy(&git_dir(store))
}

/// Checks that no lock and no file in the making is left.
fn tidy(git_dir: &Path) -> Result<(), String> {
    let mut queue = vec![git_dir.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // Whose lock a daemon holds; the file itself stays.
            if name == "daemon.lock" {
                continue;
            }
            if name.ends_with(".lock") || name.starts_with(".chittysync-") || name.starts_with("tmp_") {
                return Err(format!("left over: {}", path.display()));
            }
            if directory.ends_with("chittysync/tmp") {
                return Err(format!("left in the temporary directory: {}", path.display()));
            }
            if path.is_dir() && !path.is_symlink() {
                queue.push(path);
            }
        }
    }
    Ok(())
}

/// Returns the git directory of a bare repository or of a working tree.
pub fn git_dir(store: &Path) -> std::path::PathBuf {
    if store.join(".git").is_dir() { store.join(".git") } else { store.to_owned() }
}

/// Returns the contents of blobs.
fn contents(world: &World, store: &Path, ids: &[&str]) -> Vec<String> {
    let mut command = world.command("git");
    command.current_dir(store).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("git starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = format!("{}\n", ids.join("\n"));
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("git ends");
    writer.join().expect("no panic").expect("git reads");
    assert!(output.status.success());
    let (mut rest, mut contents) = (output.stdout.as_slice(), Vec::new());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n').filter(|_| contents.len() < ids.len()) {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size: usize = head.rsplit(' ').next().and_then(|size| size.parse().ok()).expect("a size");
        contents.push(String::from_utf8(rest[end + 1..][..size].to_vec()).expect("UTF-8"));
        rest = &rest[end + 1 + size + 1..];
    }
    contents
}
