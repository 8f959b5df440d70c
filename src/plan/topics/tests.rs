//! What todos are about, and what they only seem to be about.

use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::todo::{Claim, Claims, Field, Fields, Session, Status, Time, TodoId};

fn todo(content: &str, fields: &[(&str, Value)]) -> Todo {
    let at = Time::from_millis(1);
    let claim = Claim::new(Status::Pending, at);
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Field { value: value.clone(), at }));
    Todo {
        id: TodoId::of(&Project::general(), content),
        content: content.into(),
        nth: 1,
        created: at,
        claims: [(Session::new("s").expect("valid"), claim)].into_iter().collect::<Claims>(),
        fields: fields.collect::<Fields>(),
    }
}

fn rules(texts: &[&str]) -> Vec<TopicRule> {
    texts.iter().map(|text| TopicRule::parse(text).expect("a rule")).collect()
}

fn names(topics: &Topics, project: &str, todo: &Todo) -> Vec<String> {
    let project = Project::new(project).expect("valid");
    topics.of(&project, todo).into_iter().map(|topic| topic.name.clone()).collect()
}

#[test]
fn the_built_in_table_holds_what_can_be_written_in_a_setting() {
    let topics = Topics::default();
    assert_eq!(topics.all().len(), TOPICS.len());
    assert_eq!(topics.rules.len(), TOPICS.len());
    assert!(topics.all().iter().all(|topic| !topic.is_configured));
    for (at, (_, rule)) in topics.rules.iter().enumerate() {
        assert!(!rule.phrases.is_empty(), "{at}");
        let found = names(&topics, "p", &todo(&rule.phrases[0].join(" "), &[]));
        assert!(found.contains(&rule.name), "{found:?} {}", rule.name);
    }
}

#[test]
fn only_whole_words_count() {
    let topics = Topics::default();
    for (content, expected) in [
        ("Update the main entry", &[][..]),
        ("Ask the AI", &["ai_ml"]),
        ("Draft the mailing", &[]),
        ("Rewrite therapist notes", &[]),
        ("Write a REST endpoint", &["api"]),
        ("Fix go mod tidy", &["go", "debugging"]),
        ("go to the mod page", &[]),
        ("mod go", &[]),
        ("Set up CI/CD", &["devops"]),
        ("\u{ff26}\u{ff29}\u{ff38} it", &["debugging"]),
        ("fix_login", &[]),
        ("Clean   up", &["refactor"]),
    ] {
        assert_eq!(names(&topics, "p", &todo(content, &[])), expected, "{content}");
    }
}

/// A label is as good as a word, wherever it stands, and makes no topic of what is none.
#[test]
fn a_label_makes_a_todo_one_of_its_topic() {
    let topics = Topics::new(&rules(&["later="]));
    let is = |content: &str, fields: &[(&str, Value)]| names(&topics, "p", &todo(content, fields));
    assert_eq!(is("Tidy #Later", &[]), ["later"]);
    assert_eq!(is("Tidy later", &[]), [""; 0], "it has no words");
    assert_eq!(is("Tidy #nothing #12", &[]), [""; 0]);
    for value in [json!("API"), json!(["x", "api"]), json!("x, #api"), json!(["#Api", 5, null, ["api"]])] {
        for name in LABELLED {
            assert_eq!(is("Tidy", &[(name, value.clone())]), ["api"], "{name} {value}");
            assert_eq!(is("Tidy", &[("metadata", json!({ name: value }))]), ["api"], "metadata {name} {value}");
        }
    }
    for value in [json!(5), json!(null), json!({ "api": 1 }), json!("apis are fine")] {
        assert_eq!(is("Tidy", &[("labels", value)]), [""; 0]);
    }
    assert_eq!(is("Tidy", &[("metadata", json!("api"))]), [""; 0]);
}

#[test]
fn settings_go_before_the_table_and_replace_what_has_their_name() {
    let topics = Topics::new(&rules(&["billing=invoice", "API=rpc", "billing=vat;project=shop"]));
    let order: Vec<&str> = topics.all().iter().map(|topic| topic.name.as_str()).take(3).collect();
    assert_eq!(order, ["billing", "api", "javascript"]);
    assert_eq!(topics.all().len(), TOPICS.len() + 1);
    assert!(topics.find("Api").is_some_and(|topic| topic.is_configured));
    assert_eq!(topics.find("no such"), None);
    let of = |project, content| names(&topics, project, &todo(content, &[]));
    assert_eq!(of("p", "Invoice by rpc"), ["billing", "api", "finance"]);
    assert_eq!(of("p", "a REST endpoint"), [""; 0]);
    assert_eq!((of("acme/shop", "VAT"), of("p", "VAT")), (vec!["billing".to_owned()], vec![]));
    let (project, todo) = (Project::general(), todo("Fix the invoice", &[]));
    assert_eq!(topics.primary(&project, &todo).map(|topic| topic.name.as_str()), Some("billing"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: 2000, ..Default::default() })]

    /// What stands around a word changes nothing, and what is joined to it makes another word of it.
    #[test]
    fn words_keep_their_topic_in_any_text(before in "[ ,.:/()#]{0,3}", after in "[ ,.:/()!]{0,3}", joined in "[a-z0-9_]{1,4}") {
        static TOPICS: LazyLock<Topics> = LazyLock::new(|| Topics::new(&rules(&["zork=Qzxqz"])));
        let of = |content: String| names(&TOPICS, "p", &todo(&content, &[])).contains(&"zork".to_owned());
        let alone = format!("a {before}qzXqz{after} b");
        proptest::prop_assert!(of(alone));
        let glued = format!("a {before}{joined}qzxqz{after} b");
        proptest::prop_assert!(!of(glued));
        let glued = format!("a {before}qzxqz{joined}{after} b");
        proptest::prop_assert!(!of(glued));
    }

    /// Nothing in a todo that comes from elsewhere stops the program.
    #[test]
    fn any_text_has_some_topics(content in ".{0,60}", label in ".{0,20}") {
        static KNOWN: LazyLock<Topics> = LazyLock::new(Topics::default);
        let found = names(&KNOWN, "p", &todo(&content, &[("labels", json!([label]))]));
        let order: Vec<usize> = found.iter().map(|name| TOPICS.iter().position(|(known, _)| known == name).expect("known")).collect();
        proptest::prop_assert!(order.is_sorted());
    }
}
