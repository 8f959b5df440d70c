//! What a front end gets that is neither a command line nor a screen: values in, values out, refusals by their kind.

use chittysync::git::Watch;
use chittysync::ops::NOTHING;
use chittysync::ops::todo::{
    Actor, Add, Asked, Became, Blockers, Brief, Claim, Edit, Properties, Refusal, Renamed, Rollback, SessionsToForget,
    Settlement, ToPurge, Wanted, Which, Whose, add, claim, edit, read, read_sessions, resolve, rollback, say, undo,
};
use chittysync::store::{Location, Origin, Reach, Store};
use chittysync::todo::{Project, State, Status, Time, Verb};
use chittysync::view::Everything;

use crate::common::{NOW, World};

const PENDING: State = State::Wanted(Status::Pending);
const COMPLETED: State = State::Wanted(Status::Completed);

fn store(world: &World) -> Store {
    world.ok(&["init", "-q", "--default"]);
    world.git(&world.store(), &["config", "chittysync.device", "hub"]);
    Store::open(&Location { path: world.store(), origin: Origin::Default }).expect("a store")
}

fn actor<'a>(store: &'a Store, agent: Option<&'a str>, here: Option<&'a Project>) -> Actor<'a> {
    Actor { store, agent, here, now: Time::parse(NOW).expect("a time"), demand: &NOTHING }
}

fn words(text: &str) -> Which {
    Which::Words(text.to_owned())
}

fn new(text: &str) -> Add {
    Add { text: text.to_owned(), ..Add::default() }
}

fn contents(found: &[Brief]) -> Vec<&str> {
    found.iter().map(|brief| brief.content.as_str()).collect()
}

#[test]
fn an_outcome_says_what_became_of_which_todo() {
    let world = World::new();
    let store = store(&world);
    let shop = Project::new("shop").expect("valid");
    let person = actor(&store, None, Some(&shop));
    let added = add(&person, &new("Ship")).expect("added");
    assert_eq!((added.became, added.todo().map(|(project, _)| project)), (Became::Added, Some(&shop)));
    let blocked_by = ["ship".to_owned()];
    let properties = Properties::typed(Some("0"), None, &blocked_by).expect("a priority");
    let tell = add(&person, &Add { properties, ..new("Tell everybody") }).expect("added");

    let other = actor(&store, Some("an-agent"), Some(&shop));
    let started = say(&other, Verb::Start, &Which::Id(tell.id)).expect("started");
    assert_eq!((started.id, started.became), (tell.id, Became::Started));
    assert_eq!(contents(&started.obstacles.blockers), ["Ship"]);
    assert_eq!(started.obstacles.worker, None);
    let again = say(&person, Verb::Start, &words("tell")).expect("started");
    let worker = again.obstacles.worker.map(|(session, _)| session.to_string());
    assert_eq!(worker.as_deref(), Some("an-agent-agent-cli"));
    assert_eq!(say(&person, Verb::Start, &words("tell")).expect("so already").became, Became::Unchanged);
    assert_eq!(say(&person, Verb::Release, &words("tell")).expect("released").became, Became::Released);

    let change = Edit { text: Some("Tell the world".into()), ..Edit::default() };
    let renamed = edit(&person, &words("tell"), &change).expect("renamed");
    assert_eq!(renamed.became, Became::Changed);
    assert_ne!(renamed.id, tell.id, "other words are another todo");
    let settled = resolve(&person, &Which::Id(renamed.id), &Settlement::State(COMPLETED)).expect("settled");
    assert_eq!(settled.became, Became::Settled(COMPLETED));

    let watch = || Watch {
        timeout: std::time::Duration::from_secs(1),
        interactive: false,
        progress: None,
        most: None,
        settings: None,
    };
    let later = Time::from_millis(other.now.millis() + 60_000);
    let other = Actor { now: later, ..other };
    let claimed = claim(
        &other,
        &Claim {
            project: None,
            topic: None,
            any: false,
            shown: chittysync::view::Shown::All,
            offline: false,
            watch: watch(),
        },
        |_| {},
    )
    .expect("claimed");
    assert_eq!((claimed.outcome.id, claimed.asked), (added.id, Asked::NoRemote));
    let refused = claim(
        &person,
        &Claim {
            project: None,
            topic: None,
            any: false,
            shown: chittysync::view::Shown::All,
            offline: false,
            watch: watch(),
        },
        |_| {},
    );
    assert!(matches!(refused, Err(Refusal::NothingReady { cycles, .. }) if cycles.is_empty()));

    let before = world.git(&world.store(), &["for-each-ref"]);
    let person = Actor { now: later, ..person };
    let any = Wanted { any: true, ..Wanted::default() };
    let would = undo(&person, Wanted { dry_run: true, ..any }).expect("something to undo");
    assert!(would.said.is_none() && would.undo.events[0].after.id == added.id);
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before, "nothing was said");
    assert!(undo(&person, any).expect("undone").said.is_some_and(|said| said.changed()));
    assert_eq!(world.states(), ["Ship: pending", "Tell everybody: dropped", "Tell the world: completed"]);
}

