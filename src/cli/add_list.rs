//! `add --file`, `add -`: a list in Markdown.

use std::io::Read;

use super::act::AddArgs;
use super::context::Context;
use super::said::tell_each;
use super::ui::{Failure, Ui, plural};
use crate::ops::todo::{self, AddList};
use crate::source::outline;

/// More than this is no list that somebody wrote.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(super) fn run(args: &AddArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let (text, name) = read(args, context)?;
    let entries = outline(&text).map_err(|why| Failure::usage(format!("{name}: {why}")))?;
    let done = entries.iter().filter(|one| one.is_done).count();
    if done > 0 {
        ui.note(&format!("Left out: {} with a ticked box.", plural(done, "todo")));
    }
    let list = AddList { entries, project: args.project.clone(), properties: args.properties.typed()? };
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    tell_each(&todo::add_list(&actor, &list)?, &actor, ui)
}

/// Reads the list, and says what it is called.
fn read(args: &AddArgs, context: &Context) -> Result<(String, String), Failure> {
    let (bytes, name) = match &args.file {
        Some(path) => {
            let name = path.display().to_string();
            let mut bytes = Vec::new();
            std::fs::File::open(context.directory.join(path))
                .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
                .map_err(|err| Failure::fatal(format!("cannot read '{name}': {err}")))?;
            (bytes, name)
        }
        None => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
            read.map_err(|err| Failure::fatal(format!("cannot read standard input: {err}")))?;
            (bytes, "standard input".to_owned())
        }
    };
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::fatal(format!("{name} has more than {LARGEST} bytes")).hint("split the list"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::fatal(format!("{name} is not UTF-8")))?;
    Ok((text, name))
}
