//! GitHub's issues, as its description of the API says they answer: pages by links, limits, what is deleted and moved.

use std::sync::{Arc, Mutex, MutexGuard};

use chittysync::mirror::Adapter;
use chittysync::mirror::github::GitHub;
use chittysync::settings::MirrorKind;
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::http::{Asked, Clock, Http, Reply, TOKEN};

const REPOSITORY: &str = "/api/v3/repos/acme/todos";

#[derive(Clone, Debug)]
pub struct State {
    /// By number, from 1; null for one that is gone.
    pub issues: Vec<Value>,
    pub clock: Clock,
    pub may_push: bool,
    pub refuses: Option<&'static str>,
    pub complaints: Vec<String>,
    /// Everybody who can be assigned.
    pub people: Vec<&'static str>,
}

pub struct GitHubFake {
    http: Http,
    state: Arc<Mutex<State>>,
    kept: Mutex<Option<Vec<Value>>>,
}

impl GitHubFake {
    pub fn new() -> Self {
        let state = State {
            issues: Vec::new(),
            clock: Clock::default(),
            may_push: true,
            refuses: None,
            complaints: Vec::new(),
            people: vec!["ana", "ben"],
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let is_page_two = |asked: &Asked| asked.query.get("page").is_some_and(|page| page == "2");
        let http = Http::new(move |asked| shared.lock().expect("no thread panicked").answer(asked), is_page_two);
        GitHubFake { http, state, kept: Mutex::new(None) }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }

    /// A person changes the issue with this title.
    pub fn edit(&self, title: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        state.clock.tick();
        let now = time(&state.clock);
        let issue = state.issues.iter_mut().find(|issue| issue["title"] == title).expect("it is there");
        change(issue);
        issue["updated_at"] = json!(now);
    }

    pub fn issue(&self, title: &str) -> Value {
        self.state().issues.iter().find(|issue| issue["title"] == title).cloned().unwrap_or_default()
    }
}

fn time(clock: &Clock) -> String {
    clock.time().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn labels(names: &Value) -> Value {
    names.as_array().into_iter().flatten().map(|name| json!({ "name": name })).collect()
}

fn no(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "documentation_url": "https://docs.github.com/rest" }))
}

