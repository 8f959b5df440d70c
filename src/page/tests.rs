//! Pages of made-up stores: what is hostile stays words, links lead to what they name, and a page stays small.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::frame::{SCRIPT, STYLE};
use super::*;
use crate::plan::Topics;
use crate::todo::{Claim, Field, Fields, Project, Session, SessionInfo, Status, Time, Todo, TodoId, TodoList};
use crate::view::Everything;

const NOW: i64 = 1_800_000_000_000;

fn todo_of(project: &Project, content: &str, status: Status, sessions: &[&Session]) -> Todo {
    let at = Time::from_millis(NOW - 60_000);
    Todo {
        id: TodoId::of(project, content),
        content: content.into(),
        nth: 1,
        created: at,
        claims: sessions.iter().map(|session| ((*session).clone(), Claim::new(status, at))).collect(),
        fields: Fields::new(),
    }
}

fn info(session: &Session, text: &str) -> SessionInfo {
    SessionInfo {
        session: session.clone(),
        agent: None,
        source: "command".into(),
        device: text.into(),
        person: Some(text.into()),
        project: None,
        branch: Some(text.into()),
        title: None,
        started: Time::from_millis(NOW - 90_000),
        updated: Time::from_millis(NOW - 60_000),
        ended: None,
        list: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

/// A store in which everything that somebody else can name is this text.
fn hostile(text: &str) -> Everything {
    let project = Project::new(text).unwrap_or_else(|_| Project::general());
    let session = Session::new(text).unwrap_or_else(|_| Session::new("s").expect("a name"));
    let all = [Status::Pending, Status::InProgress, Status::Completed].map(|status| {
        let mut todo = todo_of(&project, &format!("{text} {}", status.as_str()), status, &[&session]);
        for name in ["priority", "description", "owner", "assignee", text] {
            todo.fields.insert(name.into(), Field { value: json!(text), at: todo.created });
        }
        (todo.id, todo)
    });
    let mut everything = Everything::of(BTreeMap::from([(project, all.into_iter().collect())]));
    everything.sessions = vec![info(&session, text)];
    everything
}

/// Every page of a store.
fn pages(everything: &Everything, text: &str) -> Vec<(&'static str, String)> {
    let (topics, moment) = (Topics::new(&[]), |time: Time| time.to_string());
    let message = Message {
        text: text.into(),
        hints: vec![text.into()],
        is_refused: true,
        undo: everything.todos().next().map(|(_, todo)| (todo.id, todo.updated())),
    };
    let mirrors = [false, true].map(|is_bad| Mirroring { name: text.into(), text: text.into(), is_bad });
    let agents = Agents {
        told: vec![text.into()],
        paused: true,
        running: 1,
        broken: vec![text.into()],
        ended: vec![text.into()],
    };
    let sight = Sight {
        message: Some(message),
        mirrors: &mirrors,
        agents: Some(&agents),
        device: text,
        at: Some("fe".into()),
        key: "0123",
        path: "/ui",
        ..Sight::new(everything, &topics, &moment, Time::from_millis(NOW))
    };
    let wanted = Wanted { words: text.into(), status: "all".into(), page: 1, ..Wanted::default() };
    let some = everything.todos().map(|(project, todo)| Happening {
        at: todo.created,
        session: todo.winner().0.clone(),
        verb: "added".into(),
        id: todo.id,
        project: project.clone(),
        words: text.into(),
        renamed_to: Some(text.into()),
    });
    let some: Vec<_> = some.take(3).collect();
    let states = ["ab", "cd"].map(|commit| State { commit: commit.repeat(20), at: sight.now, subject: text.into() });
    let places = [false, true].map(|is_bad| Mirror {
        name: format!("papers-{is_bad}"),
        kind: text.into(),
        place: Some(text.into()),
        projects: vec![everything.todos().next().expect("one").0.clone()],
        is_paused: is_bad,
        failures: u32::from(is_bad),
        error: Some((text.into(), Some(text.into()))),
        parked: everything
            .todos()
            .map(|(_, todo)| (todo.id.to_string(), text.into()))
            .chain([(text.into(), text.into())])
            .collect(),
        ..Mirror::default()
    });
    let changes: Vec<Change> = everything
        .todos()
        .map(|(project, todo)| Change {
            id: todo.id,
            project: project.clone(),
            words: text.into(),
            becomes: text.into(),
        })
        .chain([Change {
            id: TodoId::of(&Project::general(), text),
            project: Project::general(),
            words: text.into(),
            becomes: text.into(),
        }])
        .collect();
    let commit = "ab".repeat(20);
    let asked = Preview { to: &commit, at: sight.now, from: "old", project: "", changes: &changes };
    let mut all = vec![
        ("now", now(&sight)),
        ("found", todos(&sight, &wanted)),
        ("todos", todos(&sight, &Wanted::parse("status=all"))),
        ("board", board(&sight, "column=work")),
        ("projects", projects(&sight)),
        ("sessions", sessions(&sight, true)),
        ("conflicts", conflicts(&sight)),
        ("topics", topics::topics(&sight)),
        ("history", history(&sight, (&some, 3), (&states, true))),
        ("keys", help(&sight)),
        ("mirrors", mirrors::mirrors(&sight, &places)),
        ("no mirrors", mirrors::mirrors(&sight, &[])),
        ("going back", preview(&sight, &Preview { from: "fe", ..asked })),
        ("going back, too late", preview(&sight, &asked)),
        ("sign in", sign_in(Some(text))),
        ("nothing", nothing(404, text, Some(text))),
    ];
    let then = Then { commit: &commit, at: sight.now, may_go_back: true };
    let past = Sight { then: Some(then), may_write: false, ..Sight::new(everything, &topics, &moment, sight.now) };
    all.extend([
        ("now, then", now(&past)),
        ("todos, then", todos(&past, &wanted)),
        ("board, then", board(&past, "")),
        ("history, then", history(&past, (&some, 3), (&states, true))),
    ]);
    if let Some((project, one)) = everything.todos().next() {
        all.push(("session", session(&sight, one.winner().0)));
        all.push(("todo", todo(&sight, project, one, &some)));
    }
    all
}

/// Returns the names of elements on a page, and the values of its attributes, as a browser reads them.
fn parts(page: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let (mut names, mut attributes, mut rest) = (BTreeSet::new(), Vec::new(), page);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("every tag ends");
        let tag = &rest[..end];
        names.insert(tag.trim_start_matches('/').split(' ').next().expect("a name").to_owned());
        for (at, part) in tag.split("=\"").enumerate().skip(1) {
            let name = tag.split("=\"").nth(at - 1).expect("before it").rsplit(' ').next().expect("a name");
            attributes.push((name.to_owned(), part.split('"').next().expect("a value").to_owned()));
        }
        rest = &rest[end..];
    }
    (names, attributes)
}

#[test]
fn words_are_never_anything_else() {
    let (plain, _) = pages(&hostile("harmless"), "harmless").into_iter().map(|(_, page)| parts(&page)).fold(
        (BTreeSet::new(), ()),
        |(mut all, ()), (names, _)| {
            all.extend(names);
            (all, ())
        },
    );
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "x\" onfocus=\"alert(1)\" autofocus=\"",
        "javascript:alert(1)",
        "</textarea></title></style><svg onload=alert(1)>",
        "&lt;b&gt; &amp; &#60;b&#62;",
        "a\u{202e}b\u{200b}c\u{0}d\u{1b}[31m",
        "-->]]><!--",
    ] {
        for (name, page) in pages(&hostile(text), text) {
            let (names, attributes) = parts(&page);
            assert!(names.is_subset(&plain), "{text} on {name}: {:?}", names.difference(&plain));
            for (key, value) in attributes {
                assert!(!key.starts_with("on") && key != "style" && key != "srcdoc", "{text} on {name}: {key}");
                let leads = ["href", "src", "action"].contains(&key.as_str());
                let is_ours = value.starts_with("/ui") || value.starts_with('#') || value == "data:,";
                assert!(!leads || is_ours, "{text} on {name}: {key} {value}");
            }
            for hidden in ['\u{202e}', '\u{200b}', '\u{0}', '\u{1b}'] {
                assert!(!page.contains(hidden), "{text} on {name}: {hidden:?}");
            }
        }
    }
}

