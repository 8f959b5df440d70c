//! `status --line`: one line for an agent's status line.

use std::io::IsTerminal;
use std::time::Duration;

use serde_json::{Value, json};

use super::author::SpeakerArgs;
use super::beside::Stores;
use super::context::Context;
use super::stdin;
use super::ui::{Failure, Ui};
use crate::ops::{elsewhere, progress};
use crate::source::hook;
use crate::store::{Store, locate};
use crate::todo::Session;
use crate::view::status_line;

/// More bytes than this are not what an agent gives its status line.
const LARGEST: usize = 1024 * 1024;
/// How long an agent may take to begin, and to say it all; where standard input is left open, somebody waits.
const TIMEOUT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(300));

pub(super) fn run(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let input = if std::io::stdin().is_terminal() { None } else { stdin::object(LARGEST, TIMEOUT.0, TIMEOUT.1) };
    let given = input.and_then(|input| hook::parse(&input).ok()).unwrap_or_default();
    let text = |pointer: &str| given.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let directory = text("/workspace/current_dir").or_else(|| text("/cwd"));
    let directory = directory.map_or(context.directory.clone(), |directory| context.directory.join(directory));
    let session = text("/session_id").and_then(|name| Session::new(name).ok());
    // Where there is no store, or none that can be read, there is nothing to say: the line is drawn all the time.
    let store = locate(context.option.as_deref(), &directory).ok().and_then(|location| Store::open(&location).ok());
    let (mut own, mut others, mut changed, mut is_part) = (None, 0, 0, false);
    if let Some(store) = store {
        // What a person sees of the project in other stores is a number; who it is drawn for is the person.
        for other in Stores::find(context, &store, &SpeakerArgs::default()).0.others {
            let found =
                elsewhere(&other.store, &directory.to_string_lossy(), session.as_ref(), false, false, context.now);
            if let Ok(Some(found)) = found {
                others += found.todos.iter().filter(|todo| todo.became.is_none()).count() + found.more;
                is_part |= found.is_part;
            }
        }
        own = session.as_ref().and_then(|session| progress(&store, session, context.now).ok().flatten());
        let found = elsewhere(&store, &directory.to_string_lossy(), session.as_ref(), false, false, context.now);
        if let Ok(Some(found)) = found {
            changed = found.todos.iter().filter(|todo| todo.became.is_some()).count();
            others += found.todos.len() - changed + found.more;
            is_part |= found.is_part;
        }
    }
    if ui.json {
        let own = own.map(|(completed, total)| json!({ "completed": completed, "total": total }));
        ui.print_json(&json!({ "own": own, "elsewhere": others, "changed": changed }));
    } else {
        ui.print(&status_line(own, others, is_part, changed));
    }
    Ok(())
}
