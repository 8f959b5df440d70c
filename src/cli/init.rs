//! `init`: make a store.

use serde_json::json;

use super::args::InitArgs;
use super::out::{Failure, Out};
use super::remote;
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
    let remote = match &args.remote {
        Some(remote) => Some(remote::add(&Repo::open(&path)?, &world.directory, remote, out)?),
        None => None,
    };
    if out.json {
        let mut done = json!({ "store": path.to_string_lossy(), "created": made });
        if let (Some(remote), Some(done)) = (&remote, done.as_object_mut()) {
            done.insert("remote".into(), remote.as_str().into());
        }
        out.print_json(&done);
        return Ok(());
    }
    if made {
        out.note(&format!("Made a store of {}", display(&path)));
    } else {
        out.note(&format!("{} is a store already.", display(&path)));
    }
    if let Some(remote) = remote {
        out.note(&format!("`git chittysync sync` exchanges todos with {remote} from now on."));
    }
    Ok(())
}
