//! The real PostgreSQL: over TLS, through a transaction pooler, killed, crashed and put back to yesterday.
//!
//! Left out unless `CHITTYSYNC_POSTGRES` names the directory of its programs; `.ci/components` does.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::background::copy_store;
use crate::common::{done, free_port};
use crate::scene::Scene;
use crate::server::{Server, WORD, text};

/// Runs `mirror sync` as a process, which has git's settings of this world.
fn sync(scene: &Scene) -> serde_json::Value {
    let done = scene.world.run(&["--json", "mirror", "sync"]);
    let said: serde_json::Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
    let report = said["mirrors"][0].clone();
    assert_ne!(report["outcome"], "failed", "{report}");
    report
}

fn add(scene: &Scene) {
    scene.world.ok(&["mirror", "add", "m", "postgres", &scene.mirror.url]);
}

fn verified(scene: &Scene) -> serde_json::Value {
    let done = scene.world.run(&["--json", "mirror", "verify"]);
    let said: serde_json::Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
    said["mirrors"][0].clone()
}

fn is_same(scene: &Scene) {
    assert_eq!(verified(scene)["same"], true, "{}", verified(scene));
}

#[test]
fn rows_are_what_was_said_and_a_second_run_writes_nothing() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    add(&scene);
    assert_eq!(sync(&scene)["outcome"], "synced");
    is_same(&scene);
    assert_eq!(
        server.sql("select content, status from todos order by 1"),
        "Fix login|pending\nShip|in_progress\nWrite notes|pending"
    );
    let history = "select todo_content, status, previous_status, changed_by is not null from todo_history where todo_content = 'Ship' order by \"timestamp\", id";
    assert_eq!(server.sql(history), "Ship|pending||t\nShip|in_progress|pending|t");
    assert_eq!(server.sql("select count(*), sum(active_todos) from sessions"), "1|3");
    let before = server.sql("select xmin, * from chittysync_checkpoint");
    assert_eq!(sync(&scene)["outcome"], "up_to_date");
    assert_eq!(server.sql("select xmin, * from chittysync_checkpoint"), before);
    scene.world.ok(&["done", "Ship"]);
    scene.world.ok(&["reopen", "Ship"]);
    assert_eq!(sync(&scene)["requests"], 1, "one statement, one round trip");
    is_same(&scene);
    assert_eq!(server.sql("select todo_content, status from todo_regressions"), "Ship|pending");
    assert_eq!(server.sql("select count(*) from todo_time_to_done"), "1");
    assert_eq!(server.sql("select completed from todo_finishers"), "1");
    assert_eq!(server.sql("select project, open from project_burn_down order by 1"), "acme/api|2\nacme/web|1");
    // Forgotten: its words go, everywhere.
    scene.world.ok(&["forget", "Write notes", "--yes"]);
    sync(&scene);
    let left = "select count(*) from todos where content = 'Write notes' union all select count(*) from todo_history where todo_content = 'Write notes'";
    assert_eq!(server.sql(left), "0\n0");
    scene.world.ok(&["purge", "Ship", "--yes"]);
    sync(&scene);
    assert_eq!(server.sql(&left.replace("Write notes", "Ship")), "0\n0");
    is_same(&scene);
}

