//! What every place has to hold to at which people change things, over HTTP.

use chittysync::mirror::Failure;

use crate::fake::{Pair, each, each_empty};

pub fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(words, state)| ((*words).to_owned(), (*state).to_owned())).collect()
}

/// Nothing is new on either side.
pub fn settles(pair: &Pair) {
    let (refs, there) = (pair.scene.refs(), pair.fake.dump());
    pair.fake.http().counted();
    let report = pair.sync();
    assert_eq!((report.sent, report.taken, pair.fake.http().counted().writes), (0, 0, 0));
    assert_eq!((pair.scene.refs(), pair.fake.dump()), (refs, there));
}

#[test]
fn todos_are_there_as_they_are() {
    each(|pair| {
        let all = pairs(&[("Fix login", "pending"), ("Ship", "in_progress"), ("Write notes", "pending")]);
        assert_eq!(pair.there(), all);
        settles(pair);
        pair.scene.world.ok(&["done", "Ship"]);
        pair.scene.world.ok(&["edit", "Write notes", "--description", "one\ntwo"]);
        pair.sync();
        assert!(pair.fake.is_closed("Ship"));
        assert_eq!(pair.fake.description("Write notes"), "one\ntwo");
        settles(pair);
        pair.scene.world.ok(&["drop", "Fix login"]);
        pair.scene.world.ok(&["reopen", "Ship"]);
        pair.sync();
        let all = pairs(&[("Fix login", "dropped"), ("Ship", "pending"), ("Write notes", "pending")]);
        assert_eq!(pair.there(), all);
        settles(pair);
    });
}

#[test]
fn what_is_done_there_is_done_here_and_unchecking_reopens() {
    each(|pair| {
        pair.fake.set_state("Fix login", "completed");
        let report = pair.sync();
        assert_eq!((report.taken, report.sent), (1, 0), "and it is not told what it said");
        assert_eq!(pair.scene.status("Fix login"), "completed");
        assert!(pair.scene.world.ok(&["show", "Fix login"]).contains("mirror-m"));
        settles(pair);
        pair.fake.set_state("Fix login", "pending");
        pair.sync();
        assert_eq!(pair.scene.status("Fix login"), "pending");
        settles(pair);
        // It was closed here since they agreed: the stale word there does not open it.
        pair.scene.world.ok(&["done", "Ship"]);
        pair.fake.set_state("Ship", "pending");
        pair.sync();
        assert_eq!(pair.scene.status("Ship"), "completed");
        assert!(pair.fake.is_closed("Ship"));
        settles(pair);
    });
}

/// All of it in one minute, and in one second.
#[test]
fn edits_on_both_sides_lose_neither() {
    for tick in [61, 0] {
        each(|pair| {
            pair.fake.tick(tick);
            pair.scene.world.ok(&["done", "Ship"]);
            pair.scene.world.ok(&["edit", "Write notes", "--description", "ours"]);
            pair.fake.set_words("Ship", "Ship it");
            pair.fake.set_description("Write notes", "theirs\nin two lines");
            pair.sync();
            assert_eq!(pair.scene.status("Ship it"), "completed");
            assert!(pair.fake.is_closed("Ship it"), "{:?}", pair.there());
            assert_eq!(pair.scene.world.todo("Write notes")["description"], "theirs\nin two lines");
            let log = pair.scene.world.ok(&["log", "Write notes", "--patch"]);
            assert!(log.contains("ours") && log.contains("theirs"), "{log}");
            settles(pair);
        });
    }
}

/// Somebody writes there between the listing and the change.
#[test]
fn what_is_said_while_a_run_is_on_its_way_is_not_written_over() {
    each(|pair| {
        struct Late<'a>(Box<dyn chittysync::mirror::Adapter>, &'a Pair, bool);
        impl chittysync::mirror::Adapter for Late<'_> {
            fn capabilities(&self) -> chittysync::mirror::Capabilities {
                self.0.capabilities()
            }
            fn checkpoint(&mut self) -> Result<Option<chittysync::mirror::Held>, Failure> {
                self.0.checkpoint()
            }
            fn pull(&mut self, since: Option<i64>) -> Result<chittysync::mirror::Pulled, Failure> {
                self.0.pull(since)
            }
            fn find(&mut self, ids: &[chittysync::todo::TodoId]) -> Result<Vec<chittysync::mirror::Stored>, Failure> {
                self.0.find(ids)
            }
            fn push(
                &mut self,
                batch: &chittysync::mirror::Batch<'_>,
                stored: &mut dyn FnMut(chittysync::mirror::Stored),
            ) -> Result<(), Failure> {
                if !std::mem::replace(&mut self.2, true) {
                    self.1.fake.set_description("Write notes", "theirs");
                }
                self.0.push(batch, stored)
            }
            fn verify(&mut self, whole: &chittysync::mirror::Part<'_>) -> Result<Vec<String>, Failure> {
                self.0.verify(whole)
            }
        }
        pair.scene.world.ok(&["edit", "Write notes", "--description", "ours"]);
        let adapter = pair.open();
        let ended = pair.scene.sync(&mut Late(adapter, pair, false));
        assert_eq!(ended, Err(Failure::Overtaken));
        assert_eq!(pair.fake.description("Write notes"), "theirs");
        pair.sync();
        assert_eq!(pair.scene.world.todo("Write notes")["description"], "theirs");
        settles(pair);
    });
}

