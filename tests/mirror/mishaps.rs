//! What goes wrong at a place that people change things at, and on the way to it.

use std::process::Stdio;

use chittysync::mirror::{Drops, Failure, Options};

use crate::common::background::copy_store;
use crate::common::binary;
use crate::fake::{Pair, each, each_empty};
use crate::http::PageTwo;
use crate::two_way::{pairs, settles};

#[test]
fn what_is_not_shown_completes_and_drops_nothing() {
    for fault in 0..3 {
        each(|pair| {
            let todos = pair.scene.todos();
            pair.scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
            let faults = |on: bool| {
                let mut faults = pair.fake.http().faults();
                match fault {
                    0 => faults.away = on,
                    1 => faults.page_two = on.then_some(PageTwo::Fails),
                    _ => faults.page_two = on.then_some(PageTwo::Half),
                }
            };
            faults(true);
            let options = Options { again: true, ..Options::default() };
            let ended = pair.scene.sync_with(pair.open().as_mut(), options);
            assert!(matches!(ended, Err(Failure::Later { .. })), "{ended:?}");
            assert_eq!((pair.scene.todos().len(), pair.there().len()), (todos.len() + 1, 3));
            assert!(todos.iter().all(|todo| pair.scene.todos().contains(todo)));
            faults(false);
            pair.sync();
            assert_eq!(pair.words(), ["Fix login", "Rest", "Ship", "Write notes"]);
            settles(pair);
        });
    }
}

#[test]
fn what_was_lost_is_written_again_and_what_was_thrown_away_is_dropped() {
    each(|pair| {
        let again = Options { again: true, ..Options::default() };
        let whole = |pair: &Pair| {
            pair.scene.sync_with(pair.open().as_mut(), again).expect("a run");
        };
        pair.fake.lose("Ship");
        whole(pair);
        assert_eq!(pair.words(), ["Fix login", "Ship", "Write notes"]);
        pair.fake.throw_away("Fix login");
        whole(pair);
        assert_eq!(pair.scene.status("Fix login"), "dropped");
        assert_eq!(pair.words(), ["Ship", "Write notes"], "it is not made again");
        settles(pair);
        for words in ["Ship", "Write notes"] {
            pair.fake.throw_away(words);
        }
        let options = Options { drops: Drops { number: 1, percent: 0 }, ..again };
        let report = pair.scene.sync_with(pair.open().as_mut(), options).expect("a run");
        assert_eq!((report.taken, report.refused.len()), (0, 2), "not much at once");
        assert_eq!(pair.scene.status("Ship"), "in_progress");
    });
}

/// It was done, and the answer is lost; or it was done, and the answer is 500.
#[test]
fn a_lost_answer_makes_nothing_twice() {
    for (lose, broken) in [(1, 0), (3, 0), (0, 1), (1, 2)] {
        each_empty(|pair| {
            pair.scene.world.ok(&["done", "Ship"]);
            // As `mirror add` does: it finds where records are, or makes that.
            pair.open().checkpoint().expect("it can be asked");
            let mut faults = pair.fake.http().faults();
            (faults.lose, faults.broken) = (lose, broken);
            drop(faults);
            pair.sync();
            let all = pairs(&[("Fix login", "pending"), ("Ship", "completed"), ("Write notes", "pending")]);
            assert_eq!(pair.there(), all, "{lose} {broken}");
            settles(pair);
        });
    }
}

#[test]
fn one_bad_record_blocks_nothing_else() {
    each_empty(|pair| {
        pair.fake.refuse(Some("Ship"));
        let report = pair.sync();
        assert_eq!(report.parked.len(), 1, "{report:?}");
        assert_eq!(pair.words(), ["Fix login", "Write notes"]);
        let next = pair.sync();
        assert_eq!((next.requests, next.parked.len()), (0, 1), "it is not tried for ever, nor forgotten");
        pair.fake.refuse(None);
        pair.scene.world.ok(&["done", "Ship"]);
        let last = pair.sync();
        assert_eq!((last.parked.len(), pair.there().len()), (0, 3));
    });
}

/// Two devices make a record of the same todo at once. They come to one of them.
#[test]
fn two_devices_at_once_keep_one_record() {
    each_empty(|pair| {
        let other = pair.scene.world.path("other.git");
        let run = |path: &std::path::Path| {
            let store = crate::scene::open(path);
            let nothing = std::time::Duration::ZERO;
            let patience = chittysync::mirror::Patience { first: nothing, longest: nothing, whole: nothing };
            let options = Options { patience, ..Options::default() };
            let driver = chittysync::mirror::Driver {
                store: &store,
                mirror: &pair.scene.mirror,
                now: crate::scene::now(),
                options,
                sleep: &|_| {},
            };
            driver.run(pair.open().as_mut()).expect("a run")
        };
        copy_store(&pair.scene.world.store(), &other);
        pair.sync();
        // The other one looked before that, and writes now: as if its listing had been empty.
        pair.fake.keep();
        let first = pair.fake.records();
        pair.fake.double();
        assert!(pair.there().len() > first.len());
        run(&pair.scene.world.store());
        run(&other);
        run(&pair.scene.world.store());
        assert_eq!(pair.there(), first);
        pair.scene.world.ok(&["done", "Ship"]);
        pair.sync();
        assert!(pair.fake.is_closed("Ship"));
        assert_eq!(pair.there().len(), first.len());
        settles(pair);
    });
}

