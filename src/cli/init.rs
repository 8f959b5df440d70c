//! `init`: make a store, or have it synced; and the way back.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::InitArgs;
use super::context::{Context, display};
use super::remote;
use super::ui::{Failure, Ui};
use crate::git::{RemoteName, Repo};
use crate::ops::{self, Left};
use crate::settings::table::ALSO_LIST;
use crate::store::{Location, Origin, Store, data_home, fallback, list_from_now_on, list_no_more};

pub(super) fn run(args: &InitArgs, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    if args.undo {
        return undo(context, ui);
    }
    if args.here && context.option.is_some() {
        return Err(Failure::usage("--here and --store name two stores"));
    }
    // Without --here, a repository that cannot be opened is none of our business.
    let around = match Repo::discover(&context.directory) {
        Err(err) if args.here => return Err(err.into()),
        found => found.unwrap_or_default(),
    };
    let location = match context.location()? {
        Location { origin: Origin::Here | Origin::Route, .. } if args.default_store => elsewhere()?,
        location => location,
    };
    let (path, made) = match &around {
        Some(repo) if args.here => (repo.common_dir().to_owned(), here(repo, args.remote.as_deref(), ui)?),
        None if args.here => {
            return Err(Failure::usage(format!("{} is in no git repository", display(&context.directory)))
                .hint("without --here, the default store is made"));
        }
        _ if location.path.exists() => {
            let repo = Repo::open(&location.path)?;
            (repo.common_dir().to_owned(), Store::adopt(&repo)?)
        }
        _ => (Store::open_or_create(&location)?.repo.common_dir().to_owned(), true),
    };
    let store = Store::open(&Location { path: path.clone(), origin: location.origin })?;
    if let (Some(text), Some(repo)) = (&args.remote, &around) {
        check_meant(text, repo, &store, context)?;
    }
    let remote = match &args.remote {
        Some(remote) => Some(remote::add(&store.repo, &context.directory, remote, ui)?),
        None => None,
    };
    let listed = if args.here { list(&path, ui) } else { false };
    if let Some(remote) = &remote {
        remote::try_out(&store.reopen()?, remote, ui)?;
    }
    if ui.json {
        let mut done = json!({ "store": path.to_string_lossy(), "created": made });
        if let (Some(remote), Some(done)) = (&remote, done.as_object_mut()) {
            done.insert("remote".into(), remote.as_str().into());
        }
        if args.here {
            done["listed"] = listed.into();
        }
        ui.print_json(&done);
        return Ok(());
    }
    if made {
        ui.note(&format!("Made a store of {}", display(&path)));
    } else {
        ui.note(&format!("{} is a store already.", display(&path)));
    }
    if let Some(remote) = remote {
        ui.note(&format!("`git chittysync sync` exchanges todos with {remote} from now on."));
    }
    let is_beside = |repo: &Repo| repo.common_dir() != store.repo.common_dir();
    if around.as_ref().is_some_and(is_beside) && !args.default_store {
        ui.note("The repository you are in stays as it is; `git chittysync init --here` makes it a store of its own.");
    }
    Ok(())
}

/// Returns the store that commands use outside any repository.
fn elsewhere() -> Result<Location, Failure> {
    Ok(fallback()?)
}

/// Makes the repository we stand in a store, and says what that does to it. Says whether it was none before.
fn here(repo: &Repo, remote: Option<&str>, ui: &Ui) -> Result<bool, Failure> {
    let made = Store::adopt(repo)?;
    if made {
        let remote = match remote {
            Some(_) => "a sync sends both to the remote, where all who can read it read them",
            None => "nothing is sent to a remote until one is named with --remote",
        };
        let place = display(repo.work_dir().unwrap_or(repo.common_dir()));
        let ours = display(&crate::git::state_dir(repo.common_dir()));
        for line in [
            format!("{place} becomes a store for the sessions that work in it:"),
            "  its config gets chittysync.enabled=true, and the settings of a remote if one is named".to_owned(),
            "  each session becomes a ref below refs/chittysync/, all of them the branch 'consolidated'".to_owned(),
            format!("  {remote}"),
            format!("  caches and the log are below {ours}/"),
            "  working tree, index, other branches and remotes stay as they are".to_owned(),
            "Undo with: git chittysync init --undo".to_owned(),
        ] {
            ui.note(&line);
        }
    }
    Ok(made)
}

