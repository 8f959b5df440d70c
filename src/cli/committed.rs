//! `committed`: what the hook of a project's repository calls behind a commit. It runs when nobody waits any more.

use clap::Args;

use super::author::SpeakerArgs;
use super::context::Context;
use super::ui::{Failure, Ui};
use crate::git::Repo;
use crate::ops;

/// Arguments of `committed`.
#[derive(Debug, Args)]
pub struct CommittedArgs {
    /// The commit
    #[arg(value_name = "COMMIT")]
    pub commit: String,
}

pub(super) fn run(args: &CommittedArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let Some(repo) = Repo::discover(&context.directory)? else { return Ok(()) };
    // What begins like an option is none.
    let is_id = !args.commit.is_empty() && args.commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let naming = if is_id { ops::naming(&repo, &args.commit)? } else { None };
    let Some(naming) = naming.filter(|naming| !naming.ids.is_empty()) else { return Ok(()) };
    let store = context.store(ui)?;
    let speaker = SpeakerArgs::of_environment();
    ops::complete_named(&speaker.actor(&store, context), &naming)?;
    Ok(())
}
