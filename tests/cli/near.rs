//! Commands about one project, or one todo, read no others, and show what they would have shown with all of them.

use serde_json::{Value, json};

use crate::common::World;

/// What a session lists in a project.
fn says(world: &World, session: &str, project: &str, list: &Value) {
    let done = world.input(&["import", "--session", session, "--project", project], list.to_string().as_bytes());
    assert_eq!(done.code, Some(0), "{done:?}");
}

fn id(world: &World, content: &str) -> String {
    world.todo(content)["id"].as_str().expect("an id").to_owned()
}

/// Three projects with two sessions each; `api` is linked with nothing outside of it, and is a directory, too.
fn filled() -> World {
    let world = World::new();
    world.git(&world.home(), &["init", "-q", "api"]);
    for project in ["api", "web", "shop"] {
        let list = |words: &str| {
            let item = |number| json!({"content": format!("{words} {project} {number}"), "status": "pending"});
            Value::Array((0..4).map(item).collect())
        };
        says(&world, &format!("{project}-one"), project, &list("Build"));
        says(&world, &format!("{project}-two"), project, &list("Paint"));
    }
    let list =
        json!([{"content": "Paint api 9", "status": "completed"}, {"content": "Paint api 0", "status": "in_progress"}]);
    says(&world, "api-two", "api", &list);
    world.ok(&["edit", &id(&world, "Build api 1"), "--blocked-by", &id(&world, "Build api 0")]);
    world
}

/// What is asked about `api`, with what is the same with everything read.
fn asked(world: &World) -> Vec<(String, Value, Value)> {
    let of = |all: Value, project: &str| {
        let all = all.as_array().expect("a list").iter();
        Value::Array(all.filter(|todo| todo["full_project"] == project).cloned().collect())
    };
    let mut found = Vec::new();
    for project in ["api", "web", "shop"] {
        for (one, all) in [
            (&["list", "--project", project][..], &["list"][..]),
            (&["list", "--blocked", "--project", project], &["list", "--blocked"]),
            (&["list", "--ready", "--project", project], &["list", "--ready"]),
            (&["ready", "--project", project], &["ready", "--all"]),
        ] {
            found.push((one.join(" "), world.json(one), of(world.json(all), project)));
        }
    }
    found
}

fn check(world: &World) {
    for (what, near, far) in asked(world) {
        assert_eq!(near, far, "{what}");
    }
}

#[test]
fn a_project_alone_is_what_it_is_among_all() {
    let world = filled();
    check(&world);
    // What waits for a todo of another project, by whichever of the two it is said.
    world.ok(&["edit", &id(&world, "Build web 1"), "--blocked-by", &id(&world, "Build api 2")]);
    check(&world);
    let blocks = json!([{"content": "Comes first", "status": "pending", "blocks": [id(&world, "Build api 3")]}]);
    says(&world, "shop-three", "shop", &blocks);
    let shown = world.json(&["show", &id(&world, "Build api 3")]);
    assert_eq!(shown["waitsFor"], json!([id(&world, "Comes first")]));
    check(&world);
    // Nobody knows the todo: it blocks nothing, and yet it may come.
    let unknown = json!([{"content": "Waits", "status": "pending", "blockedBy": ["0123456789abcdef"]}]);
    says(&world, "web-three", "web", &unknown);
    check(&world);
    // What blocked has got other words, is done, is dropped.
    world.ok(&["edit", &id(&world, "Build api 2"), "--text", "Build api two"]);
    check(&world);
    world.ok(&["done", &id(&world, "Build api two")]);
    world.ok(&["drop", &id(&world, "Comes first")]);
    check(&world);
    let hint = world.run(&["start", &id(&world, "Build api 1")]).stderr;
    assert!(hint.contains("waits for another todo"), "{hint}");
}

#[test]
fn acts_see_what_they_are_about_wherever_it_stands() {
    let world = filled();
    let here = world.home().join("api");
    let run = |arguments: &[&str]| {
        let mut all = vec!["-C", here.to_str().expect("UTF-8")];
        all.extend(arguments);
        world.run(&all)
    };
    let web = id(&world, "Build web 0");
    // By an id, a todo of any project; by words, one of this one; and what is only elsewhere is told.
    assert!(run(&["start", &web[..8]]).stdout.contains("(web)"));
    assert_eq!(run(&["done", "Build", "api", "2"]).code, Some(0));
    let elsewhere = run(&["done", "Build", "shop", "2"]);
    assert!(elsewhere.code != Some(0) && elsewhere.stderr.contains("shop"), "{elsewhere:?}");
    assert!(run(&["done", "0000"]).code != Some(0));
    // Words that look like the beginning of an id.
    says(&world, "api-three", "api", &json!([{"content": "fade added", "status": "pending"}]));
    assert_eq!(run(&["done", "fade"]).code, Some(0));
    assert_eq!(world.todo("fade added")["status"], "completed");
    // What the person had started elsewhere, and somebody finished, is told with the next act, once.
    says(&world, "web-one", "web", &json!([{"content": "Build web 0", "status": "completed"}]));
    let told = run(&["add", "Something new"]);
    assert!(told.stderr.contains(&web[..8]) && told.stderr.contains("completed"), "{told:?}");
    assert_eq!(run(&["add", "Something newer"]).stderr, "");
    let again = run(&["add", "Build api 3"]);
    assert!(again.code != Some(0) && again.stderr.contains("already"), "{again:?}");
    check(&world);
}

