//! What makes the system start the daemon.

use std::path::{Path, PathBuf};
use std::process::Command;

use chittysync::install::service::{cron_line, launchd_agent, systemd_unit};
use chittysync::install::{Runs, Service};

use crate::common::{Done, World, binary, done, has};

/// Values with everything that one of the three could misread.
fn service() -> Service {
    Service {
        runs: Runs::Daemon,
        program: PathBuf::from(binary()),
        store: Some(PathBuf::from("/home/a b/100% $HOME \"quoted\" 'x' \\y & <z>/store.git")),
        home: PathBuf::from("/home/a b"),
        path: "/usr/bin:/home/a b/100%/bin".into(),
        environment: vec![("CLAUDE_CONFIG_DIR".into(), "/home/a b/$claude \"x\"".into())],
    }
}

fn python(world: &World, script: &str, input: &Path) -> serde_json::Value {
    let done = done(world.command("python3").args(["-c", script]).arg(input).output());
    assert_eq!(done.code, Some(0), "{done:?}");
    serde_json::from_str(&done.stdout).expect("JSON")
}

fn verify(world: &World, unit: &Path) -> Done {
    let mut command = world.command("systemd-analyze");
    command.args(["verify", "--user"]).arg(unit).env("XDG_RUNTIME_DIR", world.path("bin"));
    done(command.output())
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    if !has("systemd-analyze") {
        return;
    }
    let world = World::new();
    let unit = world.write("git-chittysync.service", systemd_unit(&service()).as_bytes());
    let said = verify(&world, &unit);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let broken = systemd_unit(&service()).replace("ExecStart=", "ExecStrat=");
    let unit = world.write("git-chittysync.service", broken.as_bytes());
    let said = verify(&world, &unit);
    assert_ne!((said.code, said.stderr.as_str()), (Some(0), ""), "it takes anything");
}

#[test]
fn a_unit_quotes_what_systemd_would_read() {
    let unit = systemd_unit(&service());
    let start = unit.lines().find(|line| line.starts_with("ExecStart=")).expect("a line");
    assert!(
        start.ends_with(r#" "daemon" "run" "--store" "/home/a b/100%% $$HOME \"quoted\" 'x' \\y & <z>/store.git""#)
    );
    assert!(unit.contains("Environment=\"PATH=/usr/bin:/home/a b/100%%/bin\"\n"), "{unit}");
    assert!(unit.contains("Environment=\"CLAUDE_CONFIG_DIR=/home/a b/$claude \\\"x\\\"\"\n"), "{unit}");
}

#[test]
fn the_agent_is_a_property_list() {
    if !has("python3") {
        return;
    }
    let world = World::new();
    let text =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", launchd_agent(&service(), Path::new("/l/x&y.log")));
    let file = world.write("agent.plist", text.as_bytes());
    let script = "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
    let agent = python(&world, script, &file);
    let service = service();
    let store = service.store.as_ref().and_then(|path| path.to_str()).expect("UTF-8");
    assert_eq!(agent["Label"], "git-chittysync.daemon");
    assert_eq!(agent["ProgramArguments"], serde_json::json!([binary(), "daemon", "run", "--store", store]));
    assert_eq!(agent["EnvironmentVariables"]["HOME"], "/home/a b");
    assert_eq!(agent["EnvironmentVariables"]["PATH"], service.path);
    assert_eq!(agent["EnvironmentVariables"]["CLAUDE_CONFIG_DIR"], service.environment[0].1);
    assert_eq!((&agent["RunAtLoad"], &agent["KeepAlive"]["SuccessfulExit"]), (&true.into(), &false.into()));
    assert_eq!((&agent["StandardOutPath"], &agent["StandardErrorPath"]), (&"/l/x&y.log".into(), &"/l/x&y.log".into()));
}

/// What cron does with the line: it takes the backslashes before `%` away and gives the rest to a shell.
#[test]
fn the_line_for_cron_means_what_it_says() {
    let world = World::new();
    let program = world.path("say words");
    std::fs::write(&program, "#!/bin/sh\nprintf '%s\\n' \"$HOME\" \"$@\"\n").expect("a script");
    Command::new("chmod").arg("755").arg(&program).status().expect("chmod");
    let service = Service { program, path: "/usr/bin:/bin".into(), ..service() };
    let line = cron_line(&service);
    assert_eq!(line.lines().count(), 1);
    let command = line.trim_end().strip_prefix("*/5 * * * * ").expect("five fields").replace("\\%", "%");
    let said = done(world.command("sh").arg("-c").arg(command).output());
    let store = service.store.as_ref().and_then(|path| path.to_str()).expect("UTF-8");
    assert_eq!(said.stdout.lines().collect::<Vec<_>>(), ["/home/a b", "sync", "--quiet", "--store", store], "{said:?}");
}

/// A `systemctl` that writes down what it was told, and answers as it is told.
fn with_systemctl(answer: u32) -> World {
    let world = World::new();
    let said = world.path("told");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> '{}'\n[ {answer} = 0 ] || echo 'no bus' >&2\nexit {answer}\n",
        said.display()
    );
    let path = world.write("bin/systemctl", script.as_bytes());
    Command::new("chmod").arg("755").arg(path).status().expect("chmod");
    world
}

