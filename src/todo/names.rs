//! How projects are called where people see them: by the last part of the name, while no other has it.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;

/// The projects of a store, by the last part of their names.
///
/// `acme/api` is shown as `api` while no other repository of that name is known. What was saved as plain `api` before
/// projects had owners is the same project until then, and one of its own afterwards.
#[derive(Clone, Debug, Default)]
pub struct Names {
    owned: BTreeMap<String, BTreeSet<Project>>,
    plain: BTreeSet<Project>,
}

/// A project, and what is shown as one with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The project.
    pub project: Project,
    /// The other one that is shown as one with it.
    pub also: Option<Project>,
}

impl Scope {
    /// Returns whether a project is in it.
    pub fn takes(&self, project: &Project) -> bool {
        self.projects().any(|of| of == project)
    }

    /// Returns the project, and what is shown as one with it.
    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        std::iter::once(&self.project).chain(&self.also)
    }
}

impl Names {
    /// Returns the names of these projects.
    pub fn of(projects: impl IntoIterator<Item = Project>) -> Self {
        let mut names = Names::default();
        for project in projects {
            match project.plain() {
                Some(plain) => drop(names.owned.entry(plain.as_str().to_owned()).or_default().insert(project)),
                None => drop(names.plain.insert(project)),
            }
        }
        names
    }

    /// Returns what a project is called where people see it.
    pub fn shown<'a>(&self, project: &'a Project) -> &'a str {
        if self.is_alone(project) { project.short() } else { project.as_str() }
    }

    /// Returns whether no other repository has the last part of this name.
    pub fn is_alone(&self, project: &Project) -> bool {
        let owned = self.owned.get(project.short()).into_iter().flatten().filter(|other| *other != project).count();
        owned == 0 || (owned == 1 && project.plain().is_none())
    }

    /// Returns whether the last part of a name does not tell which project is meant.
    pub fn has_shared(&self) -> bool {
        self.owned.values().any(|owned| owned.len() > 1)
    }

    /// Returns a project with what is shown as one with it, whether anything was saved of it or not.
    pub fn scope(&self, project: &Project) -> Scope {
        let alone = self.is_alone(project);
        let also = match project.plain() {
            Some(plain) => Some(plain),
            None => self.owned.get(project.as_str()).and_then(|owned| owned.first().cloned()),
        };
        Scope { project: project.clone(), also: also.filter(|_| alone) }
    }

    /// Returns the project that is meant by what somebody typed, to read of it: the one of just this name, else the
    /// only one whose name ends so.
    ///
    /// # Errors
    /// With those that can be meant, when there are several.
    pub fn meant(&self, typed: &Project) -> Result<Project, Vec<Project>> {
        if self.plain.contains(typed) { Ok(typed.clone()) } else { self.meant_anew(typed) }
    }

    /// As [`Names::meant`], to save something: nothing is put beside a repository's todos under the name that they
    /// had before projects had owners.
    ///
    /// # Errors
    /// With those that can be meant, when there are several.
    pub fn meant_anew(&self, typed: &Project) -> Result<Project, Vec<Project>> {
        let owned = self.owned.get(typed.as_str()).filter(|_| typed.plain().is_none());
        match owned.map(|owned| owned.iter().collect::<Vec<_>>()).as_deref() {
            None | Some([]) => Ok(typed.clone()),
            Some([one]) => Ok((*one).clone()),
            Some(several) => Err(several.iter().map(|project| (*project).clone()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str) -> Project {
        Project::new(name).expect("valid")
    }

    fn names(all: &[&str]) -> Names {
        Names::of(all.iter().map(|name| project(name)))
    }

    #[test]
    fn the_short_name_is_shown_while_one_has_it() {
        let one = names(&["acme/api", "api", "acme/web", "general"]);
        for (name, shown) in [("acme/api", "api"), ("api", "api"), ("acme/web", "web"), ("general", "general")] {
            assert_eq!(one.shown(&project(name)), shown);
        }
        // One of which nothing is saved yet is another one.
        assert_eq!(one.shown(&project("other/api")), "other/api");
        let two = names(&["acme/api", "api", "other/group/api"]);
        for name in ["acme/api", "api", "other/group/api"] {
            assert_eq!(two.shown(&project(name)), name);
        }
    }

    #[test]
    fn what_was_saved_by_the_short_name_belongs_to_the_only_repository_that_has_it() {
        let scope = |names: &Names, name: &str| {
            names.scope(&project(name)).projects().map(ToString::to_string).collect::<Vec<_>>()
        };
        let one = names(&["acme/api", "api"]);
        assert_eq!(scope(&one, "acme/api"), ["acme/api", "api"]);
        assert_eq!(scope(&one, "api"), ["api", "acme/api"]);
        assert_eq!(scope(&names(&["api"]), "acme/api"), ["acme/api", "api"], "nothing is saved of it yet");
        let two = names(&["acme/api", "api", "other/api"]);
        for name in ["acme/api", "api", "other/api", "third/api"] {
            assert_eq!(scope(&two, name), [name]);
        }
    }

    #[test]
    fn what_is_typed_means_one_or_says_which_it_can_mean() {
        let one = names(&["acme/api", "api"]);
        assert_eq!(one.meant_anew(&project("API")), Ok(project("acme/api")));
        assert_eq!(one.meant(&project("acme/api")), Ok(project("acme/api")));
        assert_eq!(one.meant(&project("web")), Ok(project("web")), "a new one");
        let several = vec![project("acme/api"), project("other/api")];
        let two = names(&["acme/api", "other/api"]);
        assert_eq!(two.meant(&project("api")), Err(several.clone()));
        let left = names(&["acme/api", "api", "other/api"]);
        assert_eq!(left.meant(&project("api")), Ok(project("api")), "what stayed there can be read");
        assert_eq!(left.meant_anew(&project("api")), Err(several));
        assert_eq!(left.meant_anew(&project("b/api")), Ok(project("b/api")));
    }
}
