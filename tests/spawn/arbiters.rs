//! What real repositories say to leases.

use chittysync::git::{
    Fsync, LEASE, LeasePush, Namespace, ObjectId, RemoteName, Repo, Watch, fetch_lease, lease_tracking, push_lease,
};
use chittysync::plan::{Answer, Lease, Offer};

use crate::common::World;
use crate::common::sealed::sealed;

const WATCH: Watch<'static> = Watch {
    timeout: std::time::Duration::from_secs(60),
    interactive: false,
    progress: None,
    most: None,
    settings: None,
};

/// Returns a world with a hub and two stores that know it.
fn two() -> (World, [Repo; 2], RemoteName) {
    let world = World::new();
    world.git(&world.path(""), &["init", "-q", "--bare", "hub.git"]);
    let repos = ["a.git", "b.git"].map(|name| {
        world.git(&world.path(""), &["init", "-q", "--bare", name]);
        let hub = world.path("hub.git");
        world.git(&world.path(name), &["remote", "add", "hub", hub.to_str().expect("UTF-8")]);
        Repo::open(&world.path(name)).expect("a repository")
    });
    (world, repos, RemoteName::new("hub").expect("a name"))
}

/// Makes the same commit in any store.
fn commit(world: &World, store: &str, parent: Option<&str>, text: &str) -> ObjectId {
    let path = world.path(store);
    let file = world.write("lease.json", text.as_bytes());
    let blob = world.git(&path, &["hash-object", "-w", file.to_str().expect("UTF-8")]);
    let tree = world.path("tree");
    std::fs::write(&tree, format!("100644 blob {blob}\tlease.json\n")).expect("a file");
    let mut command = world.command("git");
    command.current_dir(&path).arg("mktree").stdin(std::fs::File::open(&tree).expect("a file"));
    let output = command.output().expect("git");
    let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut arguments = vec!["commit-tree", &tree, "-m", "x"];
    arguments.extend(parent.into_iter().flat_map(|parent| ["-p", parent]));
    let mut command = world.command("git");
    command.current_dir(&path).args(&arguments);
    command.env("GIT_AUTHOR_DATE", "1700000000 +0000").env("GIT_COMMITTER_DATE", "1700000000 +0000");
    let output = command.output().expect("git");
    ObjectId::from_hex(String::from_utf8_lossy(&output.stdout).trim().as_bytes()).expect("an id")
}

#[test]
fn lease_with_same_bytes_is_not_won_twice() {
    sealed(|| {
        let (world, [a, b], hub) = two();
        let push =
            |repo: &Repo, old, new| push_lease(repo, &hub, Namespace::Sessions, (old, new), &WATCH).expect("git");
        let (one, same) = (commit(&world, "a.git", None, "x"), commit(&world, "b.git", None, "x"));
        assert_eq!(one, same);
        assert_eq!(push(&a, None, one), LeasePush::Flag(Some('*')));
        // git ends with 0, although it was to be there for nobody.
        assert_eq!(push(&b, None, same), LeasePush::Flag(Some('=')));
        assert_eq!(Answer::of_flag('='), Answer::Lost);
        // And so it is of one that follows another.
        let parent = one.to_string();
        let next = commit(&world, "a.git", Some(&parent), "y");
        assert_eq!(commit(&world, "b.git", Some(&parent), "y"), next);
        assert_eq!(push(&a, Some(one), next), LeasePush::Flag(Some(' ')));
        assert_eq!(push(&b, Some(one), next), LeasePush::Flag(Some('=')));
        let other = commit(&world, "b.git", Some(&parent), "z");
        assert_eq!(push(&b, Some(one), other), LeasePush::Flag(Some('!')));
        assert_eq!(push(&b, None, other), LeasePush::Flag(Some('!')));
        assert_eq!(world.git(&world.path("hub.git"), &["rev-parse", LEASE]), next.to_string());
    });
}

/// Two real leases of two devices that say the same of everything but who they are.
#[test]
fn no_two_leases_have_the_same_bytes() {
    sealed(|| {
        let lease = Lease::default();
        let session = |name: &str| chittysync::todo::Session::new(name).expect("a name");
        let taken = |nonce: &str| {
            let who = chittysync::plan::Who {
                device: "d",
                session: &session("s"),
                ttl: 1,
                guess: chittysync::plan::Usd::default(),
                now: chittysync::todo::Time::from_millis(0),
            };
            let project = chittysync::todo::Project::general();
            lease.take(&Offer { topic: "router".into(), project, todos: Vec::new() }, &who, nonce)
        };
        assert_eq!(taken("a").encode(), taken("a").encode());
        assert_ne!(taken("a").encode(), taken("b").encode());
    });
}

#[test]
fn what_is_fetched_is_the_lease_and_nothing_else() {
    sealed(|| {
        let (world, [a, b], hub) = two();
        let one = commit(&world, "a.git", None, "x");
        assert_eq!(
            push_lease(&a, &hub, Namespace::Sessions, (None, one), &WATCH).expect("git"),
            LeasePush::Flag(Some('*'))
        );
        fetch_lease(&b, &hub, Fsync::Off, &WATCH).expect("git").expect("reached");
        let b = Repo::open(b.git_dir()).expect("a repository");
        assert_eq!(b.find_ref(&lease_tracking(Namespace::Sessions, &hub)).expect("refs"), Some(one));
        assert_eq!(b.refs().expect("refs").len(), 1);
        // What is gone there is gone here.
        world.git(&world.path("hub.git"), &["update-ref", "-d", LEASE]);
        fetch_lease(&b, &hub, Fsync::Off, &WATCH).expect("git").expect("reached");
        assert_eq!(Repo::open(b.git_dir()).expect("a repository").refs().expect("refs").len(), 0);
        std::fs::rename(world.path("hub.git"), world.path("away.git")).expect("away");
        assert!(fetch_lease(&b, &hub, Fsync::Off, &WATCH).expect("git").is_err());
        assert_eq!(push_lease(&a, &hub, Namespace::Sessions, (None, one), &WATCH).expect("git"), LeasePush::Flag(None));
    });
}
