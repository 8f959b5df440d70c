//! A mirror that is the issues of a repository on GitHub, in both directions.
//!
//! An issue is a todo where it has the label `chittysync`. GitHub keeps nothing together that is changed by two
//! requests, and an answer can be lost after an issue was made: so each has a mark that says which todo it is, and what
//! was made since the last listing is listed before anything is made again. Before an issue is changed it is read, and
//! left alone when somebody said something there that was not heard yet.

mod issue;

use std::time::{Duration, Instant};

use serde_json::Value;

use super::adapter::{Adapter, Batch, Capabilities, Stored};
use super::base::{Base, Facet};
use super::failure::Failure;
use super::items::{Held, Item};
use super::links::Link;
use super::part::Part;
use super::pulled::{Presence, Pulled, PulledRecord};
use super::record::Record;
use super::verify::compare;
use super::web::{Answer, Listed, Listing, Place, Web};
use crate::todo::{TodoId, plain};

/// What was written, and when it is listed, can be so far apart, in milliseconds.
const LAG: i64 = 60_000;

/// The issues of a repository.
pub struct GitHub {
    web: Web,
    repository: String,
    /// How many issues a page of a listing has.
    pub page: usize,
    /// So long is waited between two requests that write, as GitHub wants it.
    pub pace: Duration,
    wrote: Option<Instant>,
    listed: Listed,
}

