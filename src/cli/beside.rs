//! The stores that are listed beside the one in use ([decision 45](../../docs/decisions/0045-several-stores-are-read-as-one-list.md)):
//! they are read together, and what is said of a todo is said in the store that has it. Nothing goes from one to another.

use std::path::Path;

use super::author::SpeakerArgs;
use super::context::{Context, display};
use super::ui::{Failure, Ui};
use super::whereabouts::off_the_list;
use crate::daemon::start_maintenance;
use crate::git::real;
use crate::ops::chain;
use crate::ops::todo::{self, Refusal, Which};
use crate::settings::table::ALSO_LIST;
use crate::store::{Listed, Location, Reach, Store, StoreError, Unreadable, fallback, listed_beside};
use crate::todo::{Project, Scope, Todo, TodoId, plain};
use crate::view::{Everything, Shelf};

/// A store, and what people call it beside others.
pub(super) struct Beside {
    pub shelf: Shelf,
    pub store: Store,
}

/// The stores that are listed together with the one in use; without others where there is just that one.
#[derive(Default)]
pub(super) struct Stores {
    own: Shelf,
    pub others: Vec<Beside>,
}

/// Why a store is not listed, and how it is taken off the list.
pub(super) struct Unlisted {
    pub path: String,
    pub reason: String,
}

impl Stores {
    /// Finds those that are listed beside this one. Agents are shown their session's store alone: what is told there goes
    /// to a model, and what they say is said in one store. A branch is one store's, too.
    pub(super) fn find(context: &Context, store: &Store, speaker: &SpeakerArgs) -> (Self, Vec<Unlisted>) {
        // What was read with the store tells whether there are others: where there are none, nothing more is read.
        let names_none = store.repo.users_values(ALSO_LIST.key).is_ok_and(|given| given.is_empty());
        if names_none || context.is_on_branch() || speaker.named().is_some() {
            return (Stores::default(), Vec::new());
        }
        let location = Location { path: store.repo.git_dir().to_owned(), origin: store.origin };
        let listed = listed_beside(&location);
        let (mut stores, mut unlisted) = (Stores { own: shelf(store), others: Vec::new() }, Vec::new());
        for Listed { location, is_named } in listed {
            match open(&location) {
                Ok(store) => stores.others.push(Beside { shelf: shelf(&store), store }),
                Err(Some(reason)) => unlisted.push(Unlisted { path: location.path.display().to_string(), reason }),
                Err(None) if is_named => {
                    let reason = "there is no store there".to_owned();
                    unlisted.push(Unlisted { path: location.path.display().to_string(), reason });
                }
                // The default one is made when something is said in it.
                Err(None) => {}
            }
        }
        stores.tell_apart();
        (stores, unlisted)
    }

    /// Reads what the others hold, each with `read`, and returns it with what the one in use holds. What cannot be read of
    /// one of them is told in one line.
    pub(super) fn together(
        &self,
        own: Everything,
        ui: &Ui,
        read: impl Fn(&Store, &Ui) -> Result<Everything, Failure>,
    ) -> Everything {
        if self.others.is_empty() {
            return own;
        }
        let mut all = vec![(self.own.clone(), own)];
        for Beside { shelf, store } in &self.others {
            let mut keeping = Ui::keeping();
            let (found, heard) = (read(store, &keeping), keeping.heard());
            match (found, heard.split_first()) {
                (Err(failure), _) => warn_of(&Unlisted { path: shelf.path.clone(), reason: failure.text() }, ui),
                (Ok(found), None) => all.push((shelf.clone(), found)),
                (Ok(found), Some((first, more))) => {
                    all.push((shelf.clone(), found));
                    let more = if more.is_empty() { String::new() } else { format!(", and {} more", more.len()) };
                    ui.warn(&format!("not all of the store {} is listed: {first}{more}", shelf.name), None);
                }
            }
        }
        Everything::together(all)
    }

    /// Returns whether one of the others knows a project.
    pub(super) fn know(&self, scope: &Scope) -> bool {
        self.others.iter().any(|other| todo::has_todos(&other.store, scope).unwrap_or(true))
    }

    /// Returns the one of these stores that is there.
    pub(super) fn at(&self, path: &str, own: Store) -> Store {
        let found = self.others.iter().find(|other| other.shelf.path == path);
        found.map_or(own, |other| other.store.clone())
    }

    /// Has each called by its path where two would be called the same.
    fn tell_apart(&mut self) {
        let mut shelves: Vec<&mut Shelf> = vec![&mut self.own];
        shelves.extend(self.others.iter_mut().map(|other| &mut other.shelf));
        let names: Vec<String> = shelves.iter().map(|shelf| shelf.name.clone()).collect();
        for shelf in shelves {
            if names.iter().filter(|name| **name == shelf.name).count() > 1 {
                shelf.name = display(Path::new(&shelf.path));
            }
        }
    }
}