/// The process is killed before or after any write, and run again: every todo is there once.
#[test]
fn a_crash_at_every_step_leaves_one_record() {
    each_empty(|pair| {
        let world = &pair.scene.world;
        world.ok(&["done", "Ship"]);
        let kind = pair.fake.kind().as_str();
        world.ok(&["mirror", "add", "m", kind, &pair.fake.url()]);
        pair.fake.keep();
        pair.fake.http().counted();
        let mut step = 0;
        loop {
            let mut command = world.command(binary());
            let child = command.args(["mirror", "sync"]).stdout(Stdio::null()).stderr(Stdio::null());
            // Nothing is answered before it is known when it ends.
            let mut faults = pair.fake.http().faults();
            let mut child = child.spawn().expect("it starts");
            faults.kill = Some((child.id(), step));
            drop(faults);
            let ended = child.wait().expect("a child");
            pair.fake.http().faults().kill = None;
            let writes = pair.fake.http().counted().writes;
            let done = world.run(&["mirror", "sync"]);
            assert_eq!(done.code, Some(0), "step {step}: {done:?}");
            let all = pairs(&[("Fix login", "pending"), ("Ship", "completed"), ("Write notes", "pending")]);
            assert_eq!(pair.there(), all, "step {step}");
            assert_eq!(world.json(&["mirror", "verify"])["mirrors"][0]["same"], true, "step {step}");
            if ended.success() {
                assert!(step >= 6 && writes >= 3, "three todos, two steps each: {step}, {writes}");
                break;
            }
            // All over again, with one step more.
            pair.fake.put_back();
            world.git(&world.store(), &["update-ref", "-d", "refs/chittysync-mirrors/m"]);
            pair.fake.http().counted();
            step += 1;
        }
    });
}

/// Hundreds of todos with limits in between, in parts that are resumed: how often it was asked is known.
#[test]
fn many_todos_with_limits_in_between_are_all_there() {
    each_empty(|pair| many(pair, 120));
}

#[test]
#[ignore = "takes minutes: CHITTYSYNC_LONG in .ci/components"]
fn ten_thousand_todos_with_limits_in_between_are_all_there() {
    each_empty(|pair| many(pair, 10_000));
}

fn many(pair: &mut Pair, number: usize) {
    let todos: Vec<_> = (0..number)
        .map(|number| serde_json::json!({ "content": format!("Task {number}"), "status": if number % 3 == 0 { "completed" } else { "pending" } }))
        .collect();
    let list = serde_json::to_vec(&todos).expect("JSON");
    let done = pair.scene.world.input(&["import", "--session", "s1"], &list);
    assert_eq!(done.code, Some(0), "{done:?}");
    pair.page = 100;
    pair.fake.http().faults().busy_every = 7;
    pair.fake.http().counted();
    let started = std::time::Instant::now();
    let report = pair.sync();
    let counts = pair.fake.http().counted();
    let (asked, busy, writes) = (counts.asked, counts.busy, counts.writes);
    let took = started.elapsed().as_secs_f32();
    let kind = pair.fake.kind().as_str();
    println!("{kind}: {number} todos in {asked} requests, of which {busy} were told to wait: {took:.1} s");
    assert_eq!((pair.there().len(), report.parked.len()), (number + 3, 0));
    assert!(busy > number / 7, "{counts:?}");
    assert!(asked - busy < writes * 5 / 4 + number / 50 + 30, "a request says something new: {counts:?}");
    pair.fake.http().faults().busy_every = 0;
    pair.sync();
    settles(pair);
}

/// Two daemons of one store and two of a copy, as on another device, all at once: each todo comes to be there once.
#[test]
fn several_at_once_come_to_one_record_each() {
    each_empty(|pair| {
        let world = &pair.scene.world;
        world.ok(&["done", "Ship"]);
        world.ok(&["mirror", "add", "m", pair.fake.kind().as_str(), &pair.fake.url()]);
        let copy = world.path("copy.git");
        copy_store(&world.store(), &copy);
        let stores = [world.store(), world.store(), copy.clone(), copy.clone()];
        let runs: Vec<_> = stores
            .iter()
            .map(|store| {
                let mut command = world.command(binary());
                command.arg("--store").arg(store).args(["--json", "mirror", "sync"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
            })
            .collect();
        for run in runs {
            let ended = crate::common::done(run.wait_with_output());
            assert!(ended.stdout.contains("\"outcome\""), "{ended:?}");
        }
        // Each hears what the others did.
        for store in [&copy, &world.store(), &copy, &world.store()] {
            let again = world.run(&["--store", &store.to_string_lossy(), "mirror", "sync", "--again"]);
            assert_eq!(again.code, Some(0), "{again:?}");
        }
        let all = pairs(&[("Fix login", "pending"), ("Ship", "completed"), ("Write notes", "pending")]);
        let open: Vec<_> = pair.there().into_iter().filter(|one| all.contains(one)).collect();
        assert_eq!(open, all, "{:?}", pair.there());
        assert_eq!(world.json(&["mirror", "verify"])["mirrors"][0]["same"], true);
        let there = pair.fake.dump();
        let second = world.json(&["mirror", "sync"]);
        assert_eq!(second["mirrors"][0]["outcome"], "up_to_date", "{second}");
        assert_eq!(pair.fake.dump(), there);
    });
}
