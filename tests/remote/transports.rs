//! Over the network, as it is: smart HTTP and ssh, with credentials that git knows of.

#![cfg(unix)]

use std::time::{Duration, Instant};

use crate::common::{Done, NOW};
use crate::devices::Devices;
use crate::servers::{self, PASSWORD, PLAIN, USER, credentials, join};

const AT_TEN: &str = "2026-11-20T10:00:00Z";

/// Syncs a device with a remote that cannot be used now, and expects that it says so soon and keeps all.
fn cannot_sync(devices: &Devices, name: &str) -> Done {
    let started = Instant::now();
    let done = devices.try_sync(name, NOW, &[]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("error: cannot reach origin: "), "{done:?}");
    assert!(done.stderr.contains("hint: everything is saved here"), "{done:?}");
    assert!(devices.states(name).contains(&format!("Work of {name}: pending")), "{done:?}");
    done
}

fn work(devices: &Devices, name: &str) {
    devices.list(name, &format!("s-{name}"), AT_TEN, &[(&format!("Work of {name}"), "pending")]);
}

/// Two devices exchange what they have, retry when somebody was faster, and retire.
fn exchange(devices: &Devices) {
    let names = ["a", "b"];
    for name in names {
        work(devices, name);
        devices.sync(name);
    }
    devices.sync("a");
    devices.agree(&names);
    assert_eq!(devices.states("a"), ["Work of a: pending", "Work of b: pending"]);
    for round in 0..2 {
        std::thread::scope(|scope| {
            for name in names {
                scope.spawn(move || {
                    let words = format!("Task {round} of {name}");
                    let at = format!("2026-11-20T11:{round}0:00Z");
                    devices.list(name, &format!("s-{name}-{round}"), &at, &[(&words, "completed")]);
                    devices.sync(name);
                });
            }
        });
    }
    devices.sync_all(&names);
    devices.agree(&names);
    assert_eq!(devices.states("b").len(), 6);
    let done = devices.sync_at("a", "2026-12-20T12:00:00Z");
    assert!(done.stderr.contains("6 sessions retired"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/consolidated"]);
    devices.sync_at("b", "2026-12-20T12:00:00Z");
    devices.agree(&names);
}

/// A push that arrives after somebody else's, which it has not seen.
fn overtaken(devices: &Devices) {
    let late = devices.world.path("late");
    let winner = devices.world.path("b.git").display().to_string();
    // The first push waits at the hub until another one is through.
    devices.hook(
        "pre-receive",
        &format!("cat >/dev/null; test -e '{0}' && exit 0; touch '{0}'\nenv -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES git --git-dir='{winner}' push -q '{1}' consolidated", late.display(), devices.hub().display()),
    );
    work(devices, "b");
    let home = devices.world.path("claude-b").display().to_string();
    devices.ok("b", &["sync", "--no-push", "--from", &home]);
    work(devices, "a");
    let done = devices.try_sync("a", NOW, &["--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!((&json["remote"]["synced"], &json["remote"]["tries"]), (&true.into(), &2.into()), "{json}");
    assert_eq!(devices.states("a"), ["Work of a: pending", "Work of b: pending"]);
}

/// The server ends while it takes a push, and comes back.
fn cut_off(devices: &Devices, end: &str) {
    work(devices, "a");
    devices.hook("pre-receive", end);
    cannot_sync(devices, "a");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), [""; 0]);
    std::fs::remove_file(devices.hub().join("hooks/pre-receive")).expect("removed");
}

#[test]
fn http_carries_todos_both_ways() {
    let devices = servers::devices(&["a", "b"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a", "b"], &servers::url(&server));
    exchange(&devices);
}

#[test]
fn http_takes_a_header_for_credentials() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    join(&devices, &["a"], &servers::url(&server));
    work(&devices, "a");
    // `me:well-guarded`
    let header = "Authorization: Basic bWU6d2VsbC1ndWFyZGVk";
    let key = format!("http.http://127.0.0.1:{}/.extraHeader", server.port);
    devices.world.git(&devices.world.path(""), &["config", "--global", &key, header]);
    devices.sync("a");
    devices.agree(&["a"]);
}

#[test]
fn http_is_tried_again_when_somebody_was_faster() {
    let devices = servers::devices(&["a", "b"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a", "b"], &servers::url(&server));
    overtaken(&devices);
}

#[test]
fn http_tells_who_refuses_to_have_history_rewritten() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a"], &servers::url(&server));
    work(&devices, "a");
    devices.sync("a");
    devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "true"]);
    let done = devices.run("a", &["purge", "--yes", "work of a"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("refuses to have its history rewritten: non-fast-forward"), "{done:?}");
    assert!(done.stderr.contains("denyNonFastForwards false") && !done.stderr.contains("busy"), "{done:?}");
    devices.world.git(&devices.hub(), &["config", "receive.denyNonFastForwards", "false"]);
    devices.sync("a");
    assert_eq!(devices.states("a"), [""; 0]);
}

#[test]
fn a_wrong_password_is_an_answer_and_asks_nobody() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    join(&devices, &["a"], &servers::url(&server));
    work(&devices, "a");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("could not read Username"), "{done:?}");
    credentials(&devices, USER, "guessed");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("Authentication failed"), "{done:?}");
    assert!(!done.stderr.contains("guessed"), "{done:?}");
    // A window that nobody sees would wait for ever.
    devices.world.git(&devices.world.path(""), &["config", "--global", "--unset", "credential.helper"]);
    let asked = devices.world.path("asked");
    let ask = devices.world.write("ask", format!("#!/bin/sh\ntouch '{}'\nsleep 60\n", asked.display()).as_bytes());
    crate::common::executable(&ask);
    let store = devices.store("a").display().to_string();
    let done = devices.world.run_with(&[("SSH_ASKPASS", &ask.to_string_lossy())], &["--store", &store, "sync"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(!asked.exists(), "{done:?}");
    credentials(&devices, USER, PASSWORD);
    devices.sync("a");
    devices.agree(&["a"]);
}

/// As hosts do that let somebody read and not write.
#[test]
fn a_host_that_forbids_to_push_is_named() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a"], &servers::url(&server));
    work(&devices, "a");
    devices.world.git(&devices.hub(), &["config", "http.receivepack", "false"]);
    let done = devices.try_sync("a", NOW, &["--json"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!(json["remote"]["unreachable"], serde_json::Value::Null, "{json}");
    let why = json["remote"]["problems"][0]["why"].as_str().expect("a reason");
    assert!(why.starts_with("refused: ") && why.contains("403"), "{why}");
    let place = devices.world.git_run(&devices.store("a"), &["config", "chittysync.remote.origin.remotePrefix"]);
    assert_eq!(place.code, Some(1), "nothing is remembered of a host that takes nothing: {place:?}");
    let done = devices.try_sync("a", NOW, &[]);
    assert!(done.stderr.contains("error: origin did not take") && done.stderr.contains("403"), "{done:?}");
    assert!(done.stderr.contains("hint: everything is saved here"), "{done:?}");
    devices.world.git(&devices.hub(), &["config", "--unset", "http.receivepack"]);
    devices.sync("a");
    assert_eq!(devices.refs(&devices.hub(), "refs/chittysync/"), ["refs/chittysync/s-a"]);
}

/// As gateways of cloud sandboxes do: they read the names in a push, and answer the whole of it.
#[test]
fn a_gateway_that_takes_only_branches_gets_branches() {
    let devices = servers::devices(&["a", "b"]);
    let gateway = r#"case "$PATH_INFO" in
*/git-receive-pack)
    body=$(mktemp)
    cat >"$body"
    if grep -qa ' refs/chittysync/' "$body"; then
        printf 'Status: 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nonly branches\n'
    else
        "$BACKEND" <"$body"
    fi
    rm "$body" ;;
*) exec "$BACKEND" ;;
esac"#;
    let Some(server) = servers::web(&devices, gateway) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a", "b"], &servers::url(&server));
    work(&devices, "a");
    let done = devices.sync("a");
    assert!(done.stderr.contains("origin takes only branches"), "{done:?}");
    assert_eq!(devices.refs(&devices.hub(), "refs/"), ["refs/heads/chittysync/s-a", "refs/heads/consolidated"]);
    work(&devices, "b");
    devices.sync_all(&["b", "a"]);
    devices.agree(&["a", "b"]);
    let place = devices.world.git(&devices.store("b"), &["config", "chittysync.remote.origin.remotePrefix"]);
    assert_eq!(place, "heads");
}

#[test]
fn a_web_server_that_goes_away_while_it_takes_a_push_gets_it_later() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::web(&devices, PLAIN) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a"], &servers::url(&server));
    cut_off(&devices, &format!("kill -9 $(cat '{}'); sleep 1; exit 1", devices.world.path("server.pid").display()));
    drop(server);
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("127.0.0.1"), "{done:?}");
    let server = servers::web(&devices, PLAIN).expect("it was there before");
    devices.world.git(&devices.store("a"), &["config", "remote.origin.url", &servers::url(&server)]);
    devices.sync("a");
    devices.agree(&["a"]);
}

