//! `init`: make a store.

use serde_json::json;

use super::args::InitArgs;
use super::out::{Failure, Out};
use super::world::{World, display};
use crate::git::Repo;
use crate::store::{Origin, Store};

pub(super) fn run(args: &InitArgs, world: &World, out: &mut Out) -> Result<(), Failure> {
    let location = world.location()?;
    let named = matches!(location.origin, Origin::Option | Origin::Environment);
    let here = if args.default_store || named { None } else { Repo::discover(&world.directory)? };
    let (path, made) = match here {
        // Standing in a repository: it becomes a store for the sessions that work in it.
        Some(repo) => (repo.common_dir().to_owned(), Store::adopt(&repo)?),
        None if location.path.exists() => {
            let repo = Repo::open(&location.path)?;
            (repo.common_dir().to_owned(), Store::adopt(&repo)?)
        }
        None => (Store::open_or_create(&location)?.repo.common_dir().to_owned(), true),
    };
    if out.json {
        out.print_json(&json!({ "store": path.to_string_lossy(), "created": made }));
    } else if made {
        out.note(&format!("Made a store of {}", display(&path)));
    } else {
        out.note(&format!("{} is a store already.", display(&path)));
    }
    Ok(())
}
