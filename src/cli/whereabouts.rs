//! Where the todos of a directory go, who can read them there, and why: for `status` and `doctor`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::context::{Context, display, known_homes};
use super::remote::{is_open_to_all, without_password};
use super::ui::Failure;
use crate::git::{At, Repo, real};
use crate::install::Check;
use crate::ops;
use crate::settings::{Asked, Rule, Ruling, Target, table};
use crate::store::{Directory, Location, Origin, Store, StoreError, also_listed, general_routes, given_for, locate};
use crate::todo::Project;

/// Where the todos of a directory go.
pub(super) struct Whereabouts {
    /// The store; nothing where there is none.
    pub location: Option<Location>,
    /// The rule that says so, if one does.
    rule: Option<Rule>,
    /// Why it cannot be told.
    unsure: Option<String>,
    readers: Readers,
}

/// Who can read a store.
#[derive(Default)]
struct Readers {
    /// The store is a part of a project's repository, and as open as that is.
    is_project: bool,
    /// Where its remote is, without a password.
    url: Option<String>,
}

impl Whereabouts {
    /// Finds out.
    pub(super) fn find(context: &Context) -> Result<Self, Failure> {
        let none = Whereabouts { location: None, rule: None, unsure: None, readers: Readers::default() };
        match locate(context.option.as_deref(), &context.directory) {
            Ok(location) => {
                let is_ruled = !matches!(location.origin, Origin::Option | Origin::Environment);
                let ruling = is_ruled.then(|| Directory::look(&context.directory.to_string_lossy()).ruling);
                let rule = ruling.and_then(|ruling| if let Ruling::By(_, rule) = ruling { Some(rule) } else { None });
                let readers = Readers::of(&location);
                Ok(Whereabouts { location: Some(location), rule, readers, ..none })
            }
            Err(StoreError::Nowhere(rule)) => Ok(Whereabouts { rule: Some(rule), ..none }),
            Err(StoreError::Unsure(reason)) => Ok(Whereabouts { unsure: Some(reason), ..none }),
            Err(err) => Err(err.into()),
        }
    }

    /// Returns where they go, and why.
    pub(super) fn text(&self) -> String {
        let why = match (&self.rule, self.location.as_ref().map(|location| location.origin)) {
            (Some(rule), _) => format!("{} is '{}' (set {})", table::ROUTE.key, rule.text, rule.at),
            (None, Some(Origin::Option)) => "--store names it".to_owned(),
            (None, Some(Origin::Environment)) => "CHITTYSYNC_STORE names it".to_owned(),
            (None, Some(Origin::Here)) => "the repository here is a store".to_owned(),
            (None, Some(Origin::Setting)) => format!("{} names it", table::STORE.key),
            (None, _) => "no rule says otherwise".to_owned(),
        };
        match (&self.location, &self.unsure) {
            (Some(location), _) => format!("{}: {why}", display(&location.path)),
            (None, Some(reason)) => format!("nowhere, as it cannot be told where: {reason}"),
            (None, None) => format!("nowhere, not even their names: {why}"),
        }
    }

    /// Returns who can read them; nothing where they go nowhere.
    pub(super) fn readers(&self) -> Option<String> {
        self.location.as_ref()?;
        let here = if self.readers.is_project { "who can read this repository" } else { "you, on this device" };
        let there = self.readers.url.as_ref().map(|url| format!("; who can read {url}"));
        Some(here.to_owned() + &there.unwrap_or_default())
    }

    /// Says no where it cannot be told where they go.
    pub(super) fn judge(&self) -> Result<(), Failure> {
        match &self.unsure {
            Some(reason) => Err(StoreError::Unsure(reason.clone()).into()),
            None => Ok(()),
        }
    }

    /// Returns all of it, for programs.
    pub(super) fn json(&self) -> Value {
        let because = match (&self.rule, self.location.as_ref().map(|location| location.origin)) {
            (Some(_), _) | (None, Some(Origin::Route)) => "route",
            (None, None) => "unsure",
            (None, Some(Origin::Option)) => "option",
            (None, Some(Origin::Environment)) => "environment",
            (None, Some(Origin::Here)) => "repository",
            (None, Some(Origin::Setting)) => "setting",
            (None, Some(Origin::Default)) => "default",
        };
        let here = if self.readers.is_project { "repository" } else { "you" };
        let readers: Vec<&str> = [here].into_iter().chain(self.readers.url.as_ref().map(|_| "remote")).collect();
        json!({
            "store": self.location.as_ref().map(|location| location.path.to_string_lossy()),
            "because": because,
            "rule": self.rule.as_ref().map(|rule| &rule.text),
            "set": self.rule.as_ref().map(|rule| rule.at.to_string()),
            "unsure": self.unsure,
            "readers": self.location.as_ref().map(|_| readers),
            "remote_url": self.readers.url,
        })
    }