/// Has the todos of a project's store listed with those of the default one, for whoever looks there. Says whether they were
/// not yet.
fn list(common_dir: &Path, ui: &Ui) -> bool {
    let place = place(common_dir);
    match list_from_now_on(&place) {
        Ok(true) => {
            let place = display(&place);
            ui.note(&format!("Your git config gets {}={place}: its todos are listed with your others.", ALSO_LIST.key));
            true
        }
        Ok(false) => false,
        Err(err) => {
            let hint = format!("`git config --global --add {} '{}'` has them listed", ALSO_LIST.key, place.display());
            ui.warn(&format!("its todos are not listed with your others: {}", ops::chain(&err)), Some(&hint));
            false
        }
    }
}

/// Returns the directory by which a project's store is named: that with the files.
fn place(common_dir: &Path) -> PathBuf {
    match common_dir.file_name() {
        Some(name) if name == ".git" => common_dir.parent().unwrap_or(common_dir).to_owned(),
        _ => common_dir.to_owned(),
    }
}

/// Says no when somebody names a remote of the repository they stand in, and the store is another one: it would be
/// taken for a path.
fn check_meant(text: &str, around: &Repo, store: &Store, context: &Context) -> Result<(), Failure> {
    let has = |repo: &Repo| RemoteName::new(text).is_some_and(|name| repo.remote_url(&name).is_some());
    if has(&store.repo) || !has(around) || context.directory.join(text).exists() {
        return Ok(());
    }
    let of = display(around.work_dir().unwrap_or(around.common_dir()));
    Err(Failure::usage(format!("'{text}' is a remote of {of}, not of the store"))
        .hint("give its URL to sync the default store with it")
        .hint(format!("`git chittysync init --here --remote {text}` makes the repository you are in the store")))
}

/// Makes a project's repository no store any more.
fn undo(context: &Context, ui: &mut Ui) -> Result<(), Failure> {
    let location = context.location()?;
    if !matches!(location.origin, Origin::Here | Origin::Option | Origin::Environment) {
        return Err(Failure::no(format!("{} is in no repository that is a store", display(&context.directory)))
            .hint("the default store is a directory of its own: delete it with all that is in it"));
    }
    let store = Store::open(&location)?;
    let place = display(store.repo.work_dir().unwrap_or(store.repo.common_dir()));
    if !store.is_project() {
        return Err(Failure::no(format!("{place} is a bare repository, which is most often there to be a store only"))
            .hint("if it is, delete it; else `git config chittysync.enabled false` in it makes it none"));
    }
    let keep_in = data_home().map(|data| data.join("chittysync/undone"));
    let keep_in = keep_in.ok_or_else(|| Failure::fatal("there is no home directory to keep in what was said"))?;
    // Those of git go first: they do nothing without the store.
    for hook in super::install::installed_hooks(context) {
        hook.uninstall(false).map_err(|err| Failure::fatal(ops::chain(&err)))?;
    }
    let left = ops::leave(&store, &keep_in, context.now)?;
    if let Err(err) = list_no_more(&self::place(store.repo.common_dir())) {
        ui.warn(&format!("{} still names it: {}", ALSO_LIST.key, ops::chain(&err)), None);
    }
    tell(&left, &place, store.settings.branch_name(), ui)
}

fn tell(left: &Left, place: &str, branch: &str, ui: &mut Ui) -> Result<(), Failure> {
    if ui.json {
        ui.print_json(&json!({
            "store": null,
            "kept": left.kept.as_ref().map(|path| path.to_string_lossy()),
            "deleted_refs": left.refs,
            "removed_remote": left.remote.as_ref().filter(|_| left.is_removed).map(RemoteName::as_str),
        }));
        return Ok(());
    }
    ui.note(&format!("{place} is no store any more."));
    if let Some(kept) = &left.kept {
        let (kept, store) = (kept.display(), elsewhere()?.path);
        let store = store.display();
        ui.note(&format!("What was said there is kept in {kept}. To have it in the store that is used now:"));
        ui.note(&format!("  git chittysync --store '{store}' init"));
        ui.note(&format!("  git --git-dir='{store}' fetch '{kept}' '{branch}:undone'"));
        ui.note(&format!("  git chittysync --store '{store}' branch --merge undone"));
    }
    if let Some(remote) = &left.remote {
        let stays = "What was sent to the remote is still there";
        match left.is_removed {
            true => ui.note(&format!("{stays}; {remote} itself is removed, as it was added with the store.")),
            false => ui.note(&format!("{stays}, and so is {remote}: `git remote remove {remote}` removes it.")),
        }
    }
    Ok(())
}