#[test]
fn a_refusal_has_its_facts_and_says_nothing() {
    let world = World::new();
    let store = store(&world);
    let (shop, house) = (Project::new("shop").expect("valid"), Project::new("house").expect("valid"));
    let person = actor(&store, None, Some(&shop));
    let at_home = actor(&store, None, Some(&house));
    assert!(matches!(undo(&person, Wanted::default()), Err(Refusal::NothingToUndo { redo: false, .. })));
    for text in ["Fix login", "Fix logout"] {
        add(&person, &new(text)).expect("added");
    }
    let sweep = add(&at_home, &new("Sweep")).expect("added").id;
    let before = world.git(&world.store(), &["for-each-ref"]);

    let refused = |refusal: Result<_, Refusal>| -> Refusal {
        refusal.map(|_: chittysync::ops::todo::Outcome| ()).expect_err("refused")
    };
    assert!(matches!(refused(add(&person, &new(" \n"))), Refusal::NoWords));
    let Refusal::Exists { todo, by_renaming: false } = refused(add(&person, &new("Fix login"))) else { panic!() };
    assert_eq!((todo.content.as_str(), todo.state, todo.project.as_str()), ("Fix login", PENDING, "shop"));
    let Refusal::Ambiguous { found, .. } = refused(say(&person, Verb::Done, &words("fix"))) else { panic!() };
    assert_eq!(found.len(), 2);
    let Refusal::Elsewhere { project, found } = refused(say(&person, Verb::Done, &words("sweep"))) else { panic!() };
    assert_eq!((project.as_str(), found[0].id), ("shop", sweep));
    let unknown = chittysync::todo::TodoId::of(&house, "Never said");
    assert!(matches!(refused(say(&person, Verb::Done, &Which::Id(unknown))), Refusal::Unknown { .. }));
    let Refusal::WrongState { verb, todo } = refused(say(&person, Verb::Reopen, &words("login"))) else { panic!() };
    assert_eq!((verb, todo.state), (Verb::Reopen, PENDING));
    let Refusal::NotTaken { session, .. } =
        refused(say(&actor(&store, Some("a"), Some(&shop)), Verb::Release, &words("login")))
    else {
        panic!()
    };
    assert_eq!(session.as_str(), "a-agent-cli");
    assert!(matches!(refused(edit(&person, &words("login"), &Edit::default())), Refusal::NothingToChange));
    let taken = Edit { text: Some("Fix logout".into()), ..Edit::default() };
    assert!(matches!(refused(edit(&person, &words("login"), &taken)), Refusal::Exists { by_renaming: true, .. }));
    let itself = Properties { blocked_by: Some(Blockers::Only(vec![words("login")])), ..Properties::default() };
    let itself = Edit { properties: itself, ..Edit::default() };
    assert!(matches!(refused(edit(&person, &words("login"), &itself)), Refusal::WaitsForItself));
    assert!(matches!(Properties::typed(Some("soon"), None, &[]), Err(Refusal::Priority(text)) if text == "soon"));
    let nobody = Settlement::Take { session: "nobody".into(), seen: None };
    assert!(matches!(refused(resolve(&person, &words("login"), &nobody)), Refusal::NobodySaid { .. }));
    let own = world.sessions().into_iter().find(|name| name.starts_with("hub-")).expect("a session");
    let seen = Settlement::Take { session: own, seen: Some(COMPLETED) };
    assert!(matches!(refused(resolve(&person, &words("login"), &seen)), Refusal::Changed { edited: false, .. }));
    let bad = Add { project: Some("\u{7}".into()), ..new("x") };
    assert!(matches!(refused(add(&person, &bad)), Refusal::ProjectName { .. }));
    let unknown = actor(&store, Some("\u{7}"), Some(&shop));
    assert!(matches!(refused(add(&unknown, &new("x"))), Refusal::SessionName { .. }));
    let back = Rollback { revision: "consolidated".into(), project: Some("attic".into()), todo: None, dry_run: false };
    assert!(matches!(rollback(&person, &back), Err(Refusal::NoProject(project)) if project.as_str() == "attic"));
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before, "whoever is refused said nothing");
}

