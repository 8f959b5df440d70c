//! What words, names and values given to a command can mean, and what is said when they mean nothing.

use crate::common::{Done, World};

/// Runs a command in the repository of a project.
fn inside(world: &World, project: &str, arguments: &[&str]) -> Done {
    let path = world.path(project);
    if !path.exists() {
        world.git(&world.path(""), &["init", "-q", project]);
    }
    world.run(&[&["-C", path.to_str().expect("UTF-8")], arguments].concat())
}

fn id(world: &World, content: &str) -> String {
    world.todo(content)["id"].as_str().expect("an id")[..8].to_owned()
}

#[test]
fn words_mean_todos_of_the_project_one_stands_in() {
    let world = World::new();
    world.ok(&["add", "Run tests", "--project", "acme"]);
    let refused = inside(&world, "web", &["start", "run", "tests"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("no todo of web has these words"), "{refused:?}");
    assert!(refused.stderr.contains(&format!("hint: {} pending (acme: Run tests)", id(&world, "Run tests"))));
    assert_eq!(world.todo("Run tests")["status"], "pending");
    // What only shows may show it, and an id means one todo wherever it is named.
    assert_eq!(inside(&world, "web", &["show", "run", "tests"]).code, Some(0));
    let started = inside(&world, "web", &["start", &id(&world, "Run tests")]);
    assert_eq!(started.stdout, format!("{} started: Run tests (acme)\n", id(&world, "Run tests")), "{started:?}");

    // Of the same words in both, one's own.
    world.ok(&["add", "Run all tests", "--project", "web"]);
    let done = inside(&world, "web", &["done", "tests"]);
    assert_eq!(done.stdout, format!("{} completed: Run all tests\n", id(&world, "Run all tests")), "{done:?}");
    assert!(inside(&world, "web", &["show", "tests"]).stdout.contains("Run all tests"));
    assert_eq!(inside(&world, "acme", &["resolve", "all tests", "--status", "pending"]).code, Some(1));
    assert_eq!(inside(&world, "acme", &["forget", "--yes", "all tests"]).code, Some(1));
    // Outside of a repository no project is nearer than another.
    assert!(world.ok(&["done", "run tests"]).ends_with(" completed: Run tests (acme)\n"));
}

#[test]
fn what_a_todo_waits_for_is_looked_for_in_its_project() {
    let world = World::new();
    world.ok(&["add", "Build", "--project", "acme"]);
    world.ok(&["add", "Build", "--project", "web"]);
    world.ok(&["add", "Ship", "--project", "acme", "--blocked-by", "build"]);
    let acme = world.todos().into_iter().find(|todo| todo["project"] == "acme" && todo["content"] == "Build");
    assert_eq!(world.todo("Ship")["blockedBy"][0], acme.expect("there is one")["id"]);
}

#[test]
fn words_of_another_todo_are_taken() {
    let world = World::new();
    world.ok(&["add", "One", "--description", "of one"]);
    world.ok(&["add", "Two", "--description", "of two"]);
    world.ok(&["done", "two"]);
    let refused = world.run(&["edit", "one", "--text", "Two"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let expected = format!("there is such a todo already: {} 'Two' (completed)", id(&world, "Two"));
    assert!(refused.stderr.contains(&expected), "{refused:?}");
    assert_eq!(world.states(), ["One: pending", "Two: completed"]);
    assert_eq!(world.todo("Two")["description"], "of two");
    // The words that a todo had before are its own.
    world.ok(&["edit", "one", "--text", "Three"]);
    world.ok(&["edit", "three", "--text", "One"]);
    assert_eq!(world.states(), ["One: pending", "Three: dropped", "Two: completed"]);
    assert_eq!((&world.todo("One")["renamedTo"], &world.todo("One")["description"]), (&"".into(), &"of one".into()));
}

#[test]
fn a_todo_with_other_words_is_still_in_the_way() {
    let world = World::new();
    world.ok(&["add", "Build"]);
    world.ok(&["add", "Ship", "--blocked-by", "build"]);
    let ready = || {
        world
            .ok(&["ready", "--porcelain"])
            .lines()
            .map(|line| line.rsplit('\t').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    world.ok(&["edit", "build", "--text", "Build it"]);
    world.ok(&["edit", "build it", "--text", "Build all of it"]);
    assert_eq!(ready(), ["Build all of it"]);
    // There and back again.
    world.ok(&["edit", "build all", "--text", "Build"]);
    assert_eq!(ready(), ["Build"]);
    world.ok(&["done", "build"]);
    assert_eq!(ready(), ["Ship"]);
}

#[test]
fn todos_that_wait_for_each_other_are_named() {
    let world = World::new();
    for words in ["One", "Two", "Three", "Apart"] {
        world.ok(&["add", words, "--project", "acme"]);
    }
    assert_eq!(world.run(&["edit", "one", "--blocked-by", "one"]).code, Some(129), "none waits for itself");
    world.ok(&["edit", "one", "--blocked-by", "two"]);
    world.ok(&["edit", "three", "--blocked-by", "two"]);
    assert_eq!(world.run(&["ready"]).stderr, "");
    world.ok(&["edit", "two", "--blocked-by", "one"]);
    let told = world.run(&["ready"]);
    assert!(told.stderr.contains("warning: 2 todos wait for each other, and none of them can be begun: "), "{told:?}");
    assert!(told.stderr.contains(&format!("{} One", id(&world, "One"))), "{told:?}");
    assert!(!told.stderr.contains("Three") && !told.stderr.contains("Apart"), "{told:?}");
    let elsewhere = "Nothing is ready in web; 1 elsewhere (`ready --all`).\n";
    assert_eq!(
        inside(&world, "web", &["ready"]).stderr,
        elsewhere,
        "nor is anything warned of: it is another project's"
    );
    world.ok(&["done", "two"]);
    assert_eq!(world.run(&["ready"]).stderr, "");
}

#[test]
fn a_priority_is_one_that_is_known() {
    let world = World::new();
    let refused = world.run(&["add", "One", "--priority", "bogus"]);
    assert_eq!(refused.code, Some(129), "{refused:?}");
    assert!(refused.stderr.contains("high, medium, low, or a number"), "{refused:?}");
    for priority in ["high", "medium", "low", "URGENT", "0", "12", "P1", ""] {
        world.ok(&["add", &format!("With {priority}"), "--priority", priority]);
    }
    assert_eq!(world.run(&["edit", "with 12", "--priority", "p"]).code, Some(129));
}

#[test]
fn adding_a_closed_todo_says_that_it_is_open_again() {
    let world = World::new();
    world.ok(&["add", "One"]);
    for close in ["done", "drop"] {
        world.ok(&[close, "one"]);
        assert!(world.ok(&["add", "One"]).contains(" reopened: One"));
    }
}

#[test]
fn names_that_nobody_has_are_not_passed_over() {
    let world = World::new();
    world.ok(&["add", "One", "--project", "acme"]);
    world.ok(&["add", "Two", "--project", "web"]);
    world.ok(&["done", "one"]);
    for command in ["list", "log", "ready"] {
        for options in [&[][..], &["--json"]] {
            let told = world.run(&[&[command, "--project", "nosuch"], options].concat());
            assert_eq!(told.code, Some(0), "{told:?}");
            assert!(told.stderr.contains("warning: there is no project 'nosuch'\nhint: "), "{command}: {told:?}");
        }
        let known = world.run(&[command, "--project", "acme"]).stderr;
        assert!(!known.contains("no project"), "nothing is open, but it is there: {known}");
    }
    let told = world.run(&["list", "--session", "nosuch"]);
    assert!(told.stderr.contains("there is no session whose name begins with 'nosuch'"), "{told:?}");
    let rollback = world.run(&["rollback", "consolidated~1", "--project", "nosuch"]);
    assert_eq!((rollback.code, rollback.stdout.as_str()), (Some(1), ""), "{rollback:?}");
    assert!(rollback.stderr.contains("there is no project 'nosuch'"), "{rollback:?}");
}

#[test]
fn of_what_is_ready_so_many_as_wanted() {
    let world = World::new();
    assert!(world.run(&["list"]).stderr.contains("`git chittysync add` with a todo of your own"));
    for words in ["One", "Two", "Three"] {
        world.ok(&["add", words]);
    }
    assert_eq!(world.json(&["ready", "-n", "2"]).as_array().map(Vec::len), Some(2));
    assert_eq!(world.ok(&["ready", "-n", "1"]).lines().count(), 1);
}
