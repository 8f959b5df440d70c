//! Links are said by an agent's numbers and kept by todo: a number that is given again redirects none.

use chittysync::todo::{Project, SessionState, TodoId, TodoList, link_names};

use crate::same_words::World;

/// Returns what a property of the todo with these words names: words, or what is kept as it was given.
fn linked(state: &SessionState, words: &str, property: &str) -> Vec<String> {
    let todos: &TodoList = &state.projects[&Project::general()];
    let todo = todos.values().find(|todo| todo.content == words).expect("a todo");
    let names = todo.fields.get(property).map(|field| link_names(&field.value)).unwrap_or_default();
    let words = |name: String| match TodoId::parse(&name).and_then(|id| todos.get(&id)) {
        Some(todo) if todo.nth > 1 => format!("{}{}", todo.content, todo.nth),
        Some(todo) => todo.content.clone(),
        None => name,
    };
    names.into_iter().map(words).collect()
}

#[test]
fn numbers_are_kept_as_todos() {
    let cases: &[(&[&str], &str)] = &[
        (&["1:A ., 2:B ., 3:C waits for 1+2 ."], "A B"),
        // Of two with the same words the one that has the number.
        (&["1:A x, 2:A ., 3:C waits for 2 ."], "A2"),
        // Told before the other one is known, and never known.
        (&["3:C waits for 7 .", "3:C waits for 7 ., 7:B ."], "B"),
        (&["3:C waits for 7 .", "3:C waits for 7 ., 4:B ."], "7"),
        // Cleared away, and its number given to another one.
        (&["2:B x, 3:C waits for 2 .", "3:C waits for 2 ."], "B"),
        (&["2:B x, 3:C waits for 2 .", "3:C waits for 2 .", "3:C waits for 2 ., 2:D ."], "B"),
        (&["2:B ., 3:C waits for 2 .", "2:Entirely other ., 3:C waits for 2 ., 4:B ."], "B"),
        (&["2:B ., 3:C waits for 2 .", "2:D ., 3:C waits for 2 ., 4:B .", "2:D ., 3:C waits for 2 ., 4:B x"], "B"),
        // Stated anew with another value.
        (&["2:B x, 3:C waits for 2 .", "2:D ., 3:C waits for 9 .", "2:D ., 3:C waits for 2 ."], "D"),
        (&["2:B ., 3:C waits for 2 .", "2:D ., 3:C waits for 2+4 ., 4:B ."], "B B"),
        // Renamed: the link goes along.
        (&["2:B ., 3:C waits for 2 .", "2:D ., 3:C waits for 2 ."], "D"),
        // A part of the list: the number is still that of what is missing.
        (&["2:B ., 3:C .", "~3:C waits for 2 ."], "B"),
    ];
    for (lists, expected) in cases {
        let said = World::new().say(lists);
        let mut found = linked(&said, "C", "blockedBy");
        found.dedup();
        let mut expected: Vec<&str> = expected.split(' ').collect();
        expected.dedup();
        assert_eq!(found, expected, "{lists:?}");
    }
}

#[test]
fn both_properties_are_links() {
    let said = World::new().say(&["1:A blocks 2 ., 2:B waits for 1 ."]);
    assert_eq!(linked(&said, "A", "blocks"), ["B"]);
    assert_eq!(linked(&said, "B", "blockedBy"), ["A"]);
}

/// The list that the session's file holds is enough to write the agent's own numbers again.
#[test]
fn the_numbers_can_be_told_again() {
    let said = World::new().say(&["2:B x, 3:C waits for 2 .", "2:D ., 3:C waits for 2 ."]);
    let id = TodoId::of(&Project::general(), "D");
    assert_eq!(linked(&said, "C", "blockedBy"), ["D"], "renamed");
    assert!(said.info.list.iter().all(|entry| entry.meant.is_empty()), "{:?}", said.info.list);
    assert!(said.info.list.iter().any(|entry| entry.id == id && entry.native.as_deref() == Some("2")));

    let said = World::new().say(&["2:B x, 3:C waits for 2 .", "3:C waits for 2 .", "3:C waits for 2 ., 2:D ."]);
    let entry = said.info.list.iter().find(|entry| entry.native.as_deref() == Some("3")).expect("an entry");
    assert_eq!(entry.meant["2"], TodoId::of(&Project::general(), "B"));
}
