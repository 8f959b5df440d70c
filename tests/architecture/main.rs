//! The boundaries that `docs/architecture.md` promises, and habits that only a look at all files can keep.

mod circles;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each module may import of this crate.
const IMPORTS: [(&str, &[&str]); 22] = [
    ("todo", &[]),
    ("redact", &["todo"]),
    ("merge", &["todo"]),
    ("statement", &["todo", "merge"]),
    ("codec", &["todo", "merge"]),
    ("view", &["todo", "merge"]),
    ("plan", &["todo", "merge", "view"]),
    ("board", &["todo", "merge", "view"]),
    ("access", &["todo"]),
    ("wire", &["todo", "access", "view", "plan"]),
    ("page", &["todo", "merge", "view", "plan"]),
    ("git", &["todo"]),
    ("settings", &["todo", "redact", "statement", "plan", "git"]),
    ("store", &["todo", "merge", "codec", "git", "settings"]),
    ("source", &["todo"]),
    ("log", &["todo", "redact", "git", "settings"]),
    (
        "ops",
        &[
            "todo",
            "redact",
            "merge",
            "statement",
            "codec",
            "view",
            "plan",
            "access",
            "git",
            "settings",
            "store",
            "source",
            "log",
        ],
    ),
    ("mirror", &["todo", "merge", "view", "git", "settings", "store", "log", "ops"]),
    ("install", &["todo", "git", "store", "source"]),
    ("daemon", &["todo", "git", "settings", "store", "source", "ops", "log"]),
    (
        "cli",
        &[
            "todo",
            "redact",
            "merge",
            "statement",
            "codec",
            "view",
            "plan",
            "board",
            "git",
            "settings",
            "store",
            "source",
            "ops",
            "log",
            "install",
            "daemon",
        ],
    ),
    (
        "hub",
        &[
            "todo", "merge", "view", "plan", "access", "wire", "page", "git", "settings", "store", "source", "log",
            "ops", "mirror", "daemon", "cli",
        ],
    ),
];

/// Data in, data out.
const PURE: [&str; 11] =
    ["todo", "redact", "merge", "statement", "codec", "view", "plan", "board", "access", "wire", "page"];

/// What pure modules do without.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::time",
    "std::thread",
    "Utc::now",
    "println!",
    "print!(",
    "dbg!",
];

/// Past this many lines a file wants to be two.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(directory: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut queue) = (Vec::new(), vec![root().join(directory)]);
    while let Some(directory) = queue.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                queue.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                files.push((path, text));
            }
        }
    }
    files
}

