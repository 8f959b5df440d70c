//! What our adapters ask and what our own servers answer, held against the vendors' descriptions of their APIs.
//! `MIRROR_MODULES` names the directory in which `.ci/components` has put them.

use serde_json::{Value, json};

use crate::common::fits::is_a;
use crate::fake::Fake;
use crate::http::Exchange;

/// A description of an API, as OpenAPI 3.0 or 3.1.
struct Description(Value);

impl Description {
    fn read(name: &str) -> Self {
        let modules = std::env::var_os("MIRROR_MODULES").expect("MIRROR_MODULES names a directory");
        let text = std::fs::read(std::path::PathBuf::from(modules).join(name)).expect("it is there");
        Description(serde_json::from_slice(&text).expect("JSON"))
    }

    /// Follows a reference, if it is one.
    fn meant<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            Some(path) => self.meant(self.0.pointer(path.trim_start_matches('#')).expect("it is described")),
            None => value,
        }
    }

    /// Says in what a value does not fit. Of an answer parts may be missing: our servers give what is read of it.
    fn fits(&self, schema: &Value, value: &Value, is_asked: bool) -> Result<(), String> {
        self.fits_part(schema, value, is_asked, false)
    }

    /// As [`Description::fits`], of what can be a part of a whole that has more.
    fn fits_part(&self, schema: &Value, value: &Value, is_asked: bool, is_part: bool) -> Result<(), String> {
        let schema = self.meant(schema);
        if value.is_null() && schema["nullable"] == true {
            return Ok(());
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(value, kind)) {
            return Err(format!("{value} is no {kinds:?}"));
        }
        if schema["enum"].as_array().is_some_and(|all| !all.contains(value))
            || schema.get("const").is_some_and(|one| one != value)
        {
            return Err(format!("{value} is none of {}", schema["enum"]));
        }
        if schema["format"] == "date-time"
            && value.as_str().is_some_and(|text| chittysync::todo::Time::parse(text).is_none())
        {
            return Err(format!("{value} is no time"));
        }
        for key in ["anyOf", "oneOf"] {
            let Some(all) = schema[key].as_array() else { continue };
            let tried: Vec<_> = all.iter().map(|one| self.fits(one, value, is_asked)).collect();
            if tried.iter().all(Result::is_err) {
                return Err(format!("{value} fits none: {tried:?}"));
            }
        }
        for one in schema["allOf"].as_array().into_iter().flatten() {
            self.fits_part(one, value, is_asked, true)?;
        }
        for one in value.as_array().into_iter().flatten().filter(|_| schema["items"].is_object()) {
            self.fits(&schema["items"], one, is_asked)?;
        }
        let Some(object) = value.as_object() else { return Ok(()) };
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if is_asked && !object.contains_key(name) {
                return Err(format!("{name} is missing"));
            }
        }
        let Some(known) = schema["properties"].as_object() else { return Ok(()) };
        let may_have_more =
            is_part || schema["additionalProperties"] == true || schema["additionalProperties"].is_object();
        for (name, value) in object {
            match known.get(name) {
                Some(schema) => self.fits(schema, value, is_asked).map_err(|why| format!("{name}: {why}"))?,
                None if may_have_more => {}
                None => return Err(format!("{name} is not described")),
            }
        }
        Ok(())
    }

    /// Says in what a question or its answer is not as described. `path` is that of the description.
    fn check(&self, path: &str, one: &Exchange) -> Result<(), String> {
        let all = &self.0["paths"][path];
        let operation = &all[one.method.to_lowercase()];
        if operation.is_null() {
            return Err("nothing of it is described".to_owned());
        }
        let parameters: Vec<&Value> = [&all["parameters"], &operation["parameters"]]
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|one| self.meant(one))
            .collect();
        for (name, text) in &one.query {
            let parameter = parameters.iter().find(|known| known["name"] == *name.as_str() && known["in"] == "query");
            let parameter = parameter.ok_or_else(|| format!("there is no parameter {name}"))?;
            let schema = self.meant(&parameter["schema"]);
            let value = text.parse::<i64>().ok().filter(|_| schema["type"] == "integer");
            let value = value.map_or_else(|| Value::from(text.as_str()), Value::from);
            self.fits(schema, &value, true).map_err(|why| format!("{name}: {why}"))?;
        }
        let body = &self.meant(&operation["requestBody"])["content"]["application/json"]["schema"];
        if body.is_object() {
            self.fits(body, &one.body, true).map_err(|why| format!("asked: {why}"))?;
        } else if !one.body.is_null() {
            return Err("there is no body".to_owned());
        }
        let answers = &operation["responses"];
        // Notion's description has one answer for everything that goes wrong.
        let other = if one.status >= 400 && answers.as_object().is_some_and(|all| all.len() == 2) {
            &answers["400"]
        } else {
            &Value::Null
        };
        let answer = answers.get(one.status.to_string()).unwrap_or(other);
        if answer.is_null() {
            return Err(format!("{} is no answer to it", one.status));
        }
        let answer = &self.meant(answer)["content"]["application/json"]["schema"];
        if answer.is_object() {
            self.fits(answer, &one.answer, false).map_err(|why| format!("answered: {why}"))
        } else {
            Ok(())
        }
    }
}

