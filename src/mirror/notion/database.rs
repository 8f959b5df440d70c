//! Which database of Notion a mirror is in: one that is named, or one that is made on a page.

use serde_json::{Value, json};

use super::columns::Columns;
use crate::mirror::failure::Failure;
use crate::mirror::web::{Answer, Place, Web};
use crate::todo::plain;

/// What a database is called that is made.
const TITLE: &str = "Todos (chittysync)";

/// A database that was found, or made.
#[derive(Clone, Debug)]
pub(super) struct Database {
    /// What its pages belong to.
    pub source: String,
    pub columns: Columns,
}

/// Returns the place of a URL, as people copy it, and the id in it.
pub(super) fn place(url: &str) -> Result<(Place, String), Failure> {
    let example = "https://www.notion.so/<page or database>, as \"Copy link\" gives it";
    let place = Place::parse(url, example)?;
    let last = place.path.rsplit('/').next().unwrap_or_default();
    let digits: String = last.chars().filter(|char| *char != '-').collect();
    let id = digits.len().checked_sub(32).and_then(|at| digits.get(at..)).unwrap_or_default().to_lowercase();
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::refused(format!("'{url}' names no page or database"), format!("write it as {example}")));
    }
    let is_notion = ["notion.so", "www.notion.so", "notion.com", "www.notion.com", "app.notion.com", "api.notion.com"];
    let place = match place.is_here {
        true => {
            let base = format!("{}/v1", place.origin());
            place.asked_at(base)
        }
        false if is_notion.contains(&place.host.as_str()) || place.host.ends_with(".notion.site") => {
            let api = Place { host: "api.notion.com".to_owned(), path: String::new(), ..place };
            api.asked_at("https://api.notion.com/v1".to_owned())
        }
        false => {
            return Err(Failure::refused(format!("{} is not Notion", place.host), format!("write it as {example}")));
        }
    };
    Ok((place, id))
}

/// Returns what an answer that says no means.
pub(super) fn no(answer: &Answer) -> Failure {
    let said = plain(answer.text("/message")).chars().take(200).collect::<String>();
    let reason = format!("Notion says: {said}");
    match answer.status {
        // Somebody else changed something at the same moment.
        409 => Failure::Later { reason, after: Some(std::time::Duration::from_secs(1)) },
        404 => {
            answer.refused(&reason, "on the page in Notion, ··· > Connections adds the integration whose token git has")
        }
        403 => answer.refused(&reason, "the integration has to be one that may read, update and insert content"),
        _ => answer.refused(&reason, "`git chittysync mirror sync` tries again"),
    }
}

fn expect(answer: Answer) -> Result<Value, Failure> {
    if answer.status == 200 { Ok(answer.body) } else { Err(no(&answer)) }
}

/// Finds the database, or makes one on the page, and adds the properties that it lacks.
pub(super) fn open(web: &mut Web, id: &str) -> Result<Database, Failure> {
    let answer = web.ask("GET", &format!("/databases/{id}"), None)?;
    let database = match answer.status {
        200 => answer.body,
        404 | 400 => on_page(web, id)?,
        _ => return Err(no(&answer)),
    };
    let source = database.pointer("/data_sources/0/id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if source.is_empty() {
        return Err(Failure::refused("the database has no data source", "name another database"));
    }
    let described = expect(web.ask("GET", &format!("/data_sources/{source}"), None)?)?;
    let (columns, add) = Columns::read(&described["properties"])?;
    if add.is_empty() {
        return Ok(Database { source, columns });
    }
    let change = json!({ "properties": add });
    let described = expect(web.ask("PATCH", &format!("/data_sources/{source}"), Some(&change))?)?;
    let (columns, _) = Columns::read(&described["properties"])?;
    Ok(Database { source, columns })
}

/// Returns the database that was made on a page, and makes one where none was.
fn on_page(web: &mut Web, id: &str) -> Result<Value, Failure> {
    let mut from = String::new();
    loop {
        let listed = expect(web.ask("GET", &format!("/blocks/{id}/children?page_size=100{from}"), None)?)?;
        let ours = |block: &&Value| block["type"] == "child_database" && block["child_database"]["title"] == TITLE;
        let found = listed["results"].as_array().into_iter().flatten().find(ours);
        if let Some(database) = found.and_then(|block| block["id"].as_str()) {
            return expect(web.ask("GET", &format!("/databases/{database}"), None)?);
        }
        match listed["next_cursor"].as_str() {
            Some(next) => from = format!("&start_cursor={next}"),
            None => break,
        }
    }
    let new = json!({
        "parent": { "type": "page_id", "page_id": id },
        "title": [{ "type": "text", "text": { "content": TITLE } }],
        "initial_data_source": { "properties": Columns::new_database() },
    });
    expect(web.ask("POST", "/databases", Some(&new))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_page_as_it_is_copied() {
        let id = |url: &str| place(url).map(|(place, id)| (place.base, id));
        let known = "0123456789abcdef0123456789abcdef".to_owned();
        let api = "https://api.notion.com/v1".to_owned();
        for url in [
            "https://www.notion.so/acme/Todos-0123456789abcdef0123456789ABCDEF?v=1&pvs=4",
            "https://notion.so/01234567-89ab-cdef-0123-456789abcdef",
            "https://acme.notion.site/Todos-0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(id(url), Ok((api.clone(), known.clone())), "{url}");
        }
        for bad in ["https://www.notion.so/acme", "https://example.com/0123456789abcdef0123456789abcdef", "x"] {
            assert!(matches!(id(bad), Err(Failure::Refused { .. })), "{bad}");
        }
    }
}
