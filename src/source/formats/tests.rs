//! What each format holds, in the shapes in which the tools write it.

use serde_json::json;

use super::*;
use crate::todo::Status;

/// Of an item its words, status, number and properties.
type Short = (String, Status, Option<String>, Value);

/// Recognises and reads, and returns what came of it in short.
fn read(text: &str) -> (Format, Vec<Short>) {
    let format = Format::recognise(text.as_bytes()).expect("a format");
    let listed = read_format(format, &[text.as_bytes().to_vec()]).expect("a list");
    let short = listed.items.into_iter().map(|item| {
        let fields: serde_json::Map<String, Value> = item.fields.into_iter().collect();
        (item.content, item.status, item.native, Value::Object(fields))
    });
    (format, short.collect())
}

#[test]
fn beads() {
    let text = r#"{"id":"web-1","title":"Draw the form","status":"hooked","priority":0,"issue_type":"bug","labels":["UI"],"assignee":"ana","due_at":"2026-12-05T00:00:00Z","created_at":"2026-11-28T09:00:00Z","dependencies":[]}
{"id":"web-2","title":"Check the form","status":"open","issue_type":"task","dependencies":[{"issue_id":"web-2","depends_on_id":"web-1","type":"blocks"},{"issue_id":"web-2","depends_on_id":"web-9","type":"parent-child"}]}
{"id":"web-3","title":"Old","status":"tombstone","issue_type":"task"}

{"id":"web-4","title":"Set up","status":"closed","issue_type":"task"}"#;
    let (format, found) = read(text);
    assert_eq!(format, Format::Beads);
    assert_eq!(found.len(), 3);
    let first = json!({ "priority": "0", "assignee": "ana", "due": "2026-12-05T00:00:00Z", "label:bug": true, "label:ui": true });
    assert_eq!(found[0], ("Draw the form".into(), Status::InProgress, Some("web-1".into()), first));
    assert_eq!(found[1].3, json!({ "blockedBy": ["web-1"] }));
    assert_eq!(found[2].1, Status::Completed);
}

#[test]
fn task_master_with_tags_and_without() {
    let tasks = json!([
        { "id": 1, "title": "Draw", "status": "in-progress", "priority": "high", "description": "a", "details": "b",
          "dependencies": [], "subtasks": [
            { "id": 1, "title": "Ink", "status": "done", "dependencies": [] },
            { "id": 2, "title": "Paper", "status": "pending", "dependencies": [1] } ] },
        { "id": "2", "title": "Hang", "status": "cancelled", "dependencies": [1] },
        { "id": 3, "title": "Show", "status": "pending", "dependencies": [1, "1.2"] },
    ]);
    for (text, tag) in [(json!({ "tasks": tasks }), "master"), (json!({ "v2": { "tasks": tasks } }), "v2")] {
        let (format, found) = read(&text.to_string());
        assert_eq!(format, Format::Taskmaster);
        let natives: Vec<_> = found.iter().filter_map(|one| one.2.clone()).collect();
        assert_eq!(natives, ["1", "1.1", "1.2", "3"].map(|number| format!("{tag}:{number}")), "what is cancelled goes");
        assert_eq!(found[0].3["blockedBy"], json!([format!("{tag}:1.1"), format!("{tag}:1.2")]));
        assert_eq!((found[0].1, &found[0].3["description"]), (Status::InProgress, &json!("a\nb")));
        assert_eq!(found[2].3["blockedBy"], json!([format!("{tag}:1.1")]), "a number beside it");
        assert_eq!(found[3].3["blockedBy"], json!([format!("{tag}:1"), format!("{tag}:1.2")]));
        assert_eq!(found[3].3.get("label:v2").is_some(), tag == "v2");
    }
}

#[test]
fn backlog_md() {
    let text = "---\r\nid: TASK-7\r\ntitle: 'Ana''s form: draw it'\r\nstatus: In Progress\r\nassignee:\r\n  - '@ana'\r\nlabels: [ui, \"Good first\"]\r\ndependencies:\r\n  - TASK-1\r\n  - task-2\r\npriority: high\r\n---\r\n\r\n## Description\r\n<!-- SECTION:DESCRIPTION:BEGIN -->\r\nWith ink\r\n<!-- SECTION:DESCRIPTION:END -->\r\n- [ ] #1 a box of its own\r\n";
    let (format, found) = read(text);
    assert_eq!(format, Format::Backlog);
    let fields = json!({ "assignee": "ana", "blockedBy": ["task-1", "task-2"], "description": "With ink",
        "label:good-first": true, "label:ui": true, "priority": "high" });
    assert_eq!(found, [("Ana's form: draw it".into(), Status::InProgress, Some("task-7".into()), fields)]);
    let long = "---\nid: TASK-8\ntitle: >-\n  One\n  two\nstatus: Done\nlabels: []\n---\n";
    let (_, found) = read(long);
    assert_eq!((found[0].0.as_str(), found[0].1), ("One two", Status::Completed));
}

