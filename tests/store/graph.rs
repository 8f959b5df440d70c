//! git's commit-graph in a store that puts itself in order.

use crate::common::World;
use crate::maintenance::{LOW, count, state, store_with};
use crate::oracle;

/// What commits descend from is known without reading them: of those that are packed, each time.
#[test]
fn commits_of_which_it_takes_note_need_not_be_read() {
    let world = World::new();
    let store = store_with(&world, 3);
    let graphs = store.join("objects/info/commit-graphs");
    let chain = || std::fs::read_to_string(graphs.join("commit-graph-chain")).unwrap_or_default();
    let mut before = chain();
    for day in 0..3 {
        assert_eq!(state(&world, &[], "s1", &format!("day {day}")).code, Some(0));
        assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
        assert_ne!(chain(), before, "day {day}");
        before = chain();
        world.git(&store, &["commit-graph", "verify"]);
    }
    // A git that was killed as it wrote keeps nothing from being packed.
    std::fs::write(graphs.join("commit-graph-chain.lock"), "").expect("a lock");
    assert_eq!(state(&world, &[], "s1", "more").code, Some(0));
    assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
    assert_eq!((count(&world, &store, "count"), chain()), (0, before.clone()));
    // Until nobody can be at work with it any more.
    let lock = std::fs::File::options().write(true).open(graphs.join("commit-graph-chain.lock")).expect("a lock");
    lock.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(700)).expect("a time");
    assert_eq!(state(&world, &[], "s1", "even more").code, Some(0));
    assert_eq!(world.run_with(&[LOW], &["maintenance"]).code, Some(0));
    assert_ne!(chain(), before);
    oracle::whole(&world, &store).unwrap_or_else(|err| panic!("{err}"));
}