impl GitHub {
    /// Returns the adapter of a repository, `https://github.com/<owner>/<repository>`, or of one on a server of one's
    /// own.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(url: &str) -> Result<Self, Failure> {
        let example = "https://github.com/<owner>/<repository>";
        let place = Place::parse(url, example)?;
        let repository = place.path.strip_suffix(".git").unwrap_or(&place.path).to_owned();
        let is_name = |name: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            !name.is_empty() && name.bytes().all(fits) && name != "." && name != ".."
        };
        if repository.split('/').count() != 2 || !repository.split('/').all(is_name) {
            return Err(Failure::refused(format!("'{url}' names no repository"), format!("write it as {example}")));
        }
        let base = match place.host.as_str() {
            "github.com" => "https://api.github.com".to_owned(),
            _ => format!("{}/api/v3", place.origin()),
        };
        let pace = if place.is_here { Duration::ZERO } else { Duration::from_secs(1) };
        let headers = [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
        Ok(GitHub {
            web: Web::new(place.asked_at(base), &headers),
            repository,
            page: 100,
            pace,
            wrote: None,
            listed: Listed::default(),
        })
    }

    /// Has it asked with this token, instead of git's.
    pub fn with_token(mut self, token: &str) -> Self {
        self.web = self.web.with_token(token);
        self
    }

    /// Returns how often GitHub was asked.
    pub fn asked(&self) -> usize {
        self.web.asked.get()
    }

    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.repository)
    }

    fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        if body.is_some() {
            let left = self.wrote.and_then(|wrote| self.pace.checked_sub(wrote.elapsed()));
            left.into_iter().for_each(std::thread::sleep);
        }
        let answer = self.web.ask(method, path, body);
        if body.is_some() {
            self.wrote = Some(Instant::now());
            self.listed.wrote();
        }
        let answer = answer?;
        // Its limits are a refusal that passes.
        let is_secondary = answer.text("/message").contains("secondary rate limit");
        if answer.status == 403 && (is_secondary || answer.retry_after().is_some()) {
            let after = answer.retry_after().unwrap_or(Duration::from_secs(60));
            let reason = format!("GitHub asks to be left alone for {} s", after.as_secs());
            return Err(Failure::Later { reason, after: Some(after) });
        }
        Ok(answer)
    }

    /// Lists issues of ours that were changed since some moment, or all.
    fn list(&mut self, since: Option<i64>) -> Result<Vec<PulledRecord>, Failure> {
        let mut listed = std::mem::take(&mut self.listed);
        let records = listed.list(since.map(|since| since - LAG), |listing| self.add_page(listing));
        self.listed = listed;
        records
    }

    fn add_page(&mut self, listing: &mut Listing) -> Result<bool, Failure> {
        let url = listing.next.clone().unwrap_or_else(|| {
            let from = listing.since.and_then(chrono::DateTime::from_timestamp_millis);
            let from = from.map(|from| format!("&since={}", from.format("%Y-%m-%dT%H:%M:%SZ"))).unwrap_or_default();
            // In the order in which they were made: what changes meanwhile moves nothing.
            let query = format!("?state=all&labels={}&sort=created&direction=asc&per_page={}", issue::OURS, self.page);
            self.path(&format!("/issues{query}{from}"))
        });
        let answer = self.ask("GET", &url, None)?;
        if answer.status != 200 || !answer.body.is_array() {
            return Err(self.no(&answer));
        }
        listing.at = listing.at.or_else(|| answer.date());
        listing.next = answer.header("link").and_then(next_page);
        listing.records.extend(answer.body.as_array().into_iter().flatten().filter_map(issue::parse));
        Ok(listing.next.is_some())
    }

    fn no(&self, answer: &Answer) -> Failure {
        let said = plain(answer.text("/message")).chars().take(200).collect::<String>();
        let reason = format!("GitHub says of {}: {said}", self.repository);
        match answer.status {
            301 | 307 | 308 => answer.refused(&reason, "it has another name now: name that"),
            404 => answer.refused(&reason, "there is no such repository, or the token does not see it"),
            410 => answer.refused(&reason, "turn issues on in its settings"),
            403 => answer.refused(&reason, "the token has to be one that may write issues there"),
            _ => answer.refused(&reason, "`git chittysync mirror sync` tries again"),
        }
    }

    /// Writes an issue, without the person where GitHub does not know who that is.
    fn write(&mut self, method: &str, path: &str, mut body: Value, id: TodoId) -> Result<Value, Failure> {
        loop {
            let answer = self.ask(method, path, Some(&body))?;
            let errors = answer.body.get("errors").map(Value::to_string).unwrap_or_default();
            match answer.status {
                200 | 201 => return Ok(answer.body),
                422 if errors.contains("assignees") && body.get("assignees").is_some() => {
                    body.as_object_mut().map(|body| body.remove("assignees"));
                }
                400 | 413 | 422 => {
                    let said = format!("{} {errors}", answer.text("/message"));
                    let reason = plain(said.trim()).chars().take(200).collect();
                    return Err(Failure::Record { id: Some(id), reason });
                }
                _ => return Err(self.no(&answer)),
            }
        }
    }

    fn create(&mut self, record: &Record, says_project: bool) -> Result<Stored, Failure> {
        let path = self.path("/issues");
        let made = self.write("POST", &path, issue::new(record, says_project), record.id)?;
        let mut shown = issue::parse(&made).ok_or_else(|| Failure::later("GitHub answered with something else"))?;
        if !shown.labels.as_ref().is_some_and(|_| has_our_label(&made)) {
            return Err(Failure::refused(
                format!("GitHub made the issue {} without its label", shown.remote),
                "only who may write to the repository can label issues: give git a token of such a one, and close that issue",
            ));
        }
        // A new one is open, whatever is asked for.
        let unlike: Vec<Facet> =
            Base::of_pulled(&shown).changed(record).into_iter().filter(|facet| *facet == Facet::State).collect();
        if !unlike.is_empty() {
            let path = self.path(&format!("/issues/{}", shown.remote));
            let changed = self.write("PATCH", &path, issue::change(record, &unlike, &made, true).into(), record.id)?;
            shown = issue::parse(&changed).unwrap_or(shown);
        }
        Ok(Stored::of(record.id, shown))
    }

    /// Changes an issue; nothing where it is gone: what became of it is found out by the next listing of all.
    fn update(&mut self, record: &Record, link: &Link) -> Result<Option<Stored>, Failure> {
        let path = self.path(&format!("/issues/{}", link.remote));
        let answer = self.ask("GET", &path, None)?;
        let shown = match answer.status {
            200 => issue::parse(&answer.body).ok_or_else(|| self.no(&answer))?,
            301 | 404 | 410 => return Ok(None),
            _ => return Err(self.no(&answer)),
        };
        if link.base.is_unheard(record, &shown) {
            return Err(Failure::Overtaken);
        }
        let mut facets = link.base.changed(record);
        if shown.id != Some(record.id) && !facets.contains(&Facet::Description) {
            // The mark says what it is called since its words changed.
            facets.push(Facet::Description);
        }
        let change = issue::change(record, &facets, &answer.body, link.base.is_unknown());
        let is_like_that = change.iter().all(|(name, value)| answer.body.get(name) == Some(value));
        if is_like_that {
            return Ok(Some(Stored::of(record.id, shown)));
        }
        let changed = self.write("PATCH", &path, change.into(), record.id)?;
        Ok(issue::parse(&changed).map(|shown| Stored::of(record.id, shown)))
    }
}

