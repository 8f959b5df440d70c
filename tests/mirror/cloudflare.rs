//! D1 and KV, each against a place of our own making.

use chittysync::mirror::cloudflare::{D1, Kv};
use chittysync::mirror::{Adapter, Failure, Part, Report};
use chittysync::settings::MirrorKind;

use crate::fake_cloudflare::CloudflareFake;
use crate::http::TOKEN;
use crate::scene::{Scene, now};

fn d1(fake: &CloudflareFake) -> D1 {
    let mut d1 = D1::new(&fake.d1(), "m").expect("a URL").with_token(TOKEN);
    d1.page = 2;
    d1
}

fn kv(fake: &CloudflareFake) -> Kv {
    Kv::new(&fake.kv(), "m").expect("a URL").with_token(TOKEN)
}

fn sync(scene: &Scene, adapter: &mut dyn Adapter) -> Report {
    scene.sync(adapter).expect("a run")
}

fn verified(scene: &Scene, adapter: &mut dyn Adapter) -> Vec<String> {
    let store = scene.store();
    let tip = store.tip().expect("a ref").expect("a branch");
    adapter.verify(&Part::new(&store, &scene.mirror, tip, now())).expect("it can be asked")
}

#[test]
fn rows_history_and_the_checkpoint_are_one_statement() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::D1));
    sync(&scene, &mut d1(&fake));
    assert_eq!(
        fake.sql("select content || ' ' || status from todos order by 1"),
        "\"Fix login pending\"\n\"Ship in_progress\"\n\"Write notes pending\""
    );
    let history = "select coalesce(previous_status, '') || '>' || status from todo_history where todo_content = 'Ship' order by id";
    assert_eq!(fake.sql(history), "\">pending\"\n\"pending>in_progress\"");
    assert_eq!(fake.sql("select sum(active_todos) from sessions"), "3");
    assert_eq!(fake.sql("select count(*) from chittysync_inbox"), "0");
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
    scene.world.ok(&["done", "Ship"]);
    fake.state().statements = 0;
    let report = sync(&scene, &mut d1(&fake));
    assert_eq!((report.requests, fake.state().statements), (1, 2), "where it is, and one statement");
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
    scene.world.ok(&["forget", "Write notes", "--yes"]);
    sync(&scene, &mut d1(&fake));
    let left = "select (select count(*) from todos where content = 'Write notes') + (select count(*) from todo_history where todo_content = 'Write notes')";
    assert_eq!(fake.sql(left), "0");
    scene.world.ok(&["purge", "Ship", "--yes"]);
    sync(&scene, &mut d1(&fake));
    assert_eq!(fake.sql(&left.replace("Write notes", "Ship")), "0");
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
}

/// A row that the database does not take leaves rows, history and checkpoint as they were; and is left out alone.
#[test]
fn a_record_that_it_cannot_hold_blocks_nothing_else() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::D1));
    sync(&scene, &mut d1(&fake));
    fake.sql("create trigger no_rest before insert on todos when new.content = 'Rest' begin select raise(abort, 'no rest: SQLITE_CONSTRAINT'); end");
    scene.world.ok(&["add", "Rest", "--project", "acme/web"]);
    scene.world.ok(&["add", "Work", "--project", "acme/web"]);
    let report = sync(&scene, &mut d1(&fake));
    assert_eq!(report.parked.len(), 1, "{report:?}");
    assert_eq!(fake.sql("select content from todos where content in ('Rest', 'Work')"), "\"Work\"");
    assert_eq!(fake.sql("select count(*) from chittysync_inbox"), "0");
    fake.sql("drop trigger no_rest");
    let options = chittysync::mirror::Options { again: true, ..Default::default() };
    scene.sync_with(&mut d1(&fake), options).expect("a run");
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
}

/// What is longer than one statement may be goes in halves.
#[test]
fn what_is_too_long_goes_in_parts() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::D1));
    let words = |number| serde_json::json!({ "content": format!("Task {number}"), "status": "pending", "description": "x".repeat(500) });
    let list = serde_json::to_vec(&(0..40).map(words).collect::<Vec<_>>()).expect("JSON");
    assert_eq!(scene.world.input(&["import", "--session", "s1"], &list).code, Some(0));
    let mut small = d1(&fake);
    small.longest = 9_000;
    let report = sync(&scene, &mut small);
    assert!(report.requests > 8 && report.parked.is_empty(), "{report:?}");
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
}

/// Answers are lost, it is away, and put back to what it was: nothing is missing, and nothing there twice.
#[test]
fn lost_answers_and_yesterday_lose_nothing() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::D1));
    sync(&scene, &mut d1(&fake));
    let kept = fake.state().copied();
    scene.world.ok(&["done", "Ship"]);
    fake.http.faults().lose = 1;
    // The checkpoint moved with what it stands for: the second try finds that it is there.
    let ended = scene.sync(&mut d1(&fake));
    assert_eq!(ended, Err(Failure::Overtaken));
    assert_eq!(sync(&scene, &mut d1(&fake)).requests, 0);
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
    fake.http.faults().away = true;
    assert!(matches!(scene.sync(&mut d1(&fake)), Err(Failure::Later { .. })));
    fake.http.faults().away = false;
    fake.state().database = Some(kept);
    assert_ne!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
    sync(&scene, &mut d1(&fake));
    assert_eq!(verified(&scene, &mut d1(&fake)), Vec::<String>::new());
    assert_eq!(
        fake.sql("select count(*) from (select 1 from todo_history group by commit_oid, todo_id having count(*) > 1)"),
        "0"
    );
}

