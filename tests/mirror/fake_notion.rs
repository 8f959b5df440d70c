//! Notion, as its documentation says it answers: times rounded to the minute, pages by cursors, limits of lengths, a
//! trash that no listing shows, and conflicts. It is strict: what it does not know is an error.

use std::sync::{Arc, Mutex, MutexGuard};

use chittysync::mirror::Adapter;
use chittysync::mirror::notion::Notion;
use chittysync::settings::MirrorKind;
use serde_json::{Map, Value, json};

use crate::fake::Fake;
use crate::http::{Asked, Clock, Http, Reply, TOKEN};
use crate::notion_values::{described, invalid, no, nothing, rich, text, value};

/// The page on which a database is made.
pub const PAGE: &str = "00000000000000000000000000000abc";

#[derive(Clone, Debug, Default)]
pub struct State {
    /// The database that was made, if one was, and its properties.
    pub database: Option<Map<String, Value>>,
    pub pages: Vec<Value>,
    pub clock: Clock,
    pub refuses: Option<&'static str>,
    pub complaints: Vec<String>,
    /// So many of the next changes meet another one.
    pub conflicts: usize,
}

const DATABASE: &str = "11111111-1111-1111-1111-111111111111";
const SOURCE: &str = "22222222-2222-2222-2222-222222222222";

pub struct NotionFake {
    http: Http,
    state: Arc<Mutex<State>>,
    kept: Mutex<Option<State>>,
}

impl NotionFake {
    pub fn new() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let is_page_two = |asked: &Asked| asked.body.get("start_cursor").is_some();
        let http = Http::new(move |asked| shared.lock().expect("no thread panicked").answer(asked), is_page_two);
        NotionFake { http, state, kept: Mutex::new(None) }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }

    /// A person changes the page with this title.
    pub fn edit(&self, title: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        state.clock.tick();
        let now = state.minute();
        let page = state.pages.iter_mut().find(|page| page["in_trash"] == false && words(page) == title);
        let page = page.expect("it is there");
        change(page);
        page["last_edited_time"] = json!(now);
    }
}

fn words(page: &Value) -> String {
    let all = page["properties"].as_object().into_iter().flatten();
    all.filter(|(_, value)| value["type"] == "title").map(|(_, value)| text(&value["title"])).collect()
}