#[test]
fn half_of_a_fetch_is_nothing() {
    let devices = servers::devices(&["a", "b"]);
    let cut = devices.world.path("cut").display().to_string();
    let backend = format!(
        r#"case "$PATH_INFO" in
*/git-upload-pack) test -e '{cut}' && "$BACKEND" | head -c 700 || exec "$BACKEND" ;;
*) exec "$BACKEND" ;;
esac"#
    );
    let Some(server) = servers::web(&devices, &backend) else { return };
    credentials(&devices, USER, PASSWORD);
    join(&devices, &["a", "b"], &servers::url(&server));
    work(&devices, "b");
    devices.sync("b");
    work(&devices, "a");
    devices.world.write("cut", b"");
    cannot_sync(&devices, "a");
    assert_eq!(devices.refs(&devices.store("a"), "refs/chittysync-remotes/"), [""; 0]);
    std::fs::remove_file(devices.world.path("cut")).expect("removed");
    devices.sync("a");
    devices.agree(&["a"]);
    assert_eq!(devices.states("a"), ["Work of a: pending", "Work of b: pending"]);
}

#[test]
fn ssh_carries_todos_both_ways() {
    let devices = servers::devices(&["a", "b"]);
    let Some(server) = servers::ssh(&devices) else { return };
    join(&devices, &["a", "b"], &servers::ssh_url(&devices, &server));
    exchange(&devices);
}