#[test]
fn names_on_a_page_are_its_own_and_every_label_has_its_element() {
    for (name, page) in pages(&hostile("a <b> c"), "a <b> c") {
        let (_, attributes) = parts(&page);
        let ids: Vec<&String> = attributes.iter().filter(|(key, _)| key == "id").map(|(_, value)| value).collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{name}: {ids:?}");
        for (key, value) in &attributes {
            let names = ["aria-labelledby", "aria-describedby", "for", "form"].contains(&key.as_str());
            assert!(!names || ids.contains(&value), "{name}: {key} {value}");
            let within = value.strip_prefix('#').filter(|_| key == "href");
            assert!(within.is_none_or(|id| ids.iter().any(|one| one.as_str() == id)), "{name}: {value}");
        }
    }
}

/// With very many todos, the first page stays small, and the others show so many and say how many there are.
#[test]
fn sizes() {
    let project = Project::new("acme/api").expect("a name");
    let sessions: Vec<Session> = (0..300).map(|n| Session::new(&format!("session-{n}")).expect("a name")).collect();
    let all = (0..3_000).map(|n| {
        let status = [Status::Pending, Status::InProgress, Status::Completed][n % 3];
        let words = format!("Todo number {n} with about as many words as most have");
        let mut todo = todo_of(&project, &words, status, &[&sessions[n % sessions.len()]]);
        let before = TodoId::of(&project, "Todo number 0 with about as many words as most have");
        let value = json!([before.to_string()]);
        todo.fields.insert("blockedBy".into(), Field { value, at: todo.created });
        (todo.id, todo)
    });
    let all: TodoList = all.collect();
    let mut everything = Everything::of(BTreeMap::from([(project, all)]));
    everything.sessions = sessions.iter().map(|session| info(session, "laptop")).collect();
    let (topics, moment) = (Topics::new(&[]), |time: Time| time.to_string());
    let sight = Sight::new(&everything, &topics, &moment, Time::from_millis(NOW));
    // What is sent once, and kept, is sent compressed: the hub's tests have a look at all of it.
    let (first, kept) = (now(&sight).len(), style().len() + script().len());
    assert!(first <= 24_000 && kept <= 18_000, "{first} {kept}");
    let page = todos(&sight, &Wanted::parse("page=3"));
    assert_eq!(page.matches("id=\"r-").count(), todos::PAGE);
    assert!(page.contains("401–600 of 2000"), "it says where one is");
    assert!(page.contains("page=2\" rel=\"prev\"") && page.contains("page=4\" rel=\"next\""));
    let last = todos(&sight, &Wanted::parse("page=99"));
    assert!(last.contains("1801–2000 of 2000") && !last.contains("rel=\"next\""));
}

#[test]
fn the_script_is_short_and_the_page_asks_nobody_else() {
    assert!(SCRIPT.lines().count() <= 100, "{}", SCRIPT.lines().count());
    for text in [STYLE, SCRIPT] {
        for word in ["http:", "https:", "url(", "@import", "eval(", "innerHTML"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