impl State {
    fn minute(&self) -> String {
        self.clock.time().format("%Y-%m-%dT%H:%M:00.000Z").to_string()
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.headers.get("authorization").map(String::as_str) != Some(&format!("Bearer {TOKEN}")) {
            return no(401, "unauthorized", "API token is invalid.");
        }
        if asked.headers.get("notion-version").map(String::as_str) != Some("2025-09-03") {
            return no(400, "missing_version", "Notion-Version header failed validation");
        }
        let path: Vec<&str> = asked.path.strip_prefix("/v1/").unwrap_or_default().split('/').collect();
        let reply = match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["databases", id]) if *id == DATABASE => self.show_database(),
            ("GET", ["blocks", id, "children"]) if *id == PAGE => {
                let ours = json!({ "object": "block", "id": DATABASE, "type": "child_database", "child_database": { "title": "Todos (chittysync)" } });
                let found: Vec<Value> = self.database.iter().map(|_| ours.clone()).collect();
                Reply::json(200, &json!({ "object": "list", "results": found, "has_more": false, "next_cursor": null }))
            }
            ("POST", ["databases"]) if asked.body["parent"]["page_id"] == PAGE => {
                self.database = Some(described(&asked.body["initial_data_source"]["properties"]));
                self.show_database()
            }
            ("GET" | "PATCH", ["data_sources", id]) if *id == SOURCE => {
                let Some(database) = &mut self.database else { return no(404, "object_not_found", "gone") };
                if asked.method == "PATCH" {
                    database.extend(described(&asked.body["properties"]));
                }
                Reply::json(200, &json!({ "object": "data_source", "id": SOURCE, "properties": database }))
            }
            ("POST", ["data_sources", id, "query"]) if *id == SOURCE => self.query(&asked.body),
            ("POST", ["pages"]) => self.make(&asked.body),
            ("GET" | "PATCH", ["pages", id]) => self.one(id, asked),
            _ => no(404, "object_not_found", "Could not find it. Make sure it is shared with your integration."),
        };
        reply.with("date", self.clock.date())
    }

    fn show_database(&self) -> Reply {
        match &self.database {
            Some(_) => Reply::json(
                200,
                &json!({ "object": "database", "id": DATABASE, "data_sources": [{ "id": SOURCE, "name": "Todos" }] }),
            ),
            None => no(404, "object_not_found", "Could not find database"),
        }
    }

    fn query(&mut self, body: &Value) -> Reply {
        let known = ["page_size", "sorts", "filter", "start_cursor"];
        if body.as_object().is_none_or(|body| body.keys().any(|name| !known.contains(&name.as_str()))) {
            return invalid("body failed validation");
        }
        let size = body["page_size"].as_u64().unwrap_or(100);
        if size > 100 {
            return invalid("page_size should be ≤ 100");
        }
        let from = body["filter"]["last_edited_time"]["on_or_after"].as_str().unwrap_or_default();
        let found: Vec<&Value> = self
            .pages
            .iter()
            .filter(|page| page["in_trash"] == false && page["last_edited_time"].as_str() >= Some(from))
            .collect();
        let start: usize = body["start_cursor"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
        let end = (start + usize::try_from(size).expect("a size")).min(found.len());
        let more = end < found.len();
        let next = if more { json!(end.to_string()) } else { Value::Null };
        Reply::json(
            200,
            &json!({ "object": "list", "type": "page_or_data_source", "page_or_data_source": {}, "results": found[start.min(end)..end], "has_more": more, "next_cursor": next }),
        )
    }

    /// Reads given properties.
    fn read(&self, given: &Value) -> Result<Map<String, Value>, Reply> {
        let schema = self.database.clone().unwrap_or_default();
        let mut read = Map::new();
        for (name, one) in given.as_object().into_iter().flatten() {
            let kind = schema.get(name).and_then(|property| property["type"].as_str());
            let kind = kind.ok_or_else(|| invalid(&format!("{name} is not a property that exists.")))?;
            let value = value(kind, one)?;
            if kind == "title" && self.refuses.is_some_and(|words| text(&value["title"]) == words) {
                return Err(invalid("these words are not taken"));
            }
            if kind == "status" {
                let options = schema[name]["status"]["options"].as_array().cloned().unwrap_or_default();
                if !options.iter().any(|option| option["name"] == value["status"]["name"]) {
                    return Err(invalid("Invalid status option."));
                }
            }
            read.insert(name.clone(), value);
        }
        Ok(read)
    }

    pub fn make(&mut self, body: &Value) -> Reply {
        if body["parent"] != json!({ "type": "data_source_id", "data_source_id": SOURCE }) {
            return no(404, "object_not_found", "Could not find data source");
        }
        let read = match self.read(&body["properties"]) {
            Ok(read) => read,
            Err(reply) => return reply,
        };
        self.clock.tick();
        let mut properties: Map<String, Value> = self.database.clone().unwrap_or_default();
        for property in properties.values_mut() {
            *property = nothing(property["type"].as_str().unwrap_or_default());
        }
        properties.extend(read);
        let now = self.minute();
        let page = json!({
            "object": "page",
            "id": format!("33333333-3333-3333-3333-{:012}", self.pages.len() + 1),
            "created_time": now,
            "last_edited_time": now,
            "in_trash": false,
            "archived": false,
            "parent": body["parent"],
            "properties": properties,
            "url": "https://www.notion.so/x",
        });
        self.pages.push(page.clone());
        Reply::json(200, &page)
    }

    fn one(&mut self, id: &str, asked: &Asked) -> Reply {
        let Some(at) = self.pages.iter().position(|page| page["id"] == id) else {
            return no(404, "object_not_found", "Could not find page");
        };
        if asked.method == "PATCH" {
            if self.conflicts > 0 {
                self.conflicts -= 1;
                return no(409, "conflict_error", "Conflict occurred while saving. Please try again.");
            }
            if self.pages[at]["in_trash"] == true && asked.body["in_trash"] != false {
                return invalid("Can't edit block that is archived. You must unarchive the block before editing.");
            }
            let read = match self.read(&asked.body["properties"]) {
                Ok(read) => read,
                Err(reply) => return reply,
            };
            self.clock.tick();
            let now = self.minute();
            let page = &mut self.pages[at];
            for (name, value) in read {
                page["properties"][name] = value;
            }
            if let Some(trash) = asked.body.get("in_trash") {
                (page["in_trash"], page["archived"]) = (trash.clone(), trash.clone());
            }
            page["last_edited_time"] = json!(now);
        }
        Reply::json(200, &self.pages[at])
    }
}

