//! `resolve --edit`: the todo as a text in git's editor. What is saved there holds.
//!
//! The text is laid out like a commit's message: its words, what is disputed, an empty line, its description. Below
//! the line with the scissors stands what each side says.

use serde_json::Value;

use super::author::SpeakerArgs;
use super::context::{Context, display};
use super::log::moment;
use super::said::tell;
use super::ui::{Failure, Ui};
use crate::git::{Fsync, replace_private_file};
use crate::merge::{Conflict, Side, Subject, choices};
use crate::ops;
use crate::ops::todo::{self, Edited, Refusal, Which, find};
use crate::todo::{Project, Session, State, Status, Time, Todo, plain};
use crate::view::{Everything, OverProperty};

const SCISSORS: &str = "# ------------------------ >8 ------------------------";
const DESCRIPTION: &str = "description";

/// What can be changed, as it is shown: the words, the state, the disputed properties, the description.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Draft {
    words: String,
    state: State,
    properties: Vec<(String, String)>,
    description: String,
}

pub(super) fn edit(which: &Which, speaker: &SpeakerArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let store = context.store(ui)?;
    let everything = context.everything_with(&store, ui, which)?;
    let (project, todo) = find(&everything, context.here(), which)?;
    let mut disputed = ops::open_properties(&store, &everything)?;
    disputed.retain(|one| one.conflict.id == todo.id);
    let shown = Draft::of(todo, &disputed);
    let directory = store.repo.common_dir().join("chittysync");
    let path = directory.join("RESOLVE_EDITMSG");
    std::fs::create_dir_all(&directory)
        .map_err(|err| Failure::fatal(format!("cannot create {}: {err}", display(&directory))))?;
    let text = shown.text() + &below(&everything, project, todo, &disputed, context.now);
    replace_private_file(&path, text.as_bytes(), Fsync::Off)?;
    super::editor::edit(&path)?;
    let text = std::fs::read_to_string(&path)
        .map_err(|err| Failure::fatal(format!("cannot read {}: {err}", display(&path))))?;
    let kept = |failure: Failure| failure.hint(format!("what you wrote is in {}", display(&path)));
    let Some(wanted) = Draft::parse(&text).map_err(|reason| kept(Failure::no(reason)))? else {
        let _ = std::fs::remove_file(&path);
        return Err(Failure::no("nothing was left above the scissors; nothing is settled"));
    };
    let words = (wanted.words != shown.words).then(|| wanted.words.clone());
    let edited = Edited { project, shown: todo, words, state: wanted.state, fields: fields(&shown, &wanted, todo) };
    let actor = speaker.actor(&store, context);
    let outcome = todo::resolve_edited(&actor, &edited).map_err(|refusal: Refusal| kept(refusal.into()))?;
    // A todo's text stays nowhere but in the history.
    let _ = std::fs::remove_file(&path);
    tell(&outcome, None, &actor, ui)
}

/// Returns the properties to say: all that are disputed, and the description when it was changed.
fn fields(shown: &Draft, wanted: &Draft, todo: &Todo) -> Vec<(String, Value)> {
    let value = |name: &str| todo.fields.get(name).map(|field| &field.value);
    let disputed = shown.properties.iter().map(|(name, before)| {
        let now = wanted.properties.iter().find(|(other, _)| other == name).map_or("", |(_, now)| now);
        let value = match value(name) {
            Some(value) if now == before => value.clone(),
            Some(Value::String(_)) | None => now.into(),
            Some(_) => serde_json::from_str(now).unwrap_or_else(|_| now.into()),
        };
        (name.clone(), value)
    });
    let mut fields: Vec<(String, Value)> = disputed.filter(|(name, _)| name != DESCRIPTION).collect();
    let is_disputed = shown.properties.iter().any(|(name, _)| name == DESCRIPTION);
    match value(DESCRIPTION) {
        Some(value) if wanted.description == shown.description => {
            fields.extend(is_disputed.then(|| (DESCRIPTION.to_owned(), value.clone())));
        }
        None if wanted.description.is_empty() => {}
        _ => fields.push((DESCRIPTION.to_owned(), wanted.description.as_str().into())),
    }
    fields
}