    /// Returns what `doctor` says of it. The host of the remote is asked whether everybody can read it.
    pub(super) fn checks(&self, context: &Context) -> Vec<Check> {
        let mut checks = match (&self.location, &self.unsure) {
            (Some(_), _) => vec![Check::ok("goes to", self.text())],
            (None, None) => vec![Check::off("goes to", self.text())],
            (None, Some(_)) => vec![Check::bad("goes to", self.text())],
        };
        let is_public = self.location.as_ref().filter(|_| self.readers.url.is_some()).and_then(is_public);
        checks.extend(self.readers().map(|readers| match is_public {
            Some(page) => Check::bad("read by", format!("everybody: {page} is public; make it private")),
            None => Check::ok("read by", readers),
        }));
        checks.extend(rules(&context.directory));
        checks.extend(also_listed().iter().filter_map(|path| unlisted(path)));
        checks.extend(self.waiting());
        checks
    }

    /// Says what of the agents' files is in no store, where rules decide.
    fn waiting(&self) -> Option<Check> {
        let has_rules = general_routes().is_ok_and(|routes| !routes.is_empty());
        let store = Store::open(self.location.as_ref().filter(|_| has_rules)?).ok()?;
        let count = ops::waiting(&store, &known_homes());
        let text = format!(
            "{count} of the agents' lists wait: new since the last sync, or it cannot be told whose they are; \
             '{}=<store>' for {} takes those without a directory",
            Project::general(),
            table::ROUTE.key
        );
        (count > 0).then(|| Check::off("waiting", text))
    }
}

impl Readers {
    fn of(location: &Location) -> Self {
        let Ok(store) = Store::open(location) else { return Readers::default() };
        let url = store.settings.remote.as_ref().and_then(|remote| store.repo.remote_url(remote));
        Readers { is_project: store.is_project(), url: url.map(|url| without_password(&url)) }
    }
}

/// Returns the page on which everybody can read what is pushed there.
fn is_public(location: &Location) -> Option<String> {
    let store = Store::open(location).ok()?;
    is_open_to_all(&store.repo, store.settings.remote.as_ref()?)
}

/// Says what is wrong with rules.
fn rules(directory: &Path) -> Vec<Check> {
    let bad = |text: String| Check::bad("routes", text);
    let routes = match general_routes() {
        Ok(routes) => routes,
        Err(reason) => return vec![bad(reason)],
    };
    let mut checks: Vec<Check> = routes.errors().map(|err| bad(format!("{err}; nothing behind it decides"))).collect();
    let is_fit = |path: &PathBuf| match Store::open(&Location { path: path.clone(), origin: Origin::Route }) {
        Ok(_) | Err(StoreError::Missing(_)) => None,
        Err(err) => Some(ops::chain(&err)),
    };
    checks.extend(routes.stores().into_iter().map(Path::to_owned).filter_map(|path| is_fit(&path)).map(bad));
    let own = Repo::discover(directory).ok().flatten().map(|repo| repo.values_of_files().in_files(table::ROUTE.key));
    let own = own.into_iter().flatten().find(|given| matches!(given.at, At::Repository(_)));
    checks.extend(own.map(|given| {
        let (key, text) = (table::ROUTE.key, given.text);
        bad(format!(
            "{key} '{text}' is set {}, where it is not read; `git config --global --add {key}` sets one",
            given.at
        ))
    }));
    checks
}

/// Says why a store is not listed with the others; nothing where it is.
fn unlisted(path: &Path) -> Option<Check> {
    let location = Location { path: path.to_owned(), origin: Origin::Setting };
    let reason = match Store::open(&location) {
        _ if !path.is_absolute() => "its path must begin with / or ~/".to_owned(),
        Ok(_) => return None,
        Err(err) => ops::chain(&err),
    };
    let off = off_the_list(path).map(|off| format!("; {off}")).unwrap_or_default();
    Some(Check::bad("listed", format!("{}: {reason}{off}", path.display())))
}

/// Says what takes a store off the list; nothing for one that the settings do not name.
pub(super) fn off_the_list(path: &Path) -> Option<String> {
    let key = table::ALSO_LIST.key;
    // As it stands there: git compares texts.
    let given = given_for(path).into_iter().next()?;
    Some(format!("`git config --global --fixed-value --unset-all {key} '{given}'` takes it off the list"))
}

/// Returns whether a rule leads what is said of a project to a store, as far as its name tells.
pub(super) fn leads(project: &Project, store: &Path) -> bool {
    let asked = Asked { names: vec![project.as_str().to_owned()], ..Asked::default() };
    let ruling = general_routes().map(|routes| routes.ruling(&asked));
    matches!(ruling, Ok(Ruling::By(Target::Store(path), _)) if real(&path) == real(store))
}