fn service_command(world: &World, arguments: &[&str]) -> Done {
    world.run(&[&["service"], arguments, &["--manager", "systemd"]].concat())
}

fn unit(world: &World) -> PathBuf {
    world.home().join(".config/systemd/user/git-chittysync.service")
}

fn told(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path("told")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn is_put_in_place_and_taken_away() {
    let world = with_systemctl(0);
    let dry = service_command(&world, &["install", "-n"]);
    assert_eq!((dry.code, unit(&world).exists(), told(&world).len()), (Some(0), false, 0), "{dry:?}");
    assert!(dry.stderr.contains("would run  systemctl --user enable --now git-chittysync.service"), "{dry:?}");
    assert_eq!(service_command(&world, &["status"]).code, Some(1));
    std::fs::remove_file(world.path("told")).expect("it was asked");

    let first = service_command(&world, &["install"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    let enable = ["--user daemon-reload", "--user enable --now git-chittysync.service"];
    assert_eq!(told(&world), enable);
    let text = std::fs::read_to_string(unit(&world)).expect("a unit");
    assert!(text.starts_with("# Installed by git chittysync;") && text.contains("\"daemon\" \"run\"\n"), "{text}");
    let again = service_command(&world, &["install"]);
    assert!(again.stderr.contains("unchanged"), "{again:?}");
    let status = service_command(&world, &["status"]);
    assert_eq!(status.code, Some(0), "{status:?}");
    assert!(status.stdout.contains("installed: ") && status.stdout.contains("active     yes"), "{status:?}");

    std::fs::remove_file(world.path("told")).expect("removed");
    assert_eq!(service_command(&world, &["uninstall", "--dry-run"]).code, Some(0));
    assert!(unit(&world).exists() && told(&world).is_empty());
    assert_eq!(service_command(&world, &["uninstall"]).code, Some(0));
    assert!(!unit(&world).exists());
    assert_eq!(told(&world), ["--user disable --now git-chittysync.service"]);
    assert_eq!(service_command(&world, &["uninstall"]).code, Some(0), "nothing to do is no error");
}

#[test]
fn names_the_store_and_the_home_that_were_named() {
    let world = with_systemctl(0);
    let mut command = world.command(binary());
    command.args(["--store", "mine", "service", "install", "--manager", "systemd"]);
    let installed = done(command.env("CLAUDE_CONFIG_DIR", "/agents/claude").output());
    assert_eq!(installed.code, Some(0), "{installed:?}");
    let text = std::fs::read_to_string(unit(&world)).expect("a unit");
    assert!(text.contains(&format!("\"--store\" \"{}\"\n", world.path("mine").display())), "{text}");
    assert!(text.contains("Environment=\"CLAUDE_CONFIG_DIR=/agents/claude\"\n"), "{text}");
    assert!(!text.contains("CHITTYSYNC_NOW"), "{text}");
}

#[test]
fn what_somebody_else_wrote_is_left_alone() {
    let world = with_systemctl(0);
    world.write("home/.config/systemd/user/git-chittysync.service", b"[Service]\nExecStart=/mine\n");
    for verb in ["install", "uninstall", "status"] {
        let done = service_command(&world, &[verb]);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert_eq!(std::fs::read(unit(&world)).expect("a unit"), b"[Service]\nExecStart=/mine\n");
    }
    assert!(told(&world).iter().all(|line| line.contains("is-active")), "{:?}", told(&world));
}

#[test]
fn says_so_when_the_manager_does_not_listen() {
    let world = with_systemctl(1);
    let refused = service_command(&world, &["install"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("the daemon was not started: no bus"), "{refused:?}");
    assert!(refused.stderr.contains("`systemctl --user daemon-reload && systemctl --user enable --now"), "{refused:?}");
    assert_eq!(service_command(&world, &["uninstall"]).code, Some(0));
    assert!(!unit(&world).exists(), "what does not run is removed all the same");
}

#[test]
fn without_a_manager_a_line_for_cron_is_printed() {
    let world = World::new();
    let before = crate::common::files(&world.path("")).len();
    let printed = world.run(&["service", "install", "--manager", "cron"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(printed.stdout.starts_with("*/5 * * * * ") && printed.stdout.ends_with(" sync --quiet\n"), "{printed:?}");
    assert_eq!(crate::common::files(&world.path("")).len(), before, "nothing is written");
}

/// The hub is a service beside the daemon's: either can be there without the other.
#[test]
fn the_hub_is_a_service_of_its_own() {
    let world = with_systemctl(0);
    // Where it is built, it stands beside the program.
    if !Path::new(binary()).with_file_name("git-chittysync-hub").exists() {
        let missing = service_command(&world, &["install", "--hub"]);
        assert_eq!(missing.code, Some(128), "{missing:?}");
        assert!(missing.stderr.contains("git-chittysync-hub is not installed"), "{missing:?}");
    }
    let without = service_command(&world, &["install", "--listen", "127.0.0.1:1"]);
    assert_eq!(without.code, Some(129), "an option of the hub alone: {without:?}");

    let program = world.write("bin/git-chittysync-hub", b"#!/bin/sh\n");
    Command::new("chmod").arg("755").arg(program).status().expect("chmod");
    let half = service_command(&world, &["install", "--hub", "--tls-cert", "c.pem"]);
    assert_eq!(half.code, Some(129), "a certificate without its key: {half:?}");
    let options = ["install", "--hub", "--listen", "127.0.0.1:9000", "--host", "todos.example", "--behind-proxy"];
    let files = ["--tls-cert", "c.pem", "--tls-key", "/k.pem"];
    let installed = service_command(&world, &[&options[..], &files[..]].concat());
    assert_eq!(installed.code, Some(0), "{installed:?}");
    assert!(installed.stderr.contains("service uninstall --hub"), "{installed:?}");
    assert_eq!(told(&world), ["--user daemon-reload", "--user enable --now git-chittysync-hub.service"]);
    let hub = unit(&world).with_file_name("git-chittysync-hub.service");
    let text = std::fs::read_to_string(&hub).expect("a unit");
    let certificate = world.path("c.pem").canonicalize().unwrap_or_else(|_| world.path("c.pem"));
    let start = format!(
        r#" "hub" "--listen" "127.0.0.1:9000" "--host" "todos.example" "--behind-proxy" "--tls-cert" "{}" "--tls-key" "/k.pem""#,
        certificate.display()
    );
    assert!(text.lines().any(|line| line.starts_with("ExecStart=") && line.ends_with(&start)), "{text}");
    assert!(text.starts_with("# Installed by git chittysync; `git chittysync service uninstall --hub`"), "{text}");
    assert!(!unit(&world).exists(), "the daemon's is another one");
    assert_eq!(service_command(&world, &["status", "--hub"]).code, Some(0), "whatever options it has");
    assert_eq!(service_command(&world, &["status"]).code, Some(1));

    assert_eq!(service_command(&world, &["install"]).code, Some(0));
    assert_eq!(service_command(&world, &["uninstall", "--hub"]).code, Some(0));
    assert!(!hub.exists() && unit(&world).exists());
    if has("systemd-analyze") {
        let runs = Runs::Hub(vec!["--listen".into(), "[::1]:80".into()]);
        let unit = world.write("hub.service", systemd_unit(&Service { runs, ..service() }).as_bytes());
        let said = verify(&world, &unit);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    }
    let line = cron_line(&Service { runs: Runs::Hub(Vec::new()), ..service() });
    assert!(line.starts_with("@reboot ") && line.contains(" hub --store "), "{line}");
}
