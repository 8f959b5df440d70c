//! The log: one for all processes, short, and read by people.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chittysync::log::{Entry, Level, append, path, tail};

use crate::common::World;
use crate::guard::{command, run};

/// Where the processes of the next test write.
const DIRECTORY: &str = "CHITTYSYNC_TEST_LOG";
const LINES: usize = 4_000;

/// Not a test: what a process of the next one does.
#[test]
#[ignore = "run by lines_of_two_processes_at_once"]
fn writes_lines() {
    let directory = PathBuf::from(std::env::var_os(DIRECTORY).expect("a directory"));
    for number in 0..LINES {
        append(&directory, Level::Info, &format!("p{}", std::process::id()), &format!("{number} {}", "x".repeat(50)));
    }
}

#[test]
fn lines_of_two_processes_at_once() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    world.git(&world.store(), &["config", "chittysync.logLines", "500"]);
    let writer = || {
        let mut writer = Command::new(std::env::current_exe().expect("this test"));
        writer.args(["--ignored", "--exact", "log::writes_lines"]).env(DIRECTORY, world.store());
        writer.env_remove("CHITTYSYNC_LOG").stdout(Stdio::null()).spawn().expect("this test")
    };
    let (mut one, mut two) = (writer(), writer());
    let mut follower = chittysync::log::Follower::new(&world.store());
    let mut followed = Vec::new();
    while one.try_wait().expect("an end").is_none() || two.try_wait().expect("an end").is_none() {
        followed.extend(follower.news());
    }
    followed.extend(follower.news());
    let text = std::fs::read_to_string(path(&world.store())).expect("a log");
    assert!(text.ends_with('\n') && text.lines().all(|line| Entry::parse(line).is_some()), "a line is torn");
    let kept = tail(&world.store(), usize::MAX);
    assert!((500..750).contains(&kept.len()), "{} lines are kept", kept.len());
    for child in [one.id(), two.id()] {
        let numbers = |entries: &[Entry]| -> Vec<usize> {
            let own = entries.iter().filter(|entry| entry.event == format!("p{child}"));
            own.map(|entry| entry.message.split(' ').next().and_then(|n| n.parse().ok()).expect("a number")).collect()
        };
        let kept = numbers(&kept);
        assert!(kept.windows(2).all(|pair| pair[0] + 1 == pair[1]), "lines are missing among the last ones");
        assert_eq!(kept.last().copied().unwrap_or(LINES - 1), LINES - 1);
        let followed = numbers(&followed);
        assert!(followed.windows(2).all(|pair| pair[0] < pair[1]), "a line was told twice");
        assert_eq!(followed.last(), Some(&(LINES - 1)));
    }
}

#[test]
fn the_last_lines_and_the_new_ones() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    assert_eq!(run(&world, &["daemon", "log"]).stdout, "");
    for number in 1..=9 {
        append(&world.store(), Level::Error, "count", &format!("{number} \u{1b}[2J"));
    }
    let last = run(&world, &["daemon", "log", "-n", "2"]).stdout;
    let lines: Vec<&str> = last.lines().map(|line| &line[25..]).collect();
    assert_eq!(lines, ["error count: 8 \u{fffd}[2J", "error count: 9 \u{fffd}[2J"]);
    let json: serde_json::Value =
        serde_json::from_str(&run(&world, &["--json", "daemon", "log"]).stdout).expect("JSON");
    assert_eq!((json.as_array().map(Vec::len), &json[8]["level"]), (Some(9), &"error".into()));

    assert_eq!(run(&world, &["--json", "daemon", "log", "-f"]).code, Some(129));
    let mut following = command(&world, &["daemon", "log", "-f", "-n", "1"]);
    let mut following = following.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(following.stdout.take().expect("a pipe")).lines();
    assert!(lines.next().expect("a line").expect("text").contains("count: 9"));
    append(&world.store(), Level::Info, "count", "10");
    let next = lines.next().expect("a line").expect("text");
    following.kill().and_then(|()| following.wait()).expect("an end");
    assert!(next.ends_with("info  count: 10"), "{next}");
}

#[test]
fn is_as_talkative_as_it_is_told_to_be() {
    let world = World::new();
    world.ok(&["-q", "init", "--default"]);
    for (level, lines) in [("off", 0), ("error", 0), ("info", 2), ("nonsense", 2), ("debug", 3)] {
        let _ = std::fs::remove_file(path(&world.store()));
        let mut daemon = command(&world, &["daemon", "run"]);
        let daemon = daemon.env("CHITTYSYNC_LOG", level).stderr(Stdio::piped()).spawn().expect("the program starts");
        crate::guard::until("it ran", || {
            let found = crate::guard::status(&world);
            found["pid"] == daemon.id() && found["jobs"]["sync"]["took"].as_u64() > Some(0)
        });
        crate::guard::kill(daemon.id(), "-TERM");
        let said = String::from_utf8(daemon.wait_with_output().expect("an end").stderr).expect("UTF-8");
        let warned = "warning: CHITTYSYNC_LOG is 'nonsense', which is no level; info is taken\nhint: ";
        assert_eq!(said.matches(warned).count(), usize::from(level == "nonsense"), "{said}");
        let told = said.lines().filter(|line| !line.starts_with("warning: ") && !line.starts_with("hint: ")).count();
        assert_eq!(told, lines, "{level}: {said}");
        assert_eq!(tail(&world.store(), 99).len(), lines, "{level}: {:?}", tail(&world.store(), 99));
    }
}