fn invalid(field: &str) -> Reply {
    let errors = json!([{ "resource": "Issue", "field": field, "code": "invalid" }]);
    Reply::json(422, &json!({ "message": "Validation Failed", "errors": errors }))
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Reply {
        let mut complain = |what: &str| self.complaints.push(format!("{what}: {} {}", asked.method, asked.path));
        if asked.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}")) {
            return no(401, "Bad credentials");
        }
        if asked.headers.get("accept").map(String::as_str) != Some("application/vnd.github+json")
            || !asked.headers.contains_key("x-github-api-version")
            || !asked.headers.get("user-agent").is_some_and(|name| name.starts_with("git-chittysync"))
        {
            complain("a header is missing");
        }
        let reply =
            match asked.path.strip_prefix(REPOSITORY).or_else(|| asked.path.strip_prefix("/api/v3/repositories/7")) {
                Some("") => Reply::json(200, &json!({ "has_issues": true, "permissions": { "push": self.may_push } })),
                Some("/issues") if asked.method == "GET" => self.list(asked),
                Some("/issues") if asked.method == "POST" => self.make(&asked.body),
                Some(rest) => match rest.strip_prefix("/issues/").and_then(|number| number.parse::<usize>().ok()) {
                    Some(number) => self.one(number, asked),
                    None => no(404, "Not Found"),
                },
                None => no(404, "Not Found"),
            };
        let date = self.clock.date();
        reply.with("date", date).with("x-ratelimit-remaining", 4000)
    }

    fn list(&mut self, asked: &Asked) -> Reply {
        let get = |name: &str| asked.query.get(name).map(String::as_str).unwrap_or_default();
        let known = ["state", "labels", "sort", "direction", "per_page", "page", "since"];
        for name in asked.query.keys().filter(|name| !known.contains(&name.as_str())) {
            self.complaints.push(format!("there is no parameter {name}"));
        }
        let (size, page): (usize, usize) = (get("per_page").parse().unwrap_or(30), get("page").parse().unwrap_or(1));
        if size > 100 || get("direction") != "asc" || get("sort") != "created" {
            self.complaints.push(format!("a listing that moves: {:?}", asked.query));
        }
        let has = |issue: &Value, name: &str| {
            issue["labels"].as_array().is_some_and(|labels| labels.iter().any(|label| label["name"] == name))
        };
        let found: Vec<&Value> = self
            .issues
            .iter()
            .filter(|issue| issue["number"].is_u64() && issue["gone"].is_null() && issue["moved"].is_null())
            .filter(|issue| get("state") == "all" || issue["state"] == "open")
            .filter(|issue| get("labels").is_empty() || has(issue, get("labels")))
            .filter(|issue| issue["updated_at"].as_str() >= Some(get("since")))
            .collect();
        let shown: Vec<&Value> = found.iter().skip(size * (page - 1)).take(size).copied().collect();
        let reply = Reply::json(200, &json!(shown));
        if found.len() <= size * page {
            return reply.with("etag", "W/\"x\"");
        }
        let query: Vec<String> = asked
            .query
            .iter()
            .filter(|(name, _)| *name != "page")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let host = asked.headers.get("host").cloned().unwrap_or_default();
        let base = format!("http://{host}/api/v3/repositories/7/issues?{}", query.join("&"));
        reply.with("link", format!("<{base}&page={}>; rel=\"next\", <{base}&page=99>; rel=\"last\"", page + 1))
    }

    fn check(&self, body: &Value) -> Option<Reply> {
        let title = body.get("title").and_then(Value::as_str);
        if title.is_some_and(|title| title.trim().is_empty() || title.chars().count() > 256)
            || title.is_some() && title == self.refuses
        {
            return Some(invalid("title"));
        }
        let people = body.get("assignees").and_then(Value::as_array).into_iter().flatten();
        if people.into_iter().any(|name| !self.people.iter().any(|known| name == known)) {
            return Some(invalid("assignees"));
        }
        let names = body.get("labels").and_then(Value::as_array).into_iter().flatten();
        if names.into_iter().any(|name| name.as_str().is_none_or(|name| name.chars().count() > 50)) {
            return Some(invalid("labels"));
        }
        None
    }

    fn make(&mut self, body: &Value) -> Reply {
        if let Some(reply) = self.check(body) {
            return reply;
        }
        if body.get("title").is_none() {
            return invalid("title");
        }
        self.clock.tick();
        let now = time(&self.clock);
        let issue = json!({
            "number": self.issues.len() + 1,
            "title": body["title"],
            "body": body["body"],
            "state": "open",
            "state_reason": null,
            "labels": if self.may_push { labels(&body["labels"]) } else { json!([]) },
            "assignees": people(&body["assignees"]),
            "created_at": now,
            "updated_at": now,
        });
        self.issues.push(issue.clone());
        Reply::json(201, &issue)
    }

    fn one(&mut self, number: usize, asked: &Asked) -> Reply {
        let problem = if asked.method == "PATCH" { self.check(&asked.body) } else { None };
        let mut clock = self.clock;
        let Some(issue) =
            number.checked_sub(1).and_then(|at| self.issues.get_mut(at)).filter(|issue| issue["number"].is_u64())
        else {
            return no(404, "Not Found");
        };
        if !issue["gone"].is_null() {
            return no(410, "This issue was deleted");
        }
        if !issue["moved"].is_null() {
            return no(301, "Moved Permanently").with("location", "http://127.0.0.1:1/elsewhere");
        }
        if asked.method == "PATCH" {
            if let Some(reply) = problem {
                return reply;
            }
            for (name, value) in asked.body.as_object().expect("an object") {
                match name.as_str() {
                    "title" | "body" | "state" | "state_reason" => issue[name] = value.clone(),
                    "labels" => issue[name] = labels(value),
                    "assignees" => issue[name] = people(value),
                    _ => self.complaints.push(format!("there is no property {name}")),
                }
            }
            if asked.body.get("state") == Some(&json!("open")) {
                issue["state_reason"] = json!("reopened");
            }
            clock.tick();
            issue["updated_at"] = json!(time(&clock));
        }
        let reply = Reply::json(200, issue);
        self.clock = clock;
        reply
    }
}

fn people(names: &Value) -> Value {
    names.as_array().into_iter().flatten().map(|name| json!({ "login": name })).collect()
}