fn has_our_label(issue: &Value) -> bool {
    let labels = issue.get("labels").and_then(Value::as_array).into_iter().flatten();
    labels.into_iter().any(|label| label.get("name").and_then(Value::as_str) == Some(issue::OURS))
}

/// Returns the link to the next page.
fn next_page(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (url, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then(|| url.to_owned())
    })
}

impl Adapter for GitHub {
    fn capabilities(&self) -> Capabilities {
        Capabilities { pulls: true, keeps_checkpoint: false, history: false, whole: false, batch: 50 }
    }

    /// Sees whether issues can be written there. It keeps no account of what it holds.
    fn checkpoint(&mut self) -> Result<Option<Held>, Failure> {
        let path = self.path("");
        let answer = self.ask("GET", &path, None)?;
        let says = |pointer: &str, no: bool| answer.body.pointer(pointer) == Some(&Value::Bool(no));
        match answer.status {
            200 if says("/has_issues", false) => {
                Err(answer.refused(&format!("{} has no issues", self.repository), "turn them on in its settings"))
            }
            200 if says("/permissions/push", false) => Err(answer.refused(
                &format!("the token may not write to {}, and so not label its issues", self.repository),
                "give git a token of somebody who may",
            )),
            200 => Ok(None),
            _ => Err(self.no(&answer)),
        }
    }

    fn pull(&mut self, since: Option<i64>) -> Result<Pulled, Failure> {
        Ok(Pulled::listed(self.list(since)?, since))
    }

    fn find(&mut self, ids: &[TodoId]) -> Result<Vec<Stored>, Failure> {
        if self.listed.is_behind() {
            self.list(self.listed.at)?;
        }
        Ok(self.listed.find(ids))
    }

    fn look(&mut self, remote: &str) -> Result<Presence, Failure> {
        let path = self.path(&format!("/issues/{remote}"));
        let answer = self.ask("GET", &path, None)?;
        match answer.status {
            // One that was moved to another repository is there, too, and nothing is made in its place.
            200 | 301 => Ok(Presence::There),
            410 => Ok(Presence::ThrownAway),
            404 => Ok(Presence::Unknown),
            _ => Err(self.no(&answer)),
        }
    }

    fn retire(&mut self, remote: &str) -> Result<(), Failure> {
        let path = self.path(&format!("/issues/{remote}"));
        let answer = self.ask("GET", &path, None)?;
        if answer.status == 200 {
            let closed = self.ask("PATCH", &path, Some(&issue::retired(&answer.body)))?;
            if closed.status != 200 {
                return Err(self.no(&closed));
            }
        }
        Ok(())
    }

    fn push(&mut self, batch: &Batch<'_>, stored: &mut dyn FnMut(Stored)) -> Result<(), Failure> {
        let says_project = batch.whole.mirror.projects.len() != 1;
        for item in batch.items {
            let Item::Record(record, link) = item else { continue };
            match link {
                Some(link) => self.update(record, link)?.into_iter().for_each(&mut *stored),
                None => stored(self.create(record, says_project)?),
            }
        }
        Ok(())
    }

    fn verify(&mut self, whole: &Part<'_>) -> Result<Vec<String>, Failure> {
        let there = self.list(None)?;
        compare(&whole.records()?, &there, issue::shown)
    }
}
