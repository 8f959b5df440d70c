//! `add --file`, `add -`: a list in Markdown.

use super::act::AddArgs;
use super::context::Context;
use super::said::tell_each;
use super::stdin;
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
    let list = AddList { entries, project: args.project.clone(), properties: args.properties.typed(context.now)? };
    let store = context.store_or_create(ui)?;
    let actor = args.speaker.actor(&store, context);
    tell_each(&todo::add_list(&actor, &list)?, &actor, ui)
}

/// Reads the list, and says what it is called.
fn read(args: &AddArgs, context: &Context) -> Result<(String, String), Failure> {
    let Some(path) = &args.file else { return Ok((stdin::text(LARGEST)?, "standard input".to_owned())) };
    let name = format!("'{}'", path.display());
    let file = std::fs::File::open(context.directory.join(path));
    let file = file.map_err(|err| Failure::fatal(format!("cannot read {name}: {err}")))?;
    Ok((stdin::of(&name, file, LARGEST)?, name))
}
