//! A remote that cannot be reached: what is the matter is told, by `doctor`, by `init --remote` and by `sync`.

#![cfg(unix)]

use crate::devices::Devices;
use crate::servers::{PASSWORD, PLAIN, USER, configure_ssh, credentials, devices, ssh, ssh_url, url, web};

/// Has a device synced with this remote, and returns what `doctor` says of it.
fn told(devices: &Devices, url: &str) -> String {
    let init = devices.ok("a", &["init", "--remote", url]);
    let doctor = devices.run("a", &["doctor"]).stdout;
    let line = doctor.lines().find(|line| line[4..].starts_with("remote ")).expect("a line").to_owned();
    // The same wherever it is told.
    let sync = devices.run("a", &["sync"]);
    if line.starts_with("BAD") {
        let cause = line.split("cannot be reached: ").nth(1).expect("a cause").split(" (git: ").next().expect("words");
        assert!(init.stderr.contains(cause), "{url}: {line}: {init:?}");
        assert!(sync.stderr.contains(cause), "{url}: {line}: {sync:?}");
    } else {
        assert!(!init.stderr.contains("cannot be reached"), "{init:?}");
    }
    devices.world.git(&devices.store("a"), &["remote", "remove", "origin"]);
    line
}

#[test]
fn without_a_remote_it_is_off() {
    let devices = devices(&["a"]);
    let doctor = devices.run("a", &["doctor"]).stdout;
    assert!(
        doctor.contains("off remote      none, so nothing leaves this device; `git chittysync init --remote"),
        "{doctor}"
    );
    devices.world.git(&devices.store("a"), &["config", "chittysync.remote", "gone"]);
    let doctor = devices.run("a", &["doctor"]);
    assert!(
        doctor.code == Some(1) && doctor.stdout.contains("BAD remote      chittysync.remote is 'gone'"),
        "{doctor:?}"
    );
}

#[test]
fn a_path_and_a_host_that_are_not_there() {
    let devices = devices(&["a"]);
    assert_eq!(told(&devices, &devices.hub().to_string_lossy()), "ok  remote      origin answers");
    for url in ["/nowhere/todos.git", "file:///nowhere/todos.git"] {
        assert!(told(&devices, url).contains(": there is no repository at that path; "), "{url}");
    }
    // A port that nobody listens at.
    for url in ["http://127.0.0.1:1/x.git", "ssh://127.0.0.1:1/x.git", "git://127.0.0.1:1/x.git"] {
        assert!(told(&devices, url).contains(": refused: "), "{url}: {}", told(&devices, url));
    }
}

#[test]
fn a_web_server_that_wants_another_password() {
    let devices = devices(&["a"]);
    let Some(server) = web(&devices, PLAIN) else { return };
    assert!(told(&devices, &url(&server)).contains(": wrong password or key, or none; "), "none");
    credentials(&devices, USER, "guessed");
    assert!(told(&devices, &url(&server)).contains(": wrong password or key, or none; "), "another one");
    credentials(&devices, USER, PASSWORD);
    assert!(told(&devices, &url(&server)).starts_with("ok "));
    let missing = url(&server).replace("hub.git", "hab.git");
    let said = told(&devices, &missing);
    assert!(said.contains(": there is no repository at that path; "), "{said}");
}

#[test]
fn a_host_that_does_not_know_the_key_or_is_not_known() {
    let devices = devices(&["a"]);
    let Some(server) = ssh(&devices) else { return };
    assert!(told(&devices, &ssh_url(&devices, &server)).starts_with("ok "));
    let missing = ssh_url(&devices, &server).replace("hub.git", "hab.git");
    assert!(told(&devices, &missing).contains(": there is no repository at that path; "));
    configure_ssh(&devices, "stranger", "known");
    let said = told(&devices, &ssh_url(&devices, &server));
    assert!(said.contains(": wrong password or key, or none; "), "{said}");
    configure_ssh(&devices, "key", "nobody");
    let said = told(&devices, &ssh_url(&devices, &server));
    assert!(said.contains(": the host is not trusted; "), "{said}");
}