#[test]
fn todo_txt() {
    let text = "(A) 2026-11-29 Draw +web @ink due:2026-12-05 t:2026-12-01\n2026-11-29 See https://a.b/c at 10:30\n\nx 2026-11-29 2026-11-28 Buy paper pri:B\nx (C) Old\n(a) no letter\n";
    let (format, found) = read(text);
    assert_eq!(format, Format::Todotxt);
    let first =
        json!({ "priority": "high", "due": "2026-12-05", "defer": "2026-12-01", "label:ink": true, "label:web": true });
    assert_eq!(found[0], ("Draw".into(), Status::Pending, None, first));
    assert_eq!(found[1].0, "See https://a.b/c at 10:30");
    assert_eq!(
        (&*found[2].0, found[2].1, &found[2].3),
        ("Buy paper", Status::Completed, &json!({ "priority": "medium" }))
    );
    assert_eq!((&*found[3].0, found[3].1), ("Old", Status::Completed));
    assert_eq!(found[4].0, "(a) no letter");
}

#[test]
fn taskwarrior() {
    let text = r#"[{"id":1,"description":"Draw","due":"20261205T103000Z","entry":"20261129T101937Z","priority":"H","project":"acme.web","start":"20261129T101937Z","status":"pending","uuid":"u-1","tags":["ink"],"annotations":[{"entry":"20261129T101937Z","description":"with care"}]},
{"id":2,"description":"Hang","entry":"20261129T101937Z","status":"waiting","wait":"20261201T000000Z","uuid":"u-2","depends":"u-1,u-9"},
{"id":0,"description":"Old","entry":"20261129T101937Z","status":"deleted","uuid":"u-3"}]"#;
    let (format, found) = read(text);
    assert_eq!(format, Format::Taskwarrior);
    let first = json!({ "priority": "high", "due": "2026-12-05T10:30:00Z", "description": "with care",
        "label:ink": true, "label:acme.web": true });
    assert_eq!(found[0], ("Draw".into(), Status::InProgress, Some("u-1".into()), first));
    assert_eq!(found[1].3, json!({ "defer": "2026-12-01T00:00:00Z", "blockedBy": ["u-1", "u-9"] }));
    assert_eq!((found[1].1, found.len()), (Status::Pending, 2));
    let lines: String = text.trim_matches(['[', ']']).replace("},\n", "}\n");
    assert_eq!(read(&lines), (format, found), "a line each");
}

#[test]
fn github_issues() {
    let text = r#"[{"number":12,"title":"Draw","body":"With ink","state":"OPEN","labels":[{"name":"Priority: High"},{"name":"good first issue"}],"assignees":[{"login":"ana"}],"url":"https://github.com/acme/web/issues/12"},
{"number":11,"title":"Hang","body":"","state":"CLOSED","stateReason":"COMPLETED","labels":[],"assignees":[]},
{"number":9,"title":"Old","state":"CLOSED","stateReason":"NOT_PLANNED"}]"#;
    let (format, found) = read(text);
    assert_eq!(format, Format::Github);
    let first = json!({ "priority": "high", "assignee": "ana", "description": "With ink",
        "url": "https://github.com/acme/web/issues/12", "label:good-first-issue": true });
    assert_eq!(found[0], ("Draw".into(), Status::Pending, Some("12".into()), first));
    assert_eq!((found[1].1, found.len()), (Status::Completed, 2));
}

#[test]
fn what_looks_like_nothing_is_refused() {
    assert_eq!(Format::recognise(b"- [ ] One\n"), Ok(Format::Markdown));
    assert_eq!(Format::recognise(b"[]"), Ok(Format::Json));
    assert_eq!(Format::recognise(br#"[{"content":"x"}]"#), Ok(Format::Json));
    for none in [&b"just words\n"[..], b"", b"12", b"{\"a\":1}", b"---\ntitle: x\n---\n"] {
        assert!(Format::recognise(none).is_err(), "{none:?}");
    }
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Markdown | Format::Todotxt)) {
        assert!(read_format(format, &[b"just words".to_vec()]).is_err(), "{format:?}");
    }
    let no_title = br#"[{"number":1,"state":"OPEN","title":" "}]"#;
    assert!(read_format(Format::Github, &[no_title.to_vec()]).is_err());
}