/// Returns a value as text of several lines, each fit for a terminal.
fn lines(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.lines().map(|line| plain(line).trim_end().to_owned()).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn name(conflict: &Conflict) -> &str {
    match &conflict.subject {
        Subject::Field(name) => name,
        Subject::Status => "status",
    }
}

impl Draft {
    fn of(todo: &Todo, disputed: &[OverProperty]) -> Self {
        let value = |name: &str| todo.fields.get(name).map(|field| lines(&field.value)).unwrap_or_default();
        let names: std::collections::BTreeSet<&str> = disputed.iter().map(|one| name(&one.conflict)).collect();
        let properties = names.into_iter().map(|name| (name.to_owned(), value(name).replace('\n', " ")));
        Draft {
            words: plain(&todo.content),
            state: todo.state(),
            properties: properties.collect(),
            description: value(DESCRIPTION),
        }
    }

    fn text(&self) -> String {
        let disputed = self.properties.iter().filter(|(name, _)| name != DESCRIPTION);
        let disputed: String = disputed.map(|(name, value)| format!("{}: {value}\n", plain(name))).collect();
        format!("{}\nstatus: {}\n{disputed}\n{}\n\n", self.words, self.state, self.description)
    }

    /// Reads what was saved; nothing when nothing is left. Fails with what is wrong.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let text = text.split(SCISSORS).next().unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let mut lines = text.lines();
        let words = lines.next().unwrap_or_default().trim().to_owned();
        let (mut state, mut properties) = (None, Vec::new());
        for line in lines.by_ref().take_while(|line| !line.trim().is_empty()) {
            let (name, value) =
                line.split_once(':').ok_or_else(|| format!("'{line}' is no `name: value`, and no empty line"))?;
            let (name, value) = (name.trim(), value.trim());
            match (name, value, Status::parse(value)) {
                ("status", "dropped", _) => state = Some(State::Dropped),
                ("status", _, Some(status)) => state = Some(State::Wanted(status)),
                ("status", ..) => {
                    return Err(format!("'{value}' is no status: pending, in_progress, completed or dropped"));
                }
                _ => properties.push((name.to_owned(), value.to_owned())),
            }
        }
        let description = lines.map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
        let state = state.ok_or("the second line must say the status, such as `status: pending`")?;
        Ok(Some(Draft { words, state, properties, description }))
    }
}

/// Returns what stands below the scissors: how to go on, and what each side says.
fn below(everything: &Everything, project: &Project, todo: &Todo, disputed: &[OverProperty], now: Time) -> String {
    let who = |session: &Session| everything.who(session);
    let when = |time| moment(time, now).trim().to_owned();
    let mut text = format!(
        "{SCISSORS}\n# Everything from the line above on is left out. What stands before it holds when you save it:\n\
         # the words, the status, and behind an empty line the description. With nothing there, nothing is settled.\n#\n\
         # {} in {}\n",
        todo.id,
        plain(everything.names().shown(project))
    );
    for (session, claim) in choices(todo) {
        let line = format!("#\n# {} says, {}:\n#     status: {}\n", who(session), when(claim.at), claim.state());
        text.push_str(&plain_lines(&line));
    }
    for conflict in disputed.iter().map(|one| &one.conflict) {
        let (kept, overruled) = conflict.sides();
        for (side, note) in [(kept, "kept"), (overruled, "overruled")] {
            let Side { session, value, at } = side;
            let who = session.as_ref().map_or_else(|| "a session".to_owned(), who);
            let head = format!("#\n# {who} says, {} ({note}):\n#     {}:\n", when(*at), name(conflict));
            text.push_str(&plain_lines(&head));
            let value = lines(value);
            text.extend(value.lines().map(|line| format!("#     {line}\n")));
        }
    }
    text
}

fn plain_lines(text: &str) -> String {
    text.lines().map(|line| plain(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_as_it_was() {
        let draft = Draft {
            words: "Fix: the login tests".into(),
            state: State::Wanted(Status::InProgress),
            properties: vec![("owner".into(), "ana: lead".into())],
            description: "# A heading\n\nstatus: of what is described".into(),
        };
        assert_eq!(Draft::parse(&(draft.text() + SCISSORS + "\n# more\n")), Ok(Some(draft)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(Draft::parse(&format!("\n \n{SCISSORS}\nx")), Ok(None));
        for text in ["Words", "Words\n\nstatus: pending", "Words\nstatus: done-ish\n", "Words\nstatus pending\n"] {
            assert!(Draft::parse(text).is_err(), "{text}");
        }
    }
}