/// Everything that a front end knows when it asks what is to go for good.
fn everything(store: &Store) -> Everything {
    let store = store.reopen().expect("a store");
    let mut all = read(&store, Reach::Archive).expect("readable").0;
    all.sessions = read_sessions(&store).expect("readable").0;
    all
}

#[test]
fn what_a_purge_takes_and_what_it_leaves_is_known_before() {
    let world = World::new();
    let store = store(&world);
    let shop = Project::new("shop").expect("valid");
    let person = actor(&store, None, Some(&shop));
    let old = add(&person, &new("Rotate the key")).expect("added").id;
    let change = Edit { text: Some("Rotate the key of the bank".into()), ..Edit::default() };
    let named = edit(&person, &words("rotate"), &change).expect("renamed").id;
    let description = Some("as in ROTATE the key of the bank, and then".to_owned());
    let quotes = Properties { description, ..Properties::default() };
    let quoting = add(&person, &Add { properties: quotes, ..new("Tell Ana") }).expect("added").id;
    add(&person, &new("Rotate the tyres")).expect("added");
    let (before, all) = (world.git(&world.store(), &["for-each-ref"]), everything(&store));
    let found = ToPurge::find(&store, &all, Some(&shop), &[Which::Id(named)]).expect("found");
    assert_eq!(found.ids.keys().collect::<Vec<_>>(), [&named]);
    assert_eq!((found.quoted, found.renamed), (vec![quoting], vec![Renamed::From(old)]));
    assert!(found.foreseen.commits > 0 && found.foreseen.waits.is_none());
    // What is purged as well does not stay.
    let both = [Which::Id(named), Which::Id(old), Which::Id(quoting)];
    let found = ToPurge::find(&store, &all, Some(&shop), &both).expect("found");
    assert_eq!((found.ids.len(), found.quoted, found.renamed), (3, vec![], vec![]));
    let unknown = ToPurge::find(&store, &all, Some(&shop), &[Which::Id(named), words("nothing")]);
    assert!(matches!(unknown, Err(Refusal::Unknown { .. })));
    assert_eq!(world.git(&world.store(), &["for-each-ref"]), before, "whoever asks changes nothing");
    let aside = store.reopen().expect("a store").aside("refs/heads/plan".into());
    assert!(matches!(ToPurge::find(&aside, &all, None, &[Which::Id(named)]), Err(Refusal::AllBranches)));
}

#[test]
fn what_sessions_alone_said_is_known_before_it_goes() {
    let world = World::new();
    let store = store(&world);
    let shop = Project::new("shop").expect("valid");
    let [one, two] = ["first", "fifth"].map(|name| actor(&store, Some(name), Some(&shop)));
    let own = add(&one, &new("Buy a yacht")).expect("added").id;
    add(&one, &new("Run tests")).expect("added");
    say(&two, Verb::Start, &words("run")).expect("started");
    let all = everything(&store);
    let found = SessionsToForget::find(&store, &all, Whose::Session("first")).expect("found");
    assert_eq!((found.alone.len(), found.alone[0].1.id, found.shared), (1, own, 1));
    let refusal = |typed| SessionsToForget::find(&store, &all, Whose::Session(typed)).expect_err("refused");
    assert!(matches!(refusal("sixth"), Refusal::NoSession(name) if name == "sixth"));
    assert!(matches!(refusal("fi"), Refusal::SeveralSessions { sessions, .. } if sessions.len() == 2));
    let report = found.forget(&store, a_minute_later()).expect("forgotten");
    assert!(report.tip.is_some());
    assert_eq!(world.states(), ["Run tests: in_progress"]);
}

fn a_minute_later() -> Time {
    Time::from_millis(Time::parse(NOW).expect("a time").millis() + 60_000)
}