/// Finds the stores that are listed together for a person who looks, and warns of those that cannot be.
pub(super) fn listed(context: &Context, store: &Store, ui: &Ui) -> Stores {
    listed_for(&SpeakerArgs::of_environment(), context, store, ui)
}

/// As [`listed`], for whoever speaks.
pub(super) fn listed_for(speaker: &SpeakerArgs, context: &Context, store: &Store, ui: &Ui) -> Stores {
    let (stores, unlisted) = Stores::find(context, store, speaker);
    unlisted.iter().for_each(|one| warn_of(one, ui));
    stores
}

/// How a todo is found among all that can be meant.
type Find = for<'a> fn(&'a Everything, Option<&Project>, &Which) -> Result<(&'a Project, &'a Todo), Refusal>;

/// Returns the store that has this todo, as `find` finds it: something is to be said of it, or told. That is the one in use
/// where no others are listed beside it.
///
/// # Errors
/// When none of them has one, when several todos can be meant, and when several stores have it.
pub(super) fn holder(
    store: Store,
    (which, find): (&Which, Find),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &Ui,
) -> Result<Store, Failure> {
    let which = std::slice::from_ref(which);
    let Some((stores, held)) = sorted(&store, (which, find), speaker, context, ui)? else { return Ok(store) };
    Ok(in_first(&stores, &held, store))
}

/// As [`holder`], of several todos of which `act` is to be said at once.
///
/// # Errors
/// As [`holder`], of any of them, and when they are in several stores: each has its own act, and half of one is none. What
/// says it in each store is named.
pub(super) fn holder_of_all(
    store: Store,
    (act, which): (&str, &[Which]),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &Ui,
) -> Result<Store, Failure> {
    let found = sorted(&store, (which, todo::find), speaker, context, ui)?;
    let Some((stores, held)) = found else { return Ok(store) };
    if held.len() < 2 {
        return Ok(in_first(&stores, &held, store));
    }
    let names: Vec<&str> = held.iter().map(|(shelf, _)| shelf.name.as_str()).collect();
    let failure = Failure::no(format!(
        "nothing was said: these todos are in {} stores ({}), and each has acts of its own",
        held.len(),
        plain(&names.join(", "))
    ));
    let failure = held.iter().fold(failure, |failure, (shelf, here)| {
        let name = plain(&shelf.name);
        failure.hint(match here.len() {
            few if few <= store.repo.limits.named_todos => {
                let ids: Vec<String> = here.iter().map(|which| which.text()).collect();
                format!("`git chittysync {act} {}` says it in {name}", ids.join(" "))
            }
            many => format!("`git chittysync {act} -` says it in {name}, of the {many} lines that begin with its ids"),
        })
    });
    Err(failure.hint("`git chittysync undo`, once for each of them, takes it back"))
}

/// Some todos by the stores that have them, in the order in which they were named first.
type Held<'a> = Vec<(Shelf, Vec<&'a Which>)>;

fn in_first(stores: &Stores, held: &Held<'_>, own: Store) -> Store {
    stores.at(held.first().map(|(shelf, _)| shelf.path.as_str()).unwrap_or_default(), own)
}

/// Sorts todos by the stores that have them; nothing where no others are listed beside the one in use.
fn sorted<'a>(
    store: &Store,
    (which, find): (&'a [Which], Find),
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &Ui,
) -> Result<Option<(Stores, Held<'a>)>, Failure> {
    let stores = listed_for(speaker, context, store, ui);
    if stores.others.is_empty() {
        return Ok(None);
    }
    let read = |reach| -> Result<Everything, Failure> {
        let own = told(todo::read(store, reach)?, store, ui);
        Ok(stores.together(own, ui, |other, ui| Ok(told(todo::read(other, reach)?, other, ui))))
    };
    let mut everything = read(Reach::Working)?;
    let here = context.here();
    let is_unknown =
        |one| matches!(find(&everything, here, one), Err(Refusal::Unknown { .. } | Refusal::Elsewhere { .. }));
    if which.iter().any(is_unknown) {
        everything = read(Reach::Archive)?;
    }
    let mut held: Held<'_> = Vec::new();
    for one in which {
        let (_, todo) = find(&everything, here, one)?;
        let shelf = only(&everything, todo.id)?;
        match held.iter_mut().find(|(other, _)| other.path == shelf.path) {
            Some((_, here)) => here.push(one),
            None => held.push((shelf, vec![one])),
        }
    }
    Ok(Some((stores, held)))
}

/// Returns the world with the store that has a todo, where that is not the one in use.
///
/// # Errors
/// As [`holder`].
pub(super) fn context_of(
    which: &Which,
    speaker: &SpeakerArgs,
    context: &Context,
    ui: &mut Ui,
) -> Result<Option<Context>, Failure> {
    let store = context.store(ui)?;
    let own = real(store.repo.common_dir());
    let store = holder(store, (which, todo::find), speaker, context, ui)?;
    Ok((real(store.repo.common_dir()) != own).then(|| context.of_store(store.repo.git_dir().to_owned())))
}