impl Fake for GitHubFake {
    fn kind(&self) -> MirrorKind {
        MirrorKind::Github
    }
    fn http(&self) -> &Http {
        &self.http
    }
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/acme/todos", self.http.port)
    }
    fn open(&self, url: &str, page: usize) -> Box<dyn Adapter> {
        let mut github = GitHub::new(url).expect("a URL").with_token(TOKEN);
        github.page = page;
        Box::new(github)
    }
    fn records(&self) -> Vec<(String, String)> {
        let state = self.state();
        let ours = state.issues.iter().filter(|issue| issue["gone"].is_null() && issue["moved"].is_null());
        let ours = ours.filter(|issue| issue["labels"].to_string().contains("\"chittysync\""));
        let shown = ours.map(|issue| {
            let status = match (issue["state"].as_str(), issue["state_reason"].as_str()) {
                (Some("closed"), Some("not_planned")) => "dropped",
                (Some("closed"), _) => "completed",
                _ if issue["labels"].to_string().contains("in progress") => "in_progress",
                _ => "pending",
            };
            (issue["title"].as_str().unwrap_or_default().to_owned(), status.to_owned())
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    }
    fn dump(&self) -> String {
        json!(self.state().issues).to_string()
    }
    fn keep(&self) {
        *self.kept.lock().expect("no thread panicked") = Some(self.state().issues.clone());
    }
    fn put_back(&self) {
        self.state().issues = self.kept.lock().expect("no thread panicked").clone().expect("it was kept");
    }
    fn tick(&self, seconds: i64) {
        self.state().clock.tick = seconds;
    }
    fn set_state(&self, content: &str, state: &str) {
        self.edit(content, |issue| {
            let names = issue["labels"].as_array().cloned().unwrap_or_default();
            let mut names: Vec<Value> = names.into_iter().filter(|label| label["name"] != "in progress").collect();
            if state == "in_progress" {
                names.push(json!({ "name": "in progress" }));
            }
            issue["labels"] = json!(names);
            let is_closed = matches!(state, "completed" | "dropped");
            issue["state"] = json!(if is_closed { "closed" } else { "open" });
            issue["state_reason"] = match state {
                "completed" => json!("completed"),
                "dropped" => json!("not_planned"),
                _ => json!("reopened"),
            };
        });
    }
    fn set_words(&self, content: &str, words: &str) {
        self.edit(content, |issue| issue["title"] = json!(words));
    }
    fn set_description(&self, content: &str, text: &str) {
        self.edit(content, |issue| {
            let body = issue["body"].as_str().unwrap_or_default();
            let mark = body.rfind("<!--").map(|at| body[at..].to_owned()).unwrap_or_default();
            // As a browser sends it.
            issue["body"] = json!(format!("{}\r\n\r\n{mark}", text.replace('\n', "\r\n")));
        });
    }
    fn description(&self, content: &str) -> String {
        let issue = self.issue(content);
        let body = issue["body"].as_str().unwrap_or_default();
        body.split("<!--").next().unwrap_or_default().trim().to_owned()
    }
    fn make(&self, content: &str) {
        let mut state = self.state();
        let made = state.make(&json!({ "title": content, "body": null, "labels": ["chittysync"] }));
        assert!(made.status == 201 || content.trim().is_empty());
    }
    fn throw_away(&self, content: &str) {
        self.edit(content, |issue| issue["gone"] = json!(true));
    }
    fn lose(&self, content: &str) {
        let mut state = self.state();
        let at = state.issues.iter().position(|issue| issue["title"] == content).expect("it is there");
        state.issues[at] = Value::Null;
    }
    fn copy(&self, content: &str, words: &str) {
        let mut issue = self.issue(content);
        let mut state = self.state();
        state.clock.tick();
        issue["number"] = json!(state.issues.len() + 1);
        (issue["title"], issue["updated_at"]) = (json!(words), json!(time(&state.clock)));
        state.issues.push(issue);
    }
    fn double(&self) {
        let mut state = self.state();
        for mut issue in state.issues.clone() {
            state.clock.tick();
            issue["number"] = json!(state.issues.len() + 1);
            issue["updated_at"] = json!(time(&state.clock));
            state.issues.push(issue);
        }
    }
    fn refuse(&self, content: Option<&'static str>) {
        self.state().refuses = content;
    }
    fn complaints(&self) -> Vec<String> {
        self.state().complaints.clone()
    }
}
