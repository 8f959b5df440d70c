//! Which todo words mean.

use super::out::Failure;
use crate::todo::{Project, Todo};
use crate::view::{Everything, search};

/// Finds the one todo that these words mean. An id means a todo of whatever project; words mean one of `project`,
/// where a command is about one: nobody says by accident what is true of another project's todo of the same words.
/// When several can be meant, or only others, shows them.
pub fn find<'a>(
    everything: &'a Everything,
    project: Option<&Project>,
    words: &[String],
) -> Result<(&'a Project, &'a Todo), Failure> {
    let text = words.join(" ");
    let found = search(everything, project, &text);
    if let [one] = found.as_slice() {
        return Ok(*one);
    }
    let names = everything.names();
    let several = |found: Vec<(&Project, &Todo)>, failure: Failure| {
        found.into_iter().take(10).fold(failure, |failure, (project, todo)| {
            let project = names.shown(project);
            failure.hint(format!("{} {} ({project}: {})", &todo.id.to_string()[..8], todo.state(), todo.content))
        })
    };
    if !found.is_empty() {
        let failure = Failure::no(format!("{} todos can be meant by '{text}'", found.len()));
        return Err(several(found, failure));
    }
    match (search(everything, None, &text), project) {
        (found, Some(project)) if !found.is_empty() => {
            let failure = Failure::no(format!(
                "no todo of {} has these words; name one of another project by its id",
                names.shown(project)
            ));
            Err(several(found, failure))
        }
        _ => Err(Failure::no(format!("no todo has an id that begins with '{text}', or these words"))
            .hint("`git chittysync list --all` shows what there is")),
    }
}

/// As [`find`], for commands that only show: todos of another project are good enough where this one has none.
pub fn find_anywhere<'a>(
    everything: &'a Everything,
    project: Option<&Project>,
    words: &[String],
) -> Result<(&'a Project, &'a Todo), Failure> {
    let is_here = |project: &&Project| !search(everything, Some(project), &words.join(" ")).is_empty();
    find(everything, project.filter(is_here), words)
}