/// The exporter is killed at any moment, the server crashes meanwhile: no row is missing and none is there twice.
#[test]
fn kills_crashes_and_yesterday_lose_nothing() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    add(&scene);
    sync(&scene);
    scene.world.ok(&["add", "Task", "--project", "acme/api"]);
    let began = Instant::now();
    sync(&scene);
    // How long a run takes here, and after which part of that it is killed.
    let (whole, mut percent) = (began.elapsed(), 2);
    let (mut kills, mut round) = (0, 0);
    while round < 50 || kills <= 10 {
        assert!(round < 300, "{kills} of {round} runs were killed before they had ended");
        round += 1;
        scene.world.ok(&["add", &format!("Task {round}"), "--project", "acme/api"]);
        scene.world.ok(&["start", &format!("Task {round}")]);
        let mut child = scene.world.command(crate::common::binary());
        let mut child =
            child.args(["mirror", "sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(whole * percent / 100);
        percent = (percent * 7 + 3) % 101;
        kills += usize::from(child.try_wait().expect("a child").is_none());
        let _ = child.kill();
        let _ = child.wait();
        if round % 10 == 5 {
            server.crash();
            let away = scene.world.run(&["mirror", "sync"]);
            assert_eq!(away.code, Some(1), "it is away: {away:?}");
            server.start();
        }
        if round == 25 {
            sync(&scene);
            server.sql("create schema yesterday; create table yesterday.t as table todos; create table yesterday.h as table todo_history; create table yesterday.c as table chittysync_checkpoint");
        }
    }
    sync(&scene);
    is_same(&scene);
    server.sql("begin; delete from todos; delete from todo_history; delete from chittysync_checkpoint; insert into todos select * from yesterday.t; insert into todo_history select * from yesterday.h; insert into chittysync_checkpoint select * from yesterday.c; commit");
    assert_eq!(verified(&scene)["same"], false);
    sync(&scene);
    is_same(&scene);
    assert_eq!(
        server.sql(
            "select count(*) from (select 1 from todo_history group by commit_oid, todo_id having count(*) > 1) x"
        ),
        "0"
    );
}

#[test]
fn tls_knows_the_server_by_its_name_and_authority() {
    let Some(server) = Server::new() else { return };
    let mut scene = server.scene();
    let ca = text(&server.path("ca.crt")).replace('/', "%2F");
    let whole = format!(
        "postgres://ana@localhost:{}/postgres?sslmode=verify-full&sslrootcert={ca}&channel_binding=require",
        server.port
    );
    let other = format!("postgres://ana@127.0.0.1:{}/postgres?sslmode=require&sslrootcert={ca}", server.port);
    let unknown = format!("postgres://ana@localhost:{}/postgres?sslmode=require", server.port);
    for (url, said) in [(other, "right one"), (unknown, "right one")] {
        let refused = scene.world.run(&["mirror", "add", "m", "postgres", &url]);
        assert!(refused.stderr.contains(said) && refused.stderr.contains("sslrootcert"), "{refused:?}");
    }
    scene.mirror.url = whole;
    add(&scene);
    sync(&scene);
    is_same(&scene);
}

#[test]
fn a_pooler_of_transactions_is_as_good() {
    let Some(mut server) = Server::new() else { return };
    let Some(pgbouncer) =
        ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(|path| Path::new(path).exists())
    else {
        println!("left out: there is no PgBouncer");
        return;
    };
    let mut scene = server.scene();
    let port = free_port();
    server.write("users", &format!("\"ana\" \"{WORD}\"\n"));
    server.write("pool.ini", &format!("[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\npidfile={}\nauth_type=scram-sha-256\nauth_file={}\npool_mode=transaction\ndefault_pool_size=2\n", server.port, text(&server.path("pool.pid")), text(&server.path("users"))));
    let mut command = server.as_user();
    server.pooler = Some(command.arg(pgbouncer).arg(server.path("pool.ini")).spawn().expect("it starts"));
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
    let helper =
        format!("[credential \"postgres://localhost:{port}\"]\n\thelper = \"!f() {{ echo password={WORD}; }}; f\"\n");
    let path = scene.world.path("home/.gitconfig");
    let config = std::fs::read_to_string(&path).expect("it is there") + &helper;
    std::fs::write(&path, config).expect("written");
    scene.mirror.url = format!("postgres://ana@localhost:{port}/postgres?sslmode=disable");
    add(&scene);
    for round in 0..5 {
        scene.world.ok(&["add", &format!("Task {round}")]);
        sync(&scene);
    }
    is_same(&scene);
}

/// What the database cannot hold is left out and named, and the rest is there.
#[test]
fn a_record_that_it_cannot_hold_blocks_nothing_else() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    add(&scene);
    sync(&scene);
    server.sql("alter table todos add constraint no_rest check (content <> 'Rest')");
    scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
    scene.world.ok(&["add", "Work", "--project", "acme/web"]);
    let report = sync(&scene);
    assert_eq!(report["parked"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(server.sql("select content from todos where content in ('Rest', 'Work')"), "Work");
    assert_eq!(sync(&scene)["outcome"], "up_to_date");
    let doctor = scene.world.run(&["doctor"]).stdout;
    assert!(doctor.contains("BAD mirror m") && doctor.contains("--again"), "{doctor}");
    server.sql("alter table todos drop constraint no_rest");
    let again = scene.world.run(&["mirror", "sync", "m", "--again"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    is_same(&scene);
}

#[test]
fn a_wrong_password_and_somebody_elses_tables_name_the_remedy() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    scene.world.write("home/.gitconfig", b"[chittysync]\n\tfsync = false\n");
    let refused = scene.world.run(&["mirror", "add", "m", "postgres", &scene.mirror.url]);
    assert!(refused.stderr.contains("git credential approve"), "{refused:?}");
    let scene = server.scene();
    server.sql("create table todos (id int)");
    let refused = scene.world.run(&["mirror", "add", "m", "postgres", &scene.mirror.url]);
    assert!(refused.stderr.contains("not ours") || refused.stderr.contains("create tables"), "{refused:?}");
}

/// What the server spends on ten thousand todos with three more words each, beside `COPY` of the same rows into the same
/// tables, in turn.
#[test]
#[ignore = "takes a while: CHITTYSYNC_LONG in .ci/components"]
fn ten_thousand_todos_beside_copy() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    for (session, status) in [("s1", "pending"), ("s2", "in_progress"), ("s3", "pending"), ("s4", "completed")] {
        let list: Vec<_> =
            (0..10_000).map(|n| serde_json::json!({ "content": format!("Task {n}"), "status": status })).collect();
        let input = serde_json::to_vec(&list).expect("JSON");
        let said = scene.world.input(&["import", "--session", session, "--project", "acme/api"], &input);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    add(&scene);
    sync(&scene);
    is_same(&scene);
    let tables = ["todos", "todo_history", "sessions", "conflicts"];
    let place = |table: &str| text(&server.path(table));
    for table in tables {
        server.sql(&format!("create table {table}2 (like {table} including all); copy {table} to '{}'", place(table)));
    }
    server.sql("alter system set log_min_duration_statement = 0");
    server.sql("select pg_reload_conf()");
    let mut ratios: Vec<f64> = (0..5)
        .map(|_| {
            server.sql("truncate todos, todo_history, sessions, conflicts, chittysync_checkpoint");
            let (ours, said) = spent(&server, || sync(&scene));
            let copies: Vec<_> = tables.iter().map(|table| format!("copy {table}2 from '{}'", place(table))).collect();
            let (copied, _) = spent(&server, || server.sql(&copies.join("; ")));
            server.sql("truncate todos2, todo_history2, sessions2, conflicts2");
            println!("{said}: {ours:.0} ms, COPY {copied:.0} ms: {:.2} times", ours / copied);
            ours / copied
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[2] < 3.0, "{ratios:?}");
}

/// Returns how many milliseconds the server says that it spent on what an act asked of it.
fn spent<R>(server: &Server, act: impl FnOnce() -> R) -> (f64, R) {
    let log = || std::fs::read_to_string(server.path("log")).expect("a log");
    let before = log().len();
    let done = act();
    // What is logged last comes when the answer is there already.
    std::thread::sleep(Duration::from_millis(500));
    let log = log();
    let times = log[before..].lines().filter_map(|line| line.split_once("duration: ")?.1.split_once(" ms"));
    (times.map(|(time, _)| time.parse::<f64>().expect("a number")).sum(), done)
}

/// As many devices do.
#[test]
fn two_exporters_at_once_write_once() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    add(&scene);
    let runs: Vec<_> = (0..4)
        .map(|number| {
            // Each in a copy of the store, as on another device.
            let copy = scene.world.path(&format!("copy{number}.git"));
            copy_store(&scene.world.store(), &copy);
            let mut command = scene.world.command(crate::common::binary());
            command.arg("--store").arg(&copy).args(["--json", "mirror", "sync"]);
            command.stdout(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    for run in runs {
        let ended = done(run.wait_with_output());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    is_same(&scene);
    let counts = server.sql("select (select count(*) from todos), (select count(*) from todo_history), (select count(distinct (commit_oid, todo_id)) from todo_history)");
    let numbers: Vec<&str> = counts.split('|').collect();
    assert_eq!((numbers[0], numbers[1]), ("3", numbers[2]), "{counts}");
}

/// PostgreSQL has no text with U+0000 in it. One such todo, on which sessions disagree, holds nothing up.
#[test]
fn words_that_it_cannot_hold_hold_nothing_up() {
    let Some(server) = Server::new() else { return };
    let scene = server.scene();
    for (session, status) in [("z1", "completed"), ("z2", "pending")] {
        let list = format!(r#"[{{"content":"Bad \u0000 words","status":"{status}","activeForm":"x\u0000y"}}]"#);
        scene.world.input(&["import", "--session", session, "--project", "acme/api"], list.as_bytes());
    }
    add(&scene);
    let report = sync(&scene);
    assert_eq!((&report["outcome"], &report["parked"]), (&"synced".into(), &serde_json::json!([])), "{report}");
    is_same(&scene);
    assert_eq!(server.sql("select content from todos where content like 'Bad%'"), "Bad \u{fffd} words");
    scene.world.ok(&["done", "Ship"]);
    assert_eq!(sync(&scene)["outcome"], "synced");
    is_same(&scene);
}

struct InPostgres<'a>(&'a Server, &'a Scene);

impl crate::tables::Tables for InPostgres<'_> {
    fn scene(&self) -> &Scene {
        self.1
    }
    fn sync(&self, again: bool) {
        match again {
            true => drop(self.1.world.ok(&["mirror", "sync", "--again"])),
            false => drop(sync(self.1)),
        }
    }
    fn verified(&self) -> Vec<String> {
        let said = verified(self.1);
        assert!(said["error"].is_null(), "{said}");
        said["differences"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|line| line.as_str().unwrap_or_default().into())
            .collect()
    }
    fn sql(&self, query: &str) -> String {
        self.0.sql(query)
    }
}

#[test]
fn all_tables_say_what_the_store_does() {
    let Some(server) = Server::new() else { return };
    for number in 0..3 {
        let scene = server.scene();
        server.sql("drop table if exists todos, todo_history, sessions, conflicts, chittysync_checkpoint cascade");
        add(&scene);
        let tables = InPostgres(&server, &scene);
        match number {
            0 => crate::tables::sessions_without_news_are_as_they_are(&tables),
            1 => crate::tables::sessions_of_other_projects_go(&tables, &|project| {
                let key = "chittysync.mirror.m.project";
                match project {
                    Some(project) => scene.world.git(&scene.world.store(), &["config", key, project]),
                    None => scene.world.git(&scene.world.store(), &["config", "--unset", key]),
                };
            }),
            _ => crate::tables::what_is_changed_by_hand_is_named_and_put_right(&tables),
        }
    }
}