/// Returns the code of a file: no comments, and nothing after its unit tests begin.
fn plain_code(path: &Path, text: &str) -> String {
    if path.ends_with("tests.rs") {
        return String::new();
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the code of a file, and behind it the paths that it imports in groups, each written out.
fn code(path: &Path, text: &str) -> String {
    let mut code = plain_code(path, text);
    let words: Vec<&str> =
        code.split(';').filter_map(|statement| statement.rsplit_once("use ")).map(|(_, tree)| tree).collect();
    let groups = words.into_iter().filter(|tree| tree.contains('{')).flat_map(|tree| written_out("", tree));
    let groups: Vec<String> = groups.collect();
    code.push('\n');
    code + &groups.join("\n")
}

/// Returns the paths of an import.
fn written_out(before: &str, tree: &str) -> Vec<String> {
    let Some((path, rest)) = tree.split_once('{') else { return vec![format!("{before}{}", tree.trim())] };
    let (inner, before) = (rest.rsplit_once('}').map_or(rest, |(inner, _)| inner), format!("{before}{}", path.trim()));
    let (mut depth, mut from, mut paths) = (0, 0, Vec::new());
    for (at, char) in inner.char_indices().chain([(inner.len(), ',')]) {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths.extend(written_out(&before, &inner[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    paths
}

#[test]
fn imports_in_groups_are_seen() {
    let code = code(Path::new("x.rs"), "use std::{env, fs::{self, File}};\npub use std::process::{Child, Command};\n");
    for path in ["std::env", "std::fs::self", "std::fs::File", "std::process::Command"] {
        assert!(code.lines().any(|line| line == path), "{path}: {code}");
    }
}

#[test]
fn modules_import_what_the_table_allows() {
    for (module, allowed) in IMPORTS {
        for (path, text) in rust_files(&format!("src/{module}")) {
            for rest in code(&path, &text).split("crate::").skip(1) {
                let name: String = rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
                let known = IMPORTS.iter().any(|(other, _)| *other == name);
                assert!(known, "{}: `crate::{name}` is no module of the table", path.display());
                let fine = name == module || allowed.contains(&name.as_str());
                assert!(fine, "{}: {module} may not import {name}", path.display());
            }
        }
    }
}

#[test]
fn every_module_is_in_the_table_and_on_the_page() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).expect("a page");
    for entry in std::fs::read_dir(root().join("src")).expect("src") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        // `bin` holds programs, a line each.
        if path.is_dir() && name != "bin" {
            assert!(IMPORTS.iter().any(|(module, _)| *module == name), "{name} is not in the table");
            assert!(page.contains(&format!("\n| `{name}` |")), "{name} is not in docs/architecture.md");
        }
    }
}

#[test]
fn pure_modules_touch_nothing() {
    for module in PURE {
        for (path, text) in rust_files(&format!("src/{module}")) {
            let code = code(&path, &text);
            for word in IMPURE {
                assert!(!code.contains(word), "{}: {word} in a pure module", path.display());
            }
        }
    }
}

/// Who starts programs besides `git`: the build script asks it which commit is built, the daemon its own runs, a sync of
/// all stores one for each, `topics --spawn` an agent, the service the system's manager, a long text git's pager, a
/// person's editor, `hub` and `mirror` the program that does both, that one git's server side, rclone, a mirror that is a command and, for
/// `hub open`, a browser, `watch --hub` curl.
const STARTERS: [&str; 15] = [
    "src/build.rs",
    "cli/hub.rs",
    "cli/editor.rs",
    "cli/pager.rs",
    "cli/sync_all.rs",
    "cli/watch_hub.rs",
    "daemon/job_command.rs",
    "daemon/detach.rs",
    "daemon/jobs.rs",
    "hub/backend.rs",
    "hub/open.rs",
    "install/manager.rs",
    "mirror/bundles/rclone.rs",
    "mirror/command.rs",
    "ops/spawn/process.rs",
];

#[test]
fn only_git_knows_gix_and_runs_git() {
    for (path, text) in rust_files("src").into_iter().filter(|(path, _)| !path.starts_with(root().join("src/git"))) {
        let code = code(&path, &text);
        let starts = STARTERS.iter().any(|starter| path.ends_with(starter));
        assert_eq!(code.contains("process::Command"), starts, "{}", path.display());
        assert!(!code.contains("gix::"), "{}", path.display());
    }
}

/// Where an agent may be named outside its own folder and `install`: the list of agents, what a person types or reads
/// as an example, and a file that the original has under that name.
const NAMERS: [&str; 7] = [
    "src/source/agents.rs",
    "src/source/mod.rs",
    "src/cli/install.rs",
    "src/cli/install_args.rs",
    "src/cli/sync.rs",
    "src/cli/context.rs",
    "src/cli/export.rs",
];

#[test]
fn an_agent_is_known_to_its_folder_only() {
    let own = ["src/source/claude", "src/install"].map(|own| root().join(own));
    for (path, text) in rust_files("src").into_iter().filter(|(path, _)| own.iter().all(|own| !path.starts_with(own))) {
        let named = code(&path, &text).to_lowercase().contains("claude");
        assert!(!named || NAMERS.iter().any(|namer| path.ends_with(namer)), "{} names an agent", path.display());
    }
}

/// What reads or writes a store's objects and refs. A front end names commits and shows them; it opens none.
const INSIDES: [&str; 10] = [
    "Overlay",
    "Batch::",
    "Ancestors",
    "Writer::",
    "RefChange",
    "RefDelete",
    "NewCommit",
    "Consolidated::",
    "store::cache",
    "find_ref(",
];

#[test]
fn front_ends_do_not_look_inside_a_store() {
    for (path, text) in ["src/cli", "src/board"].into_iter().flat_map(rust_files) {
        let code = code(&path, &text);
        for word in INSIDES {
            assert!(!code.contains(word), "{}: {word} belongs into a use case of `ops`", path.display());
        }
    }
}

/// `docs/decisions/0024`: what is said of a todo is decided in `ops::todo`, whoever asks for it.
#[test]
fn front_ends_decide_nothing() {
    for (path, text) in ["src/cli", "src/board", "src/hub"].into_iter().flat_map(rust_files) {
        let code = code(&path, &text);
        for word in
            ["Act::new(", "Act {", "Act::release(", "statement::Precedence", "ops::act", "ops::restore", "view::search"]
        {
            assert!(!code.contains(word), "{}: {word} belongs into a use case", path.display());
        }
    }
}

/// `docs/decisions/0013`: one command is asynchronous, because the protocol's library is. `docs/decisions/0034`: and the
/// hub, which is a program of its own.
#[test]
fn only_mcp_and_the_hub_are_asynchronous() {
    let hub = root().join("src/hub");
    let others = |path: &Path| {
        !["cli/mcp.rs", "cli/mcp_resources.rs"].iter().any(|mcp| path.ends_with(mcp)) && !path.starts_with(&hub)
    };
    for (path, text) in rust_files("src").into_iter().filter(|(path, _)| others(path)) {
        let code = code(&path, &text);
        assert!(
            !["tokio::", "async fn", "async move", ".await;", ".await?", ".await."]
                .iter()
                .any(|word| code.contains(word)),
            "{}",
            path.display()
        );
        assert!(!code.contains("rmcp::") || path.ends_with("cli/mcp_tools.rs"), "{}", path.display());
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    for (path, text) in ["src", "tests"].into_iter().flat_map(rust_files) {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
        let described = text.starts_with("//!");
        assert!(described, "{} does not open with what it is for", path.display());
    }
}

/// A file that no `mod` names is never compiled, and its tests never run.
#[test]
fn no_test_file_is_forgotten() {
    for (path, _) in rust_files("tests") {
        let directory = path.parent().expect("a directory");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        // `main.rs` makes a directory a test; the benches' is named in `Cargo.toml` and must not be one.
        let root_file = if directory.ends_with("bench") { "speed" } else { "main" };
        if stem == root_file || directory.ends_with("common") || directory == root().join("tests") {
            continue;
        }
        let main = std::fs::read_to_string(directory.join(format!("{root_file}.rs"))).expect("a root beside it");
        assert!(main.contains(&format!("mod {stem};")), "{} is not in {root_file}.rs", path.display());
    }
}

/// `docs/path-of-a-todo.md` names functions in the order in which they are read, each file once.
#[test]
fn the_path_of_a_todo_is_there() {
    let page = std::fs::read_to_string(root().join("docs/path-of-a-todo.md")).expect("a page");
    let quoted = |cell: &str| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned());
    for part in page.split("\n## ").skip(1) {
        let mut read = Vec::new();
        for line in part.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').collect();
            let (function, file) = (quoted(cells[1]).expect("a function"), quoted(cells[2]).expect("a file"));
            let text = std::fs::read_to_string(root().join(&file)).unwrap_or_else(|err| panic!("{file}: {err}"));
            let is_there = ["(", "<"].iter().any(|after| text.contains(&format!("fn {function}{after}")));
            assert!(is_there, "{file} has no function {function}");
            assert!(!read.contains(&file), "{file} stands twice");
            read.push(file);
        }
        assert!(read.len() > 10, "{part}");
    }
}

/// What a build needs, and what people read first.
#[test]
fn a_package_holds_no_tests() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let listed = cargo.output().expect("cargo");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let of_cargo = ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];
    let is_needed = |path: &&str| path.starts_with("src/") || path.starts_with("git-hooks/");
    let rest: BTreeSet<&str> = listed.lines().filter(|path| !is_needed(path) && !of_cargo.contains(path)).collect();
    assert_eq!(rest, BTreeSet::from(["README.md", "CHANGELOG.md", "LICENSE"]));
    assert!(listed.lines().filter(is_needed).count() > 300, "{listed}");
    // One file has the text of both licences that `Cargo.toml` names.
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("a file");
    assert!(read("Cargo.toml").contains("license = \"MIT OR Apache-2.0\""));
    for title in ["MIT License", "Apache License"] {
        assert!(read("LICENSE").contains(title), "{title}");
    }
}