/// Whatever happens to what is kept beside the refs: it is made of the branch again.
#[test]
fn what_is_kept_can_be_deleted_and_damaged() {
    let world = filled();
    let old = json!([{"content": "Long done", "status": "completed"}]);
    let done = world.input_at(
        "2025-11-20T12:00:00.000Z",
        &["import", "--session", "api-old", "--project", "api"],
        old.to_string().as_bytes(),
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    world.ok(&["archive"]);
    let (waits, kept) = (id(&world, "Build api 1"), world.store().join("chittysync"));
    let look = || {
        let mut all: Vec<String> = asked(&world).into_iter().map(|(_, near, _)| near.to_string()).collect();
        all.extend([&["show", &waits][..], &["show", "Long done"], &["show", "Paint web 2"]].map(|one| world.ok(one)));
        all.push(world.json(&["list", "--all", "--project", "api"]).to_string());
        all.push(world.json(&["status"])["archived"].to_string());
        all
    };
    let whole = look();
    assert!(whole.iter().any(|text| text.contains("Long done")) && whole.last().is_some_and(|count| count == "1"));
    let files = || {
        let directories = ["listed", "archived", "leads"].map(|name| kept.join(name));
        let files = directories.iter().flat_map(|directory| std::fs::read_dir(directory).into_iter().flatten());
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        files
    };
    assert!(files().len() > 3, "{:?}", files());
    let mut number: u64 = 42;
    let mut below = |limit: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).expect("31 bits") % limit
    };
    for round in 0..4 {
        let all: Vec<_> = files().into_iter().map(|path| (std::fs::read(&path).expect("bytes"), path)).collect();
        for (bytes, path) in &all {
            let mut damaged = bytes.clone();
            match (round + below(2)) % 4 {
                0 => damaged[below(bytes.len())] ^= 1 << below(8),
                1 => damaged.truncate(below(bytes.len())),
                2 => damaged.clone_from(&all[below(all.len())].0),
                _ => {
                    std::fs::remove_file(path).expect("removed");
                    continue;
                }
            }
            std::fs::write(path, damaged).expect("written");
        }
        assert_eq!(look(), whole, "round {round}");
    }
    check(&world);
}

/// The lists of other projects, and what is known of sessions that have no part in this one, are not there at all: what
/// is about one project works as ever.
#[test]
fn nothing_is_read_that_is_not_asked_about() {
    let world = filled();
    let store = world.store();
    let (here, web) = (world.home().join("api"), id(&world, "Build web 0"));
    let run = |arguments: &[&str]| {
        let mut all = vec!["-C", here.to_str().expect("UTF-8")];
        all.extend(arguments);
        world.run(&all)
    };
    let commands: [&[&str]; 4] =
        [&["list", "--project", "api"], &["ready"], &["show", "Build", "api", "1"], &["list", "--project", "nothing"]];
    let whole = commands.map(run);
    assert_eq!(run(&["show", &web]).code, Some(0));
    let listed = world.git(&store, &["ls-tree", "-r", "consolidated"]);
    let mut removed = 0;
    for line in listed.lines().filter(|line| line.contains("\tprojects/shop/") || line.contains("/shop-")) {
        let blob = line.split_whitespace().nth(2).expect("an id");
        std::fs::remove_file(store.join("objects").join(&blob[..2]).join(&blob[2..])).expect("a loose object");
        removed += 1;
    }
    assert!(removed >= 3, "{listed}");
    assert!(world.run(&["list"]).code != Some(0), "the list of everything is not there");
    for (command, whole) in commands.iter().zip(whole) {
        let now = run(command);
        assert_eq!((now.code, now.stdout), (whole.code, whole.stdout), "{command:?}");
    }
    for act in [&["add", "Another one"][..], &["start", "Another one"], &["done", &web[..8]]] {
        let done = run(act);
        assert_eq!(done.code, Some(0), "{act:?}: {done:?}");
    }
    // What is there already is said without the others, and so is a list of which some is.
    let there = run(&["add", "Another one"]);
    assert!(there.code == Some(1) && there.stderr.contains("there is such a todo already"), "{there:?}");
    let list = world.write("list.md", b"- [ ] Another one\n- [ ] One more\n");
    let done = run(&["add", "--file", list.to_str().expect("UTF-8")]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("unchanged: Another one") && done.stdout.contains("added: One more"), "{done:?}");
}
