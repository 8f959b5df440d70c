//! `import`: a list on standard input.

use serde_json::json;

use crate::common::World;

fn import(world: &World, input: &str) -> crate::common::Done {
    world.input(&["import", "--session", "s1", "--project", "api"], input.as_bytes())
}

#[test]
fn a_list_and_an_object_with_a_list() {
    let world = World::new();
    let first = import(&world, r#"[{"content":"A","status":"pending","mine":{"k":1}}]"#);
    assert_eq!((first.code, first.stdout.as_str()), (Some(0), ""), "{first:?}");
    assert_eq!(world.todo("A")["mine"], json!({"k": 1}));
    assert_eq!(world.todo("A")["project"], "api");
    let second = import(
        &world,
        r#"{"planId":7,"todos":[{"content":"A","status":"completed"},{"step":"B"},{"subject":"C"},{"title":"D"}]}"#,
    );
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(world.states(), ["A: completed", "B: pending", "C: pending", "D: pending"]);
    let again = import(&world, r#"[{"content":"A","status":"completed"},{"step":"B"},{"subject":"C"},{"title":"D"}]"#);
    assert!(again.stderr.contains("Nothing new."), "{again:?}");
}

#[test]
fn bad_input_is_refused_whole() {
    let world = World::new();
    import(&world, r#"[{"content":"A","status":"pending"}]"#);
    let before = world.commits();
    for (input, reason) in [
        ("", "the input is empty"),
        ("[", "the input is not valid JSON"),
        ("7", "the input is JSON of no known format"),
        ("{}", "the input is JSON of no known format"),
        (r#"[{"content":"B"},{}]"#, "entry 2 of the input has no words"),
        ("[null]", "entry 1 of the input has no words"),
    ] {
        let done = import(&world, input);
        assert_eq!(done.code, Some(128), "{input}: {done:?}");
        assert!(done.stderr.contains(reason) && done.stderr.contains("hint: it should look like"), "{done:?}");
        // One of several files is named.
        let file = world.write("plan.json", input.as_bytes());
        let file = file.to_str().expect("UTF-8");
        let done = world.run(&["import", file]);
        let told = format!("cannot import '{file}': {reason}");
        assert!(done.code == Some(128) && done.stderr.contains(&told), "{done:?}");
    }
    assert_eq!((world.commits(), world.states()), (before, vec!["A: pending".to_owned()]));
}

#[test]
fn names_are_checked() {
    let world = World::new();
    for name in ["", " ", "a\nb"] {
        let done = world.input(&["import", "--session", name], b"[]");
        assert_eq!(done.code, Some(129), "{name:?}: {done:?}");
    }
    assert!(!world.store().exists());
}

#[test]
fn an_empty_list_says_nothing() {
    let world = World::new();
    import(&world, r#"[{"content":"A","status":"pending"}]"#);
    import(&world, "[]");
    assert_eq!((world.commits(), world.states()), (1, vec!["A: pending".to_owned()]));
}

/// A plan file of an agent is a document; its boxes are a list when somebody says so.
#[test]
fn the_boxes_of_a_plan() {
    let world = World::new();
    let plan = "# Plan: the parser\n\nWhy.\n\n## Steps\n- [x] Write the parser\n- [ ] Test the parser\n";
    let done = import(&world, plan);
    assert!(done.stderr.contains("states 2 todos"), "{done:?}");
    assert_eq!(world.states(), ["Test the parser: pending", "Write the parser: completed"]);
    import(&world, &plan.replace("[ ]", "[x]"));
    assert_eq!(world.states(), ["Test the parser: completed", "Write the parser: completed"]);
    let done = import(&world, "# Plan\n\nNothing to do.\n");
    assert!(done.stderr.contains("looks like none of the formats that are known"), "{done:?}");
}