#[test]
fn ssh_is_tried_again_when_somebody_was_faster() {
    let devices = servers::devices(&["a", "b"]);
    let Some(server) = servers::ssh(&devices) else { return };
    join(&devices, &["a", "b"], &servers::ssh_url(&devices, &server));
    overtaken(&devices);
}

#[test]
fn a_stranger_at_ssh_is_an_answer_and_asks_nobody() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::ssh(&devices) else { return };
    join(&devices, &["a"], &servers::ssh_url(&devices, &server));
    work(&devices, "a");
    servers::configure_ssh(&devices, "stranger", "known");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("Permission denied"), "{done:?}");
    // A host that was never seen is no reason to ask, nor to believe it.
    servers::configure_ssh(&devices, "key", "unknown");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("Host key verification failed"), "{done:?}");
    servers::configure_ssh(&devices, "key", "known");
    devices.sync("a");
    devices.agree(&["a"]);
}

#[test]
fn an_sshd_that_goes_away_while_it_takes_a_push_gets_it_later() {
    let devices = servers::devices(&["a"]);
    let Some(server) = servers::ssh(&devices) else { return };
    join(&devices, &["a"], &servers::ssh_url(&devices, &server));
    // The connection, not only who accepts new ones.
    cut_off(
        &devices,
        "pid=$$; while test \"$pid\" -gt 1 && ! grep -q '^sshd' /proc/$pid/comm; do pid=$(awk '{print $4}' /proc/$pid/stat); done; kill -9 $pid; exit 1",
    );
    drop(server);
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("Connection refused"), "{done:?}");
}

/// The hub serves the same as a web server does with `git http-backend`; who may push what is looked at in `tests/hub`.
#[cfg(feature = "hub")]
#[test]
fn our_hub_carries_todos_both_ways() {
    let mut devices = Devices::without_hub(&["a", "b"]);
    let url = devices.serve();
    join(&devices, &["a", "b"], &url);
    exchange(&devices);
}

#[cfg(feature = "hub")]
#[test]
fn a_token_that_our_hub_does_not_know_is_an_answer_and_asks_nobody() {
    let mut devices = Devices::without_hub(&["a"]);
    let url = devices.serve();
    join(&devices, &["a"], &url);
    work(&devices, "a");
    let key = format!("credential.{}.helper", url.trim_end_matches("/git/todos.git"));
    let home = devices.world.path("");
    let token = devices.world.git(&home, &["config", "--global", &key]);
    devices.world.git(&home, &["config", "--global", "--unset", &key]);
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("could not read Username"), "{done:?}");
    credentials(&devices, USER, "guessed");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("Authentication failed") && !done.stderr.contains("guessed"), "{done:?}");
    devices.world.git(&home, &["config", "--global", "credential.helper", &token]);
    devices.sync("a");
    devices.agree(&["a"]);
}

#[cfg(feature = "hub")]
#[test]
fn our_hub_that_goes_away_gets_it_later() {
    let mut devices = Devices::without_hub(&["a", "b"]);
    let url = devices.serve();
    join(&devices, &["a", "b"], &url);
    work(&devices, "b");
    devices.sync("b");
    devices.stop();
    work(&devices, "a");
    let done = cannot_sync(&devices, "a");
    assert!(done.stderr.contains("127.0.0.1"), "{done:?}");
    let url = devices.serve();
    for name in ["a", "b"] {
        devices.world.git(&devices.store(name), &["config", "remote.origin.url", &url]);
    }
    devices.sync_all(&["a", "b"]);
    devices.agree(&["a", "b"]);
}
