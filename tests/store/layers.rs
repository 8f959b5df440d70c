//! A project's lists: whatever moves on from one to the next, all that was said is there, and each list stays short.

use std::collections::BTreeSet;

use chittysync::git::{Overlay, Repo};
use chittysync::merge::join_todo;
use chittysync::store::{Digits, ProjectLists, working_lists, working_todos};
use chittysync::todo::{Claim, Claims, Fields, Project, Session, Status, Time, Todo, TodoId, TodoList};

use crate::common::World;

fn todo(project: &Project, number: usize, at: i64, status: Status) -> Todo {
    let content = format!("Step {number}");
    let session = Session::new(&format!("s{}", number % 3)).expect("a name");
    Todo {
        id: TodoId::of(project, &content),
        content,
        nth: 1,
        created: Time::from_millis(at),
        claims: Claims::from_iter([(session, Claim::new(status, Time::from_millis(at)))]),
        fields: Fields::new(),
    }
}

#[test]
fn nothing_is_lost_on_the_way_down() {
    let world = World::new();
    world.ok(&["init", "-q", "--default"]);
    let repo = Repo::open(&world.store()).expect("a store");
    let project = Project::new("acme/api").expect("a name");
    for most in [1, 2, 3, 48] {
        let mut overlay = Overlay::new(&repo);
        let (mut tree, mut said) = (None, TodoList::new());
        let mut seed = 7_usize;
        for step in 0..120 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let status = Status::ALL[(seed >> 40) % 3];
            let new = todo(&project, (seed >> 33) % 70, step, status);
            let known = said.entry(new.id).or_insert_with(|| new.clone());
            join_todo(known, &new);
            let known = known.clone();

            let root = |tree| overlay.find_dir(tree, "projects/acme%2fapi").expect("a tree").expect("a project");
            let mut lists = ProjectLists::at(&overlay, &project, tree.map(root)).expect("lists");
            lists.say(&known).expect("said");
            lists.spread(Vec::new(), most).expect("spread");
            assert_eq!(lists.get(known.id).expect("read").as_ref(), Some(&known), "most {most}, step {step}");
            let edits = lists.edits();
            assert!(!edits.is_empty());
            // A change writes few lists, however many there are.
            let files: Vec<_> =
                edits.into_iter().map(|(path, bytes)| (path, overlay.batch.blob(bytes).expect("a blob"))).collect();
            let files = files.iter().map(|(path, blob)| (path.as_str(), Some(*blob)));
            tree = Some(overlay.edit_tree(tree, files).expect("a tree"));

            let root = overlay.find_dir(tree.expect("a tree"), "projects/acme%2fapi").expect("a tree");
            assert_eq!(working_todos(&overlay, &project, root, "here").expect("todos"), said, "most {most}");
            let mut names = BTreeSet::new();
            let mut lists = ProjectLists::at(&overlay, &project, root).expect("lists");
            for (digits, _) in working_lists(&overlay, root).expect("lists") {
                let ids = lists.ids(digits).expect("ids");
                assert!(ids.len() <= most, "{} lines in '{digits}', most {most}", ids.len());
                assert!(ids.iter().all(|id| digits.begin(*id)), "in '{digits}'");
                names.insert(digits);
            }
            assert!(names.contains(&Digits::NONE), "the first list is always there");
        }
    }
}