/// Has a mirror made, changed on both sides, listed in pages, refused and thrown away, and returns all that was said.
fn everything(fake: &dyn Fake) -> Vec<Exchange> {
    let scene = crate::fake::scene(fake);
    fake.http().record();
    let run = |again: bool| {
        let options = chittysync::mirror::Options { again, ..Default::default() };
        scene.sync_with(fake.open(&scene.mirror.url, 2).as_mut(), options).expect("a run");
    };
    fake.open(&scene.mirror.url, 2).checkpoint().expect("it can be asked");
    let world = &scene.world;
    world.ok(&["edit", "Ship", "--priority", "high", "--description", "one\ntwo", "--label", "later"]);
    run(false);
    world.ok(&["done", "Ship"]);
    world.ok(&["start", "Fix login"]);
    world.ok(&["drop", "Write notes"]);
    run(false);
    fake.set_state("Ship", "pending");
    fake.set_words("Fix login", "Fix logout");
    fake.make("Call Ana");
    run(false);
    world.ok(&["edit", "Call Ana", "--text", "Call Ben"]);
    run(true);
    fake.refuse(Some("Rest"));
    world.ok(&["add", "Rest"]);
    run(false);
    fake.throw_away("Ship");
    fake.lose("Call Ben");
    run(true);
    fake.double();
    run(true);
    fake.http().recorded()
}

fn all_fit(description: &Description, said: &[Exchange], path: impl Fn(&Exchange) -> &'static str) {
    assert!(said.len() > 30, "{}", said.len());
    let wrong: Vec<String> = said
        .iter()
        .filter_map(|one| {
            let why = description.check(path(one), one).err()?;
            Some(format!("{} {} {}: {why}", one.method, one.path, one.status))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), said.len(), &wrong[..wrong.len().min(5)]);
}

#[test]
#[ignore = "needs the description of GitHub's API: .ci/components"]
fn issues_are_asked_and_answered_as_github_describes_them() {
    let description = Description::read("api.github.com.json");
    let said = everything(&crate::fake_github::GitHubFake::new());
    all_fit(&description, &said, |one| match one.path.rsplit('/').next() {
        Some("issues") => "/repos/{owner}/{repo}/issues",
        Some(last) if last.parse::<u64>().is_ok() && one.path.contains("/issues/") => {
            "/repos/{owner}/{repo}/issues/{issue_number}"
        }
        _ => "/repos/{owner}/{repo}",
    });
    // What is read of an issue, it always has.
    let issue = description.meant(&description.0["components"]["schemas"]["issue"]);
    let promised: Vec<&str> = issue["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for name in ["number", "title", "state", "labels", "updated_at"] {
        assert!(promised.contains(&name), "{name}");
    }
    for name in ["body", "state_reason", "assignees"] {
        assert!(issue["properties"][name].is_object(), "{name}");
    }
    // Nothing fits everything.
    let mut wrong = said.into_iter().find(|one| one.method == "PATCH").expect("one was changed");
    wrong.body["state"] = "done".into();
    assert!(description.check("/repos/{owner}/{repo}/issues/{issue_number}", &wrong).is_err());
}

#[test]
#[ignore = "needs the description of Notion's API: .ci/components"]
fn pages_are_asked_and_answered_as_notion_describes_them() {
    let mut description = Description::read("notion-openapi.json");
    // It is behind Notion's documentation of the version 2025-09-03, which has these, too, as has Notion's own client.
    let schemas = &mut description.0["components"]["schemas"];
    let source = json!({
        "type": "object",
        "properties": { "type": { "const": "data_source_id" }, "data_source_id": { "type": "string" } },
        "required": ["type", "data_source_id"],
    });
    schemas["parentRequest"]["oneOf"].as_array_mut().expect("a list").push(source);
    let direction = schemas["sortObject"]["properties"]["direction"].clone();
    let by_time = json!({
        "type": "object",
        "properties": { "timestamp": { "enum": ["created_time", "last_edited_time"] }, "direction": direction },
        "required": ["timestamp", "direction"],
    });
    let by_property = schemas["sortObject"].take();
    schemas["sortObject"] = json!({ "oneOf": [by_property, by_time] });
    let said = everything(&crate::fake_notion::NotionFake::new());
    // It describes no making of a database.
    let said: Vec<Exchange> =
        said.into_iter().filter(|one| (one.method.as_str(), one.path.as_str()) != ("POST", "/v1/databases")).collect();
    all_fit(&description, &said, |one| {
        let parts: Vec<&str> = one.path.trim_start_matches("/v1/").split('/').collect();
        match parts.as_slice() {
            ["blocks", _, "children"] => "/v1/blocks/{block_id}/children",
            ["data_sources", _, "query"] => "/v1/data_sources/{data_source_id}/query",
            ["data_sources", _] => "/v1/data_sources/{data_source_id}",
            ["databases", _] => "/v1/databases/{database_id}",
            ["pages"] => "/v1/pages",
            _ => "/v1/pages/{page_id}",
        }
    });
    let mut wrong = said.into_iter().find(|one| one.path == "/v1/pages").expect("one was made");
    wrong.body["parent"] = "x".into();
    assert!(description.check("/v1/pages", &wrong).is_err());
}
