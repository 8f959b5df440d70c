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
    let commits = match history {
        true => world.git(store, &["log", "--format=%H", name]),
        false => world.git(store, &["rev-parse", name]),
    };
    let mut blobs = BTreeSet::new();
    let trees: BTreeSet<String> = git_with_input(world, store, "%(objectname)", &suffixed(&commits, "^{tree}"));
    for tree in &trees {
        let listed = world.git(store, &["ls-tree", "-r", tree, "projects/"]);
        blobs.extend(listed.lines().filter_map(|line| {
            let (entry, path) = line.split_once('\t')?;
            path.ends_with("/todos.json").then(|| entry.rsplit(' ').next().unwrap_or_default().to_owned())
        }));
    }
    blobs.iter().flat_map(|blob| claims(&world.git(store, &["cat-file", "blob", blob]))).collect()
}

/// Returns the claims of one file of todos.
fn claims(text: &str) -> Vec<Said> {
    let lines: Vec<Value> = serde_json::from_str(text).expect("todos.json is JSON");
    let mut said = Vec::new();
    for line in &lines {
        let content = line["content"].as_str().expect("words");
        for (session, claim) in line["claims"].as_object().expect("claims") {
            let status = claim["status"].as_str().expect("a status");
            said.push((session.clone(), content.to_owned(), status.to_owned()));
        }
    }
    said
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

fn suffixed(lines: &str, suffix: &str) -> String {
    lines.lines().map(|line| format!("{line}{suffix}\n")).collect()
}

fn git_with_input(world: &World, store: &Path, format: &str, input: &str) -> BTreeSet<String> {
    let mut child = world
        .command("git")
        .current_dir(store)
        .args(["cat-file", &format!("--batch-check={format}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("git ends");
    writer.join().expect("no panic").expect("git reads");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