/// Other words are another todo, and the record there stays the same one: whoever renamed it, and on each device.
#[test]
fn a_todo_that_is_renamed_keeps_its_record() {
    each(|pair| {
        pair.scene.world.ok(&["edit", "Ship", "--text", "Ship the thing"]);
        pair.sync();
        let all = pairs(&[("Fix login", "pending"), ("Ship the thing", "in_progress"), ("Write notes", "pending")]);
        assert_eq!(pair.there(), all);
        settles(pair);
        pair.fake.set_words("Fix login", "Fix logout");
        pair.sync();
        settles(pair);
        pair.scene.world.ok(&["done", "Fix logout"]);
        pair.sync();
        assert_eq!(pair.words(), ["Fix logout", "Ship the thing", "Write notes"]);
        settles(pair);
        // Nothing is known of it here any more, as on another device.
        pair.scene.world.git(&pair.scene.world.store(), &["update-ref", "-d", "refs/chittysync-mirrors/m"]);
        let there = pair.fake.dump();
        assert_eq!(pair.sync().taken, 0);
        assert_eq!(pair.fake.dump(), there);
        settles(pair);
    });
}

/// Somebody copies a record, mark and all, and writes something else into it.
#[test]
fn a_copy_with_other_words_is_another_todo() {
    each(|pair| {
        pair.fake.copy("Ship", "Ship later");
        pair.sync();
        assert_eq!(pair.words(), ["Fix login", "Ship", "Ship later", "Write notes"]);
        assert_eq!(
            (pair.scene.status("Ship"), pair.scene.status("Ship later")),
            ("in_progress".into(), "in_progress".into())
        );
        settles(pair);
        pair.scene.world.ok(&["done", "Ship later"]);
        pair.sync();
        assert!(pair.fake.is_closed("Ship later") && !pair.fake.is_closed("Ship"));
        settles(pair);
    });
}

#[test]
fn a_record_that_somebody_makes_there_is_a_todo_here() {
    each_empty(|pair| {
        pair.scene.only("acme/web");
        pair.sync();
        pair.fake.make("Call Ana");
        pair.sync();
        assert_eq!(pair.scene.status("Call Ana"), "pending");
        let shown = pair.scene.world.json(&["show", "Call Ana"]);
        assert!(shown.to_string().contains("acme/web"), "of the project that it holds: {shown}");
        assert_eq!(pair.words(), ["Call Ana", "Write notes"], "and nothing of another project");
        settles(pair);
        pair.scene.world.ok(&["done", "Call Ana"]);
        pair.sync();
        assert!(pair.fake.is_closed("Call Ana"));
        settles(pair);
    });
}

/// What is not of its projects is neither sent nor heard, also when it was there before.
#[test]
fn a_filter_holds_in_both_directions() {
    each(|pair| {
        pair.scene.only("acme/web");
        pair.sync();
        pair.fake.set_state("Fix login", "completed");
        pair.fake.set_words("Write notes", "Write letters");
        pair.sync();
        assert_eq!(pair.scene.status("Fix login"), "pending");
        assert_eq!(pair.scene.status("Write letters"), "pending");
        pair.scene.world.ok(&["edit", "Ship", "--description", "secret"]);
        pair.sync();
        assert!(!pair.fake.dump().contains("secret"));
        settles(pair);
        // It holds everything again: none is made twice.
        pair.scene.mirror.projects.clear();
        pair.sync();
        assert_eq!(pair.words(), ["Fix login", "Ship", "Write letters"]);
        settles(pair);
    });
}

#[test]
fn what_is_forgotten_keeps_no_words_there() {
    each(|pair| {
        pair.scene.world.ok(&["edit", "Write notes", "--description", "of the meeting"]);
        pair.sync();
        pair.scene.world.ok(&["forget", "Write notes", "--yes"]);
        pair.sync();
        let there = pair.fake.dump();
        assert!(!there.contains("Write notes") && !there.contains("meeting"), "{there}");
        settles(pair);
        pair.scene.world.ok(&["purge", "Ship", "--yes"]);
        pair.sync();
        assert!(!pair.fake.dump().contains("Ship"));
        settles(pair);
    });
}

/// The daemon asks a place that people change things at when its interval is over, though nothing is new here.
#[test]
fn what_is_said_there_is_heard_when_time_has_come() {
    each_empty(|pair| {
        let world = &pair.scene.world;
        world.ok(&["mirror", "add", "m", pair.fake.kind().as_str(), &pair.fake.url()]);
        world.ok(&["mirror", "sync"]);
        pair.fake.set_state("Ship", "completed");
        assert_eq!(world.json(&["mirror", "sync", "--due"])["mirrors"], serde_json::json!([]));
        let later = [("CHITTYSYNC_NOW", "2026-11-20T12:06:00.000Z")];
        let done = world.run_with(&later, &["mirror", "sync", "--due", "--json"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        assert_eq!(pair.scene.status("Ship"), "completed");
        // A dry run says what would be sent, and asks nothing that writes.
        world.ok(&["done", "Fix login"]);
        let there = pair.fake.dump();
        assert!(world.ok(&["mirror", "sync", "--dry-run"]).contains("Fix login"));
        assert_eq!(pair.fake.dump(), there);
    });
}
