//! `watch`: what changes, as it changes, for programs: one JSON line a change.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::ui::{Failure, Ui};
use super::watch_hub::{self, print};
use crate::git::ObjectId;
use crate::ops::{self, Change, OpsError};
use crate::store::Store;
use crate::todo::Names;
use crate::view::name_project;

/// How often it is looked whether the branch moved.
const EVERY: Duration = Duration::from_millis(200);

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Follow this hub, such as http://127.0.0.1:8377, and not the store of this machine. Its token is what
    /// CHITTYSYNC_HUB_TOKEN holds. Needs curl
    #[arg(long, value_name = "URL")]
    pub hub: Option<String>,
    /// Begin with what changed since this commit of the branch: that of the last line that you read
    #[arg(long, value_name = "COMMIT")]
    pub since: Option<String>,
    /// End once everything is printed that changed by now
    #[arg(long)]
    pub once: bool,
}

pub(super) fn run(args: &WatchArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let since = args.since.as_deref().map(|text| {
        let wrong = || Failure::usage(format!("'{text}' is no id of a commit")).hint("each line has one, in 'commit'");
        ObjectId::from_hex(text.as_bytes()).map_err(|_| wrong())
    });
    let since = since.transpose()?;
    match &args.hub {
        Some(url) => watch_hub::follow(url, since.map(|since| since.to_string()), args.once, ui),
        None => follow(&context.store(ui)?, since, args.once, ui),
    }
}

fn follow(store: &Store, since: Option<ObjectId>, once: bool, ui: &mut Ui) -> Result<(), Failure> {
    let tip = |store: &Store| store.tip().map_err(OpsError::from);
    let mut at = match since {
        Some(since) => Some(since),
        None => tip(store)?,
    };
    loop {
        let now = tip(store)?;
        if let Some(now) = now.filter(|now| Some(*now) != at) {
            // What came meanwhile is in files that were not there when the store was opened.
            let changed = changes_json(&store.reopen()?, at, now)?;
            print(&changed, ui);
            at = Some(now);
        }
        if once {
            return Ok(());
        }
        std::thread::sleep(EVERY);
    }
}

/// Returns what the second of two commits of the branch has otherwise than the first. One that does not come from the
/// first is not compared with it: whoever follows has to look at everything again.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn changes_json(store: &Store, from: Option<ObjectId>, to: ObjectId) -> Result<Value, OpsError> {
    let changed = ops::changes_since(store, from, to)?;
    let (is_known, mut changed) = (changed.is_some(), changed.unwrap_or_default());
    changed.sort_by_key(|change| (change.at(), change.after.id));
    let names = ops::project_names(store)?;
    Ok(json!({
        "commit": to.to_string(),
        "since": from.map(|from| from.to_string()),
        "reset": !is_known,
        "changes": changed.iter().map(|change| change_json(change, to, &names)).collect::<Value>(),
    }))
}

fn change_json(change: &Change, commit: ObjectId, names: &Names) -> Value {
    let Change { before, after, .. } = change;
    let was = |name: &str| before.as_ref().and_then(|before| before.fields.get(name)).map(|field| &field.value);
    let properties = after.fields.iter().filter(|(name, field)| was(name) != Some(&field.value));
    let mut line = json!({
        "commit": commit.to_string(),
        "at": change.at().to_string(),
        "session": change.speaker().map(|(session, _)| session.as_str()),
        "id": after.id.to_string(),
        "content": after.content,
        "before": before.as_ref().map(|before| before.state().as_str()),
        "status": after.state().as_str(),
        "properties": properties.map(|(name, _)| name.as_str()).collect::<Value>(),
    });
    name_project(&mut line, names, &change.project);
    line
}