impl Fake for NotionFake {
    fn kind(&self) -> MirrorKind {
        MirrorKind::Notion
    }
    fn http(&self) -> &Http {
        &self.http
    }
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/Plans-{PAGE}", self.http.port)
    }
    fn open(&self, url: &str, page: usize) -> Box<dyn Adapter> {
        let mut notion = Notion::new(url).expect("a URL").with_token(TOKEN);
        notion.page = page;
        Box::new(notion)
    }
    fn records(&self) -> Vec<(String, String)> {
        let state = self.state();
        let shown = state.pages.iter().filter(|page| page["in_trash"] == false).map(|page| {
            let properties = &page["properties"];
            let status = match properties["Done"]["checkbox"].as_bool() {
                Some(done) => if done { "completed" } else { "pending" }.to_owned(),
                None => properties["Status"]["select"]["name"]
                    .as_str()
                    .unwrap_or("Pending")
                    .to_lowercase()
                    .replace(' ', "_"),
            };
            (words(page), status)
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    }
    fn dump(&self) -> String {
        json!(self.state().pages).to_string()
    }
    fn keep(&self) {
        *self.kept.lock().expect("no thread panicked") = Some(self.state().clone());
    }
    fn put_back(&self) {
        let kept = self.kept.lock().expect("no thread panicked").clone().expect("it was kept");
        let mut state = self.state();
        let (clock, complaints) = (state.clock, state.complaints.clone());
        *state = State { clock, complaints, ..kept };
    }
    fn tick(&self, seconds: i64) {
        self.state().clock.tick = seconds;
    }
    fn set_state(&self, content: &str, state: &str) {
        self.edit(content, |page| {
            if page["properties"].get("Done").is_some() {
                page["properties"]["Done"]["checkbox"] = json!(state == "completed");
                return;
            }
            let name = match state {
                "completed" => "Completed",
                "in_progress" => "In progress",
                "dropped" => "Dropped",
                _ => "Pending",
            };
            page["properties"]["Status"]["select"] = json!({ "id": "x", "name": name, "color": "default" });
        });
    }
    fn set_words(&self, content: &str, words: &str) {
        self.edit(content, |page| {
            let title = page["properties"].as_object_mut().expect("an object").values_mut();
            title.filter(|value| value["type"] == "title").for_each(|value| value["title"] = rich(words));
        });
    }
    fn set_description(&self, content: &str, text: &str) {
        self.edit(content, |page| page["properties"]["Description"]["rich_text"] = rich(text));
    }
    fn description(&self, content: &str) -> String {
        let state = self.state();
        let page = state.pages.iter().find(|page| words(page) == content).cloned().unwrap_or_default();
        text(&page["properties"]["Description"]["rich_text"])
    }
    fn make(&self, content: &str) {
        let mut state = self.state();
        let title = state.database.iter().flatten().find(|(_, value)| value["type"] == "title");
        let title = title.map(|(name, _)| name.clone()).expect("a title");
        let parent = json!({ "type": "data_source_id", "data_source_id": SOURCE });
        let made = state.make(
            &json!({ "parent": parent, "properties": { title: { "title": [{ "text": { "content": content } }] } } }),
        );
        assert_eq!(made.status, 200);
    }
    fn throw_away(&self, content: &str) {
        self.edit(content, |page| (page["in_trash"], page["archived"]) = (json!(true), json!(true)));
    }
    fn lose(&self, content: &str) {
        let mut state = self.state();
        let at = state.pages.iter().position(|page| words(page) == content).expect("it is there");
        state.pages[at] = json!({ "object": "none", "in_trash": true });
    }
    fn copy(&self, content: &str, words: &str) {
        let mut state = self.state();
        state.clock.tick();
        let mut page = state.pages.iter().find(|page| self::words(page) == content).cloned().expect("it is there");
        page["id"] = json!(format!("33333333-3333-3333-3333-{:012}", state.pages.len() + 1));
        page["last_edited_time"] = json!(state.minute());
        page["properties"]["Todo"]["title"] = rich(words);
        state.pages.push(page);
    }
    fn double(&self) {
        let mut state = self.state();
        for mut page in state.pages.clone() {
            state.clock.tick();
            page["id"] = json!(format!("33333333-3333-3333-3333-{:012}", state.pages.len() + 1));
            page["last_edited_time"] = json!(state.minute());
            state.pages.push(page);
        }
    }
    fn refuse(&self, content: Option<&'static str>) {
        self.state().refuses = content;
    }
    fn complaints(&self) -> Vec<String> {
        self.state().complaints.clone()
    }
}
