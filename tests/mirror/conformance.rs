//! What every adapter has to hold to, whatever its place is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;

use chittysync::mirror::bundles::Bundles;
use chittysync::mirror::files::Files;
use chittysync::mirror::{Adapter, Failure, Options, Part};
use chittysync::settings::MirrorKind;

use crate::common::has;
use crate::common::sealed::sealed;
use crate::memory::Memory;
use crate::scene::{Scene, now};

/// Returns an adapter of a place.
type Open = Box<dyn Fn(&Scene) -> Box<dyn Adapter>>;

/// A kind of place, and how it is looked at and put back from outside.
struct Subject {
    name: &'static str,
    kind: MirrorKind,
    /// Returns an adapter of the same place each time.
    open: Open,
    /// Returns all that the place holds, to see that nothing was written.
    dump: Box<dyn Fn(&Scene) -> String>,
    /// Remembers what it holds, and puts it back.
    keep: Box<dyn Fn(&Scene)>,
    back: Box<dyn Fn(&Scene)>,
    filters: bool,
    pulls: bool,
}

#[cfg(feature = "web")]
fn fake(fake: std::sync::Arc<dyn crate::fake::Fake>) -> Subject {
    let (opened, dumped, kept, back) = (
        std::sync::Arc::clone(&fake),
        std::sync::Arc::clone(&fake),
        std::sync::Arc::clone(&fake),
        std::sync::Arc::clone(&fake),
    );
    Subject {
        name: fake.kind().as_str(),
        kind: fake.kind(),
        open: Box::new(move |_| opened.open(&opened.url(), 2)),
        dump: Box::new(move |_| dumped.dump()),
        keep: Box::new(move |_| kept.keep()),
        back: Box::new(move |_| back.put_back()),
        filters: true,
        pulls: true,
    }
}

#[cfg(all(feature = "web", feature = "sqlite"))]
fn cloudflare(kind: MirrorKind) -> Subject {
    use chittysync::mirror::cloudflare::{D1, Kv};
    let fake = Rc::new(crate::fake_cloudflare::CloudflareFake::new());
    let kept = Rc::new(std::cell::RefCell::new(None));
    let (opened, dumped, saved, back) =
        (Rc::clone(&fake), Rc::clone(&fake), (Rc::clone(&fake), Rc::clone(&kept)), (fake, kept));
    Subject {
        name: kind.as_str(),
        kind,
        open: Box::new(move |_| match kind {
            MirrorKind::D1 => Box::new(D1::new(&opened.d1(), "m").expect("a URL").with_token(crate::http::TOKEN)),
            _ => Box::new(Kv::new(&opened.kv(), "m").expect("a URL").with_token(crate::http::TOKEN)),
        }),
        dump: Box::new(move |_| dumped.dump()),
        keep: Box::new(move |_| {
            let state = saved.0.state();
            *saved.1.borrow_mut() = Some((state.copied(), state.values.clone()));
        }),
        back: Box::new(move |_| {
            let (database, values) = back.1.borrow_mut().take().expect("it was kept");
            let mut state = back.0.state();
            (state.database, state.values) = (Some(database), values);
        }),
        filters: true,
        pulls: false,
    }
}

