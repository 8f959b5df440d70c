//! `version`: which build this is, and what it works with.

use serde_json::{Value, json};

use super::ui::{Failure, Ui};
use crate::codec::FORMAT;
use crate::git::Git;

/// The commit that this was built from and its date, as the build script found them; empty where it was built without a
/// repository.
const COMMIT: &str = env!("CHITTYSYNC_COMMIT");
const DATE: &str = env!("CHITTYSYNC_DATE");
/// Whether files that make up the program differed from that commit.
const IS_CHANGED: bool = !env!("CHITTYSYNC_CHANGED").is_empty();
/// The features that were asked for.
const FEATURES: &str = env!("CHITTYSYNC_FEATURES");

pub(super) fn run(ui: &mut Ui) -> Result<(), Failure> {
    if ui.json {
        ui.print_json(&json());
        return Ok(());
    }
    ui.print_always(&text());
    Ok(())
}

fn git() -> String {
    let said = Git::new(None, ["version"]).output();
    let version = said.map(|said| String::from_utf8_lossy(&said).trim().trim_start_matches("git version ").to_owned());
    version.unwrap_or_else(|err| err.to_string())
}

fn known(text: &'static str) -> Option<&'static str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Says it for programs.
pub(super) fn json() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": known(COMMIT),
        "date": known(DATE),
        "changed": known(COMMIT).map(|_| IS_CHANGED),
        "features": FEATURES.split(',').filter(|name| !name.is_empty()).collect::<Vec<_>>(),
        "format": FORMAT,
        "git": git(),
    })
}

/// Says it for people.
pub(super) fn text() -> String {
    let commit = match (known(COMMIT), IS_CHANGED) {
        (None, _) => "unknown: built outside of its repository".to_owned(),
        (Some(commit), false) => format!("{commit} of {DATE}"),
        (Some(commit), true) => format!("{commit} of {DATE}, with changes"),
    };
    let features = known(FEATURES).unwrap_or("none besides the core").replace(',', ", ");
    format!(
        "git-chittysync {}\ncommit    {commit}\nfeatures  {features}\nformat    {FORMAT}\ngit       {}\n",
        env!("CARGO_PKG_VERSION"),
        git()
    )
}