/// Returns why a command that is about the store in use found no such todo, with what means the one that another store has.
pub(super) fn or_elsewhere(
    refusal: Refusal,
    which: &[Which],
    (act, store): (&str, &Store),
    context: &Context,
    ui: &Ui,
) -> Failure {
    let is_unknown = matches!(refusal, Refusal::Unknown { .. } | Refusal::Elsewhere { .. });
    let found = if is_unknown { those_with(which, store, context, ui) } else { Vec::new() };
    found.into_iter().fold(refusal.into(), |failure: Failure, (shelf, one)| {
        let (path, text, name) = (shelf.path, one.text(), shelf.name);
        failure.hint(format!("`git chittysync --store '{path}' {act} {text}` means the one in {name}"))
    })
}

/// Returns why what a todo was to wait for was not found, with the store that has it.
pub(super) fn or_waits_elsewhere(
    refusal: Refusal,
    given: &[String],
    store: &Store,
    context: &Context,
    ui: &Ui,
) -> Failure {
    let Refusal::Unknown { words } = &refusal else { return refusal.into() };
    let is_given = given.iter().any(|one| one.trim_start_matches(['+', '-']).trim() == words);
    let which = [Which::Words(words.clone())];
    let found = if is_given { those_with(&which, store, context, ui) } else { Vec::new() };
    found.into_iter().fold(refusal.into(), |failure: Failure, (shelf, _)| {
        failure.hint(format!("it is in {}; a todo waits only for those of its own store", shelf.name))
    })
}

/// Returns the stores that are listed beside this one and have one of these todos, each with that.
fn those_with<'a>(which: &'a [Which], store: &Store, context: &Context, ui: &Ui) -> Vec<(Shelf, &'a Which)> {
    let others = listed(context, store, ui).others.into_iter();
    let found = others.filter_map(|Beside { shelf, store }| {
        let (found, _) = todo::read(&store, Reach::Archive).ok()?;
        let one = which.iter().find(|one| todo::find(&found, context.here(), one).is_ok())?;
        Some((shelf, one))
    });
    found.collect()
}

/// Returns the one store that has a todo.
pub(super) fn only(everything: &Everything, id: TodoId) -> Result<Shelf, Failure> {
    match everything.shelves.of(id).as_slice() {
        [one] => Ok((*one).clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|shelf| shelf.name.as_str()).collect();
            let failure = Failure::no(format!("{} is in {} stores: {}", id.short(), names.len(), names.join(", ")));
            Err(several.iter().fold(failure, |failure, shelf| {
                failure
                    .hint(format!("`git chittysync --store '{}' \u{2026}` means the one in {}", shelf.path, shelf.name))
            }))
        }
    }
}

/// Tells a person in which store something was said, where that is not the one in use, and has that one put in order.
pub(super) fn tell_where(own: &Path, store: &Store, ui: &Ui) {
    if real(own) != real(store.repo.common_dir()) {
        start_maintenance(&Location { path: store.repo.git_dir().to_owned(), origin: store.origin });
        let shelf = shelf(store);
        ui.note(&format!("In the store {}, {}", shelf.name, display(Path::new(&shelf.path))));
    }
}

/// Warns of a store that is not listed.
fn warn_of(unlisted: &Unlisted, ui: &Ui) {
    let Unlisted { path, reason } = unlisted;
    ui.warn(
        &format!("the store {} is not listed: {reason}", display(Path::new(path))),
        off_the_list(Path::new(path)).as_deref(),
    );
}

fn told((everything, unreadable): (Everything, Vec<Unreadable>), store: &Store, ui: &Ui) -> Everything {
    super::context::warn_of(unreadable, store, ui);
    everything
}

/// Opens a store that is listed. Where it cannot be, says why; nothing where none is there.
fn open(location: &Location) -> Result<Store, Option<String>> {
    if !location.path.is_absolute() {
        return Err(Some("its path must begin with / or ~/".to_owned()));
    }
    Store::open(location).map_err(|err| match err {
        StoreError::Missing(_) => None,
        err => Some(chain(&err)),
    })
}

/// Returns what people call a store: `default`, or by its directory.
fn shelf(store: &Store) -> Shelf {
    let directory = store.repo.work_dir().unwrap_or(store.repo.common_dir());
    let is_default = fallback().is_ok_and(|default| real(&default.path) == real(store.repo.common_dir()));
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let name = if is_default { "default" } else { name.strip_suffix(".git").unwrap_or(&name) };
    Shelf { name: name.to_owned(), path: directory.display().to_string() }
}
