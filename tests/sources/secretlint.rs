//! Our rules beside a set that others maintain: what secretlint knows as a credential is found here too.
//!
//! `SECRETLINT=<where it is installed> cargo test --test sources secretlint -- --ignored` runs it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use chittysync::redact::{Found, Redactor};
use serde_json::Value;

/// How todos hold credentials: in a sentence, a command, a setting, JSON, a URL.
const AROUND: &[(&str, &str)] = &[
    ("", ""),
    ("Rotate ", " before Friday"),
    ("The old one was ", "."),
    ("curl -H 'X-Key: ", "' https://api.example.com"),
    ("SERVICE_CREDENTIAL=", ""),
    ("{\"use\": \"", "\"}"),
    ("see https://example.com/?a=1&t=", "&b=2"),
];

fn script(arguments: &[&str], input: &str) -> Value {
    let installed = std::env::var_os("SECRETLINT").expect("SECRETLINT: where it is installed");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sources/secretlint.mjs");
    let mut command = Command::new("node");
    command.arg(path).args(arguments).current_dir(installed).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("node");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("taken");
    let done = child.wait_with_output().expect("ended");
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).expect("JSON")
}

#[test]
#[ignore = "needs secretlint: SECRETLINT=<where it is installed>"]
fn nothing_that_it_knows_is_left() {
    let made = script(&["make", "8"], "");
    let forms = made.as_array().expect("forms");
    let can_be_made = forms.iter().filter(|form| form["texts"].as_array().is_some_and(|texts| texts.len() > 4));
    assert!(can_be_made.count() > 20, "too few forms: {made}");
    let redactor = Redactor::default();
    let (mut raw, mut redacted) = (Vec::new(), Vec::new());
    for text in forms.iter().flat_map(|form| form["texts"].as_array().expect("texts")) {
        for (before, after) in AROUND {
            let text = format!("{before}{}{after}", text.as_str().expect("text"));
            redacted.push(redactor.text(&text, &mut Found::new()).into_owned());
            raw.push(text);
        }
    }
    let found = script(&["find"], &serde_json::to_string(&redacted).expect("JSON"));
    let left: Vec<String> = found
        .as_array()
        .expect("a list")
        .iter()
        .zip(raw.iter().zip(&redacted))
        .filter(|(found, _)| *found != &serde_json::json!([]))
        .map(|(found, (raw, redacted))| format!("{found}\n    {raw}\n    {redacted}"))
        .collect();
    assert!(left.is_empty(), "{} of {} are left:\n{}", left.len(), raw.len(), left.join("\n"));
}
