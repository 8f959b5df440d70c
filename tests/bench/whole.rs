//! Whole processes, beside the programs that they are compared with.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::Criterion;

use crate::common::{World, binary, has, project, set_time};
use crate::data::{home, list, list_path, session};
use crate::plumbing::Plumbing;

/// Runs a program to its end and returns how long that took.
fn time(command: &mut Command) -> Duration {
    command.stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().expect("the program starts");
    let took = started.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

fn sync(world: &World, home: &Path) -> Command {
    let mut command = world.command(binary());
    command.arg("-q").arg("sync").arg("--from").arg(home).env_remove("CHITTYSYNC_NOW");
    command.stderr(Stdio::null());
    command
}

fn original(world: &World, home: &Path) -> Command {
    let mut command = world.command("node");
    command.arg(project("tests/bench/reference/original.js")).arg(home.join("todos")).arg(world.path("todos.json"));
    command
}

/// A program that does nothing, beside git's.
pub fn start(c: &mut Criterion) {
    let world = World::new();
    let mut group = c.benchmark_group("start");
    for program in ["git", binary()] {
        let name = if program == "git" { "git --version" } else { "git-chittysync --version" };
        group.bench_function(name, |b| {
            b.iter_custom(|n| (0..n).map(|_| time(world.command(program).arg("--version"))).sum());
        });
    }
    group.finish();
}

/// Nothing changed, 264 sessions.
pub fn unchanged(c: &mut Criterion) {
    let world = World::new();
    let agent = world.path("agent");
    home(&agent, 264, 1_000);
    time(&mut sync(&world, &agent));
    let mut group = c.benchmark_group("unchanged");
    group.bench_function("sync", |b| b.iter_custom(|n| (0..n).map(|_| time(&mut sync(&world, &agent))).sum()));
    if has("node") {
        group.bench_function("original", |b| {
            b.iter_custom(|n| (0..n).map(|_| time(&mut original(&world, &agent))).sum());
        });
    }
    group.finish();
}

/// One session of 264 changed: capture and consolidation, beside plumbing that makes the same two commits,
/// and beside the bare cost of the barriers.
pub fn one_changed(c: &mut Criterion) {
    for fsync in [false, true] {
        let world = World::new();
        let agent = world.path("agent");
        home(&agent, 264, 1_000);
        time(&mut sync(&world, &agent));
        world.git(&world.store(), &["config", "chittysync.fsync", if fsync { "true" } else { "false" }]);
        let mut group = c.benchmark_group(if fsync { "one changed, fsync" } else { "one changed" });
        let mut turn = 0_usize;
        group.bench_function("sync", |b| {
            b.iter_custom(|n| {
                let run = |_| {
                    turn += 1;
                    let content = format!(r#"[{{"content": "Turn {turn}", "status": "pending"}}]"#);
                    let path = list_path(&agent, turn % 264);
                    fs::write(&path, content).expect("a file");
                    // Not of this moment: files that are that fresh are read again by the next run, and here the
                    // runs follow one another faster than any agent writes.
                    set_time(&path, &format!("2026-11-01T{:02}:{:02}:{:02}Z", turn / 3600, turn / 60 % 60, turn % 60));
                    time(&mut sync(&world, &agent))
                };
                (0..n).map(run).sum()
            });
        });
        let todos = world.path("blob");
        let plumbing = Plumbing { world: &world, store: &world.store(), fsync: if fsync { "all" } else { "none" } };
        let name = format!("refs/chittysync/{}", session(1));
        let consolidated = world.git(&world.store(), &["show", "consolidated:projects/general/todos.json"]);
        group.bench_function("plumbing", |b| {
            b.iter_custom(|n| {
                let run = |_| {
                    turn += 1;
                    fs::write(&todos, format!("{consolidated}\n{turn}")).expect("a file");
                    let started = Instant::now();
                    let files = [("projects/general/todos.json", todos.as_path()), ("sessions/00/x.json", &todos)];
                    let commit = plumbing.commit(&name, files, None);
                    plumbing.commit("refs/heads/consolidated", files, Some(&commit));
                    started.elapsed()
                };
                (0..n).map(run).sum()
            });
        });
        if fsync {
            group.bench_function("barriers", |b| {
                b.iter_custom(|n| (0..n).map(|_| barriers(&world.path("bare"))).sum());
            });
        }
        group.finish();
    }
}

/// What one capture and consolidation has to put on the disk at least: 15 objects, one of which is the project's list,
/// and 2 refs, each written, flushed and renamed into the directory that it belongs in, which is flushed then.
fn barriers(directory: &Path) -> Duration {
    const LIST: usize = 32 * 1024;
    let names: Vec<_> = (0..17).map(|number| directory.join(format!("{number}"))).collect();
    names.iter().for_each(|name| fs::create_dir_all(name).expect("a directory"));
    let started = Instant::now();
    let files: Vec<_> = names
        .iter()
        .map(|name| {
            let mut file = fs::File::create(name.with_extension("new")).expect("a file");
            let length = if name.ends_with("0") { LIST } else { 400 };
            file.write_all(&vec![7; length]).expect("written");
            file
        })
        .collect();
    for file in &files {
        file.sync_all().expect("flushed");
    }
    for name in &names {
        fs::rename(name.with_extension("new"), name.join("file")).expect("renamed");
    }
    for name in &names {
        fs::File::open(name).and_then(|directory| directory.sync_all()).expect("flushed");
    }
    started.elapsed()
}

/// The first import: 264 sessions beside the original, 10,000 beside `git fast-import` of the same objects.
pub fn first_import(c: &mut Criterion) {
    for (sessions, todos) in [(264, 1_000), (10_000, 40_000)] {
        let world = World::new();
        let agent = world.path("agent");
        home(&agent, sessions, todos);
        let mut group = c.benchmark_group(format!("first import of {sessions}"));
        group.sample_size(10);
        let fresh = || {
            let _ = fs::remove_dir_all(world.store());
            time(&mut sync(&world, &agent))
        };
        group.bench_function("sync", |b| b.iter_custom(|n| (0..n).map(|_| fresh()).sum()));
        if has("node") {
            group.bench_function("original", |b| {
                b.iter_custom(|n| (0..n).map(|_| time(&mut original(&world, &agent))).sum());
            });
        }
        let stream = world.path("stream");
        let exported = world.command("git").arg("-C").arg(world.store()).args(["fast-export", "--all"]).output();
        fs::write(&stream, exported.expect("git starts").stdout).expect("a file");
        let imported = world.path("imported.git");
        group.bench_function("fast-import", |b| {
            let run = |_| {
                let _ = fs::remove_dir_all(&imported);
                world.git(&world.home(), &["init", "-q", "--bare", imported.to_str().expect("UTF-8")]);
                let mut command = world.command("git");
                command.arg("-C").arg(&imported).args(["fast-import", "--quiet"]);
                time(command.stdin(fs::File::open(&stream).expect("the stream")))
            };
            b.iter_custom(|n| (0..n).map(run).sum());
        });
        group.finish();
    }
}

/// The merge driver on 1,000 todos, beside git's text merge of the same three files: theirs changed every line,
/// and each side changed twenty.
pub fn driver(c: &mut Criterion) {
    let world = World::new();
    let (before, after) = (list(1_000, 10), list(1_000, 11));
    let with_changes = |from: usize, count: usize| {
        let mut todos = before.clone();
        todos.extend(after.iter().skip(from).take(count).map(|(id, todo)| (*id, todo.clone())));
        chittysync::codec::encode_todos(&todos)
    };
    for (what, ours, theirs) in [
        ("every line", with_changes(0, 0), with_changes(0, 1_000)),
        ("twenty lines a side", with_changes(100, 20), with_changes(500, 20)),
    ] {
        let (base, theirs) = (world.write("base", &with_changes(0, 0)), world.write("theirs", &theirs));
        let mut group = c.benchmark_group(format!("driver, {what}"));
        let mut run = |name: &str, program: &str, arguments: &[&str]| {
            group.bench_function(name, |b| {
                b.iter_custom(|n| {
                    let once = |_| {
                        let ours = world.write("ours", &ours);
                        let mut command = world.command(program);
                        command.args(arguments);
                        match program {
                            "git" => command.args([&ours, &base, &theirs]),
                            _ => command.args([&base, &ours, &theirs]).args(["7", "projects/general/todos.json"]),
                        };
                        time(&mut command)
                    };
                    (0..n).map(once).sum()
                });
            });
        };
        run("merge-driver", binary(), &["merge-driver"]);
        run("merge-file", "git", &["merge-file", "-q"]);
        group.finish();
    }
}