fn memory(pulls: bool) -> Subject {
    let first = Memory::new(pulls);
    let place = Rc::clone(&first.place);
    let kept = Rc::new(std::cell::RefCell::new(place.borrow().clone()));
    let (dumped, saved, restored) =
        (Rc::clone(&place), (Rc::clone(&place), Rc::clone(&kept)), (Rc::clone(&place), kept));
    Subject {
        name: if pulls { "memory, two-way" } else { "memory" },
        kind: MirrorKind::Files,
        open: Box::new(move |_| Box::new(Memory { place: Rc::clone(&place), pulls, batch: 2 })),
        dump: Box::new(move |_| {
            let place = dumped.borrow();
            format!("{:?} {:?} {:?}", place.rows, place.history, place.held.as_ref().map(|(held, _)| held))
        }),
        keep: Box::new(move |_| *saved.1.borrow_mut() = saved.0.borrow().clone()),
        back: Box::new(move |_| *restored.0.borrow_mut() = restored.1.borrow().clone()),
        filters: true,
        pulls,
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    if from.exists() {
        assert!(std::process::Command::new("cp").arg("-a").args([from, to]).status().expect("cp").success());
    }
}

/// Returns every file below a directory, with its bytes and when it was written.
fn tree(root: &Path) -> String {
    format!("{:?}", if root.exists() { crate::common::files(root) } else { Default::default() })
}

fn directory(name: &'static str, kind: MirrorKind, filters: bool) -> Subject {
    Subject {
        name,
        kind,
        open: Box::new(move |scene| match kind {
            MirrorKind::Bundles => Box::new(Bundles::new(&scene.mirror.url).expect("a remote")),
            _ => Box::new(Files::new(Path::new(&scene.mirror.url)).expect("a directory")),
        }),
        dump: Box::new(|scene| tree(Path::new(&scene.mirror.url))),
        keep: Box::new(|scene| copy(Path::new(&scene.mirror.url), &scene.world.path("kept"))),
        back: Box::new(|scene| copy(&scene.world.path("kept"), Path::new(&scene.mirror.url))),
        filters,
        pulls: false,
    }
}

fn each(test: impl Fn(&Subject, &mut Scene)) {
    sealed(|| each_here(&test));
}

fn each_here(test: &dyn Fn(&Subject, &mut Scene)) {
    let mut subjects = vec![memory(false), memory(true), directory("files", MirrorKind::Files, true)];
    #[cfg(feature = "web")]
    subjects.extend(crate::fake::all().into_iter().map(fake));
    #[cfg(all(feature = "web", feature = "sqlite"))]
    subjects.extend([MirrorKind::D1, MirrorKind::Kv].map(cloudflare));
    match has("rclone") {
        true => subjects.push(directory("bundles", MirrorKind::Bundles, false)),
        false => println!("left out: bundles: there is no rclone"),
    }
    for subject in subjects {
        println!("{}", subject.name);
        test(&subject, &mut Scene::new(subject.kind));
    }
}

fn verified(subject: &Subject, scene: &Scene) -> Vec<String> {
    let store = scene.store();
    let tip = store.tip().expect("a ref").expect("a branch");
    let part = Part::new(&store, &scene.mirror, tip, now());
    (subject.open)(scene).verify(&part).expect("it can be asked")
}

#[test]
fn a_second_run_writes_nothing_on_either_side() {
    each(|subject, scene| {
        assert_ne!(verified(subject, scene), Vec::<String>::new(), "nothing is there yet");
        let first = scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert!(first.requests > 0);
        assert_eq!(verified(subject, scene), Vec::<String>::new());
        let (refs, there) = (scene.refs(), (subject.dump)(scene));
        for _ in 0..2 {
            let next = scene.sync((subject.open)(scene).as_mut()).expect("a run");
            assert_eq!((next.sent, next.taken, next.requests), (0, 0, 0), "{}", subject.name);
            assert_eq!((scene.refs(), (subject.dump)(scene)), (refs.clone(), there.clone()), "{}", subject.name);
        }
    });
}

#[test]
fn what_is_new_is_sent_and_nothing_else() {
    each(|subject, scene| {
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        scene.world.ok(&["done", "Ship"]);
        scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
        let next = scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert!(next.requests <= 3, "{}: {next:?}", subject.name);
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
    });
}

#[test]
fn a_place_that_was_put_back_to_yesterday_gets_what_it_lacks() {
    each(|subject, scene| {
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        (subject.keep)(scene);
        scene.world.ok(&["done", "Ship"]);
        scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        (subject.back)(scene);
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
        assert_eq!(scene.status("Ship"), "completed", "{}: yesterday says nothing", subject.name);
    });
}

#[test]
fn removed_and_added_again_it_goes_on_with_what_is_there() {
    each(|subject, scene| {
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        let there = (subject.dump)(scene);
        scene.world.git(&scene.world.store(), &["update-ref", "-d", "refs/chittysync-mirrors/m"]);
        let again = scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert_eq!((again.taken, (subject.dump)(scene)), (0, there), "{}", subject.name);
        scene.world.ok(&["done", "Ship"]);
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
    });
}

#[test]
fn a_filter_holds_and_a_wider_one_sends_the_rest() {
    each(|subject, scene| {
        if !subject.filters {
            return;
        }
        scene.only("acme/web");
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        let there = (subject.dump)(scene);
        assert!(there.contains("Write notes") || subject.kind != MirrorKind::Files || there.contains("acme%2fweb"));
        assert!(!there.contains("Fix login"), "{}: {there}", subject.name);
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
        scene.mirror.projects.clear();
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
    });
}

#[test]
fn everything_can_be_sent_again_and_is_there_once() {
    each(|subject, scene| {
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        let options = Options { again: true, ..Options::default() };
        scene.sync_with((subject.open)(scene).as_mut(), options).expect("a run");
        assert_eq!(verified(subject, scene), Vec::<String>::new(), "{}", subject.name);
    });
}

#[test]
fn a_dry_run_writes_nothing() {
    each(|subject, scene| {
        let (refs, there) = (scene.refs(), (subject.dump)(scene));
        let options = Options { dry_run: true, ..Options::default() };
        scene.sync_with((subject.open)(scene).as_mut(), options).expect("a run");
        assert_eq!((scene.refs(), (subject.dump)(scene)), (refs, there), "{}", subject.name);
    });
}

#[test]
fn what_another_device_sent_is_not_taken_back() {
    each(|subject, scene| {
        if subject.pulls {
            return;
        }
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        copy(&scene.world.store(), &scene.world.path("behind.git"));
        scene.world.ok(&["done", "Ship"]);
        scene.sync((subject.open)(scene).as_mut()).expect("a run");
        let there = (subject.dump)(scene);
        let ahead = scene.world.path("ahead.git");
        copy(&scene.world.store(), &ahead);
        copy(&scene.world.path("behind.git"), &scene.world.store());
        let refused = scene.sync((subject.open)(scene).as_mut()).expect_err("it does not know that state");
        assert!(
            matches!(&refused, Failure::Refused { remedy, .. } if remedy.contains("git chittysync sync")),
            "{refused}"
        );
        assert_eq!((subject.dump)(scene), there, "{}", subject.name);
        // It has heard of it, and is behind.
        scene
            .world
            .git(&scene.world.store(), &["fetch", "-q", &ahead.to_string_lossy(), "consolidated:refs/heads/other"]);
        assert!(scene.sync((subject.open)(scene).as_mut()).expect("a run").is_behind, "{}", subject.name);
        assert_eq!((subject.dump)(scene), there, "{}", subject.name);
    });
}

/// Killed before or after any write, and run again: every todo is there once.
#[test]
fn a_crash_at_every_step_leaves_one_record() {
    for pulls in [false, true] {
        for step in 0..7 {
            let scene = Scene::new(MirrorKind::Files);
            let mut adapter = Memory::new(pulls);
            adapter.place.borrow_mut().faults.crash_at = Some(step);
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(|_| {}));
            let ended = catch_unwind(AssertUnwindSafe(|| scene.sync(&mut adapter)));
            std::panic::set_hook(hook);
            assert_eq!(ended.is_err(), step < 6, "three todos, two steps each");
            let mut place = adapter.place.borrow_mut();
            place.faults.crash_at = None;
            if !pulls {
                // What was not committed is not there.
                let committed = std::mem::take(&mut place.held);
                place.held = committed;
            }
            drop(place);
            scene.sync(&mut adapter).expect("a run");
            let there: Vec<String> = adapter.place.borrow().content().into_iter().map(|(words, _)| words).collect();
            assert_eq!(there, ["Fix login", "Ship", "Write notes"], "step {step}, two-way {pulls}");
        }
    }
}