#[test]
fn a_document_is_written_when_it_changed() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::Kv));
    sync(&scene, &mut kv(&fake));
    let keys: Vec<String> = fake.state().values.keys().cloned().collect();
    let documents = [
        "conflicts.json",
        "manifest",
        "project-coordination.json",
        "projects/acme%2fapi/todos.json",
        "projects/acme%2fweb/todos.json",
        "todos.json",
    ];
    assert_eq!(keys, documents.map(|key| format!("m/{key}")));
    assert_eq!(verified(&scene, &mut kv(&fake)), Vec::<String>::new());
    fake.state().puts.clear();
    scene.world.ok(&["done", "Ship"]);
    sync(&scene, &mut kv(&fake));
    let puts = fake.state().puts.clone();
    assert!(!puts.iter().any(|key| key.contains("acme%2fweb")), "{puts:?}");
    assert_eq!(puts.last().map(String::as_str), Some("m/manifest"));
    assert_eq!(verified(&scene, &mut kv(&fake)), Vec::<String>::new());
    // What no project has any more goes.
    scene.world.ok(&["purge", "Write notes", "--yes"]);
    sync(&scene, &mut kv(&fake));
    assert!(!fake.state().values.values().any(|bytes| String::from_utf8_lossy(bytes).contains("Write notes")));
    assert_eq!(verified(&scene, &mut kv(&fake)), Vec::<String>::new());
}

#[test]
fn a_token_is_asked_of_git_and_a_wrong_one_names_the_remedy() {
    let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::Kv));
    let refused = scene.world.run(&["mirror", "add", "edge", "kv", &fake.kv()]);
    assert!(refused.stderr.contains("git credential approve"), "{refused:?}");
    let helper = |word: &str| {
        let port = fake.http.port;
        let text = format!(
            "[credential \"http://127.0.0.1:{port}\"]\n\thelper = \"!f() {{ echo username=x; echo password={word}; }}; f\"\n[chittysync]\n\tfsync = false\n"
        );
        scene.world.write("home/.gitconfig", text.as_bytes());
    };
    helper("wrong");
    let refused = scene.world.run(&["mirror", "add", "edge", "kv", &fake.kv()]);
    assert!(refused.stderr.contains("does not know the token"), "{refused:?}");
    helper(TOKEN);
    scene.world.ok(&["mirror", "add", "edge", "kv", &fake.kv()]);
    scene.world.ok(&["mirror", "add", "rows", "d1", &fake.d1()]);
    let synced = scene.world.json(&["mirror", "sync"]);
    assert_eq!(synced["mirrors"][0]["outcome"], "synced", "{synced}");
    let verified = scene.world.json(&["mirror", "verify"]);
    assert_eq!((&verified["mirrors"][0]["same"], &verified["mirrors"][1]["same"]), (&true.into(), &true.into()));
    for (kind, url) in [
        ("kv", fake.d1()),
        ("d1", fake.kv()),
        ("github", "https://github.com/acme".into()),
        ("notion", "https://example.com/x".into()),
    ] {
        let refused = scene.world.run(&["mirror", "add", "other", kind, &url]);
        assert!(refused.code != Some(0) && refused.stderr.contains("write it as"), "{refused:?}");
    }
}

struct InD1<'a>(&'a CloudflareFake, &'a Scene, std::cell::RefCell<Option<&'static str>>);

impl InD1<'_> {
    fn mirror(&self) -> chittysync::settings::Mirror {
        let project = |name: &str| chittysync::todo::Project::new(name).expect("a name");
        let projects = self.2.borrow().map(project).into_iter().collect();
        chittysync::settings::Mirror { projects, ..self.1.mirror.clone() }
    }
}

impl crate::tables::Tables for InD1<'_> {
    fn scene(&self) -> &Scene {
        self.1
    }
    fn sync(&self, again: bool) {
        let store = self.1.store();
        let options = chittysync::mirror::Options { again, ..Default::default() };
        let mirror = self.mirror();
        let driver = chittysync::mirror::Driver { store: &store, mirror: &mirror, now: now(), options, sleep: &|_| {} };
        // In parts, so that not all is told at once.
        let mut adapter = d1(self.0);
        adapter.longest = 12_000;
        driver.run(&mut adapter).expect("a run");
    }
    fn verified(&self) -> Vec<String> {
        let (store, mirror) = (self.1.store(), self.mirror());
        let tip = store.tip().expect("a ref").expect("a branch");
        d1(self.0).verify(&Part::new(&store, &mirror, tip, now())).expect("it can be asked")
    }
    fn sql(&self, query: &str) -> String {
        self.0.sql(query).replace('"', "")
    }
}

#[test]
fn all_tables_say_what_the_store_does() {
    for number in 0..3 {
        let (fake, scene) = (CloudflareFake::new(), Scene::new(MirrorKind::D1));
        let tables = InD1(&fake, &scene, std::cell::RefCell::default());
        match number {
            0 => crate::tables::sessions_without_news_are_as_they_are(&tables),
            1 => crate::tables::sessions_of_other_projects_go(&tables, &|project| {
                *tables.2.borrow_mut() = project.map(|name| if name == "acme/web" { "acme/web" } else { "acme/api" });
            }),
            _ => crate::tables::what_is_changed_by_hand_is_named_and_put_right(&tables),
        }
    }
}
