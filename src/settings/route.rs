//! Which store a project's todos go to: `chittysync.route`.
//!
//! The first rule that matches decides, in the order in which git reads them. Where a rule cannot be read, or it cannot be told
//! whether it matches, nothing behind it decides: what may be somebody's goes nowhere by mistake.

use std::path::{Path, PathBuf};

use super::SettingError;
use super::table::ROUTE;
use crate::git::{At, Given, Star, matches};

/// Where a rule leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this store.
    Store(PathBuf),
    /// To the store that is used without rules.
    Default,
    /// Nowhere: nothing is captured, not even a name.
    Nowhere,
}

/// A rule, as it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `<pattern>=<store>`.
    pub text: String,
    /// Where it is set.
    pub at: At,
}

/// What the rules say of a directory, or of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// No rule matches.
    Free,
    /// This rule matches, and leads there.
    By(Target, Rule),
    /// It cannot be told, and why.
    Unsure(String),
}

/// What is known of what rules are asked about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Its directory, as it is called and as it is, and the main working tree of its repository. Nothing of words.
    pub directories: Vec<PathBuf>,
    /// The names of its project: full ones, from which short ones follow.
    pub names: Vec<String>,
    /// Why its project may have other names; nothing when it has none.
    pub doubt: Option<String>,
}

/// The rules, in their order.
#[derive(Clone, Debug, Default)]
pub struct Routes(Vec<Result<Route, SettingError>>);

#[derive(Clone, Debug)]
struct Route {
    pattern: Pattern,
    target: Target,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// A directory and all below it.
    Directory(String),
    /// A project's name.
    Name(String),
}

impl Routes {
    /// Reads rules. `home` is the user's home directory.
    pub fn read(given: Vec<Given>, home: Option<&Path>) -> Self {
        let read = |given: Given| {
            let expected = || ROUTE.kind.expected();
            parse(&given, home).ok_or_else(|| SettingError {
                key: ROUTE.key.to_owned(),
                value: given.text.clone(),
                expected: expected(),
                at: Some(given.at.clone()),
            })
        };
        Routes(given.into_iter().map(read).collect())
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the stores that are named, each once.
    pub fn stores(&self) -> Vec<&Path> {
        let mut stores = Vec::new();
        for route in self.0.iter().flatten() {
            match &route.target {
                Target::Store(path) if !stores.contains(&path.as_path()) => stores.push(path.as_path()),
                _ => {}
            }
        }
        stores
    }

    /// Returns what is wrong with rules that cannot be read.
    pub fn errors(&self) -> impl Iterator<Item = &SettingError> {
        self.0.iter().filter_map(|route| route.as_ref().err())
    }

    /// Returns all that the rules say, to tell whether they are others.
    pub fn text(&self) -> String {
        let text = |route: &Result<Route, SettingError>| match route {
            Ok(route) => route.rule.text.clone(),
            Err(err) => err.value.clone(),
        };
        self.0.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// Returns what the rules say.
    pub fn ruling(&self, asked: &Asked) -> Ruling {
        for route in &self.0 {
            let Ok(Route { pattern, target, rule }) = route else {
                return Ruling::Unsure(format!("a value of {} cannot be read", ROUTE.key));
            };
            let is_by_name = matches!(pattern, Pattern::Name(_));
            if pattern.takes(asked) {
                return Ruling::By(target.clone(), rule.clone());
            }
            if let (true, Some(doubt)) = (is_by_name, &asked.doubt) {
                return Ruling::Unsure(doubt.clone());
            }
        }
        Ruling::Free
    }
}

impl Pattern {
    fn takes(&self, asked: &Asked) -> bool {
        match self {
            Pattern::Directory(pattern) => {
                let is_meant = |path: &Path| matches(pattern, &path.to_string_lossy(), Star::Part);
                asked.directories.iter().flat_map(|directory| directory.ancestors()).any(is_meant)
            }
            Pattern::Name(pattern) => asked.names.iter().any(|name| {
                let name = name.to_lowercase();
                let short = name.rsplit('/').next().unwrap_or_default();
                matches(pattern, &name, Star::Anything) || matches(pattern, short, Star::Anything)
            }),
        }
    }
}

fn parse(given: &Given, home: Option<&Path>) -> Option<Route> {
    let (pattern, target) = given.text.rsplit_once('=')?;
    let (pattern, target) = (pattern.trim(), target.trim());
    let path = |text: &str| match text.strip_prefix("~/") {
        Some(rest) => Some(home?.join(rest)),
        None => text.starts_with('/').then(|| PathBuf::from(text)),
    };
    let pattern = if pattern.starts_with(['/', '~']) {
        let pattern = if pattern == "~" { home?.to_owned() } else { path(pattern)? };
        let pattern = pattern.to_string_lossy().into_owned();
        // A directory is meant with all that is in it.
        let pattern = pattern.strip_suffix("/**").unwrap_or(&pattern).trim_end_matches('/');
        Pattern::Directory(if pattern.is_empty() { "/".to_owned() } else { pattern.to_owned() })
    } else {
        let is_name = !pattern.is_empty() && !pattern.starts_with('.') && !pattern.contains(char::is_control);
        Pattern::Name(is_name.then(|| pattern.to_lowercase())?)
    };
    let target = match target {
        "none" => Target::Nowhere,
        "default" => Target::Default,
        text => Target::Store(path(text).filter(|path| path.parent().is_some() && !text.contains(char::is_control))?),
    };
    Some(Route { pattern, target, rule: Rule { text: given.text.clone(), at: given.at.clone() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(texts: &[&str]) -> Routes {
        let given = texts.iter().map(|text| Given { text: (*text).to_owned(), at: At::Caller });
        Routes::read(given.collect(), Some(Path::new("/home/me")))
    }

    /// Of a repository in this directory whose origin has this name.
    fn asked(directory: &str, name: &str) -> Asked {
        Asked { directories: vec![directory.into()], names: vec![name.to_owned()], doubt: None }
    }

    fn target(routes: &Routes, asked: &Asked) -> String {
        match routes.ruling(asked) {
            Ruling::Free => "free".to_owned(),
            Ruling::By(Target::Store(path), _) => path.display().to_string(),
            Ruling::By(Target::Default, _) => "default".to_owned(),
            Ruling::By(Target::Nowhere, _) => "none".to_owned(),
            Ruling::Unsure(_) => "unsure".to_owned(),
        }
    }

    #[test]
    fn patterns_mean_names_owners_and_directories() {
        for (pattern, takes, passes) in [
            ("api", &[("/x", "acme/api"), ("/x", "api"), ("/x", "Other/API")][..], &[("/api", "acme/web")][..]),
            ("acme/api", &[("/x", "acme/api"), ("/x", "ACME/API")], &[("/x", "api"), ("/x", "acme/api2")]),
            ("acme/*", &[("/x", "acme/api"), ("/x", "acme/group/api")], &[("/x", "acmex/api"), ("/acme/x", "x")]),
            ("*", &[("/x", "acme/api"), ("/", "x")], &[]),
            (
                "~/work/acme/**",
                &[("/home/me/work/acme", "x"), ("/home/me/work/acme/a/b", "x")],
                &[("/home/me/work/acmex", "x"), ("/home/me/work", "work/acme")],
            ),
            ("~/work/acme/", &[("/home/me/work/acme", "x"), ("/home/me/work/acme/a", "x")], &[("/home/me/work", "x")]),
            ("/srv/*/acme", &[("/srv/a/acme/x", "x")], &[("/srv/a/b/acme", "x"), ("/srv/acme", "x")]),
            ("~", &[("/home/me/x", "x")], &[("/home/you", "x")]),
            ("/", &[("/anywhere", "x")], &[]),
        ] {
            let routes = routes(&[&format!("{pattern}=~/s")]);
            for (directory, name) in takes {
                assert_eq!(target(&routes, &asked(directory, name)), "/home/me/s", "{pattern} {directory} {name}");
            }
            for (directory, name) in passes {
                assert_eq!(target(&routes, &asked(directory, name)), "free", "{pattern} {directory} {name}");
            }
        }
    }

    #[test]
    fn the_first_that_matches_decides() {
        let routes = routes(&["acme/site=default", "acme/*=/a", "~/private=none", "api=/b"]);
        for (directory, name, expected) in [
            ("/x", "acme/site", "default"),
            ("/x", "acme/api", "/a"),
            ("/home/me/private/x", "acme/api", "/a"),
            ("/home/me/private/api", "me/api", "none"),
            ("/x", "you/api", "/b"),
            ("/x", "you/x", "free"),
        ] {
            assert_eq!(target(&routes, &asked(directory, name)), expected, "{directory} {name}");
        }
        assert_eq!(routes.stores(), [Path::new("/a"), Path::new("/b")]);
    }

    /// What cannot be read could have meant anything: nothing behind it decides, and what stands before it does.
    #[test]
    fn behind_a_rule_that_cannot_be_read_nothing_decides() {
        for bad in [
            "acme",
            "",
            "=",
            "acme/*=",
            "=/a",
            "acme/*=None",
            "acme/*=store",
            "acme/*=../s",
            "~you/x=/a",
            "./x=/a",
            "acme/*=/",
            "acme/*=~",
        ] {
            let routes = routes(&["first=/a", bad, "*=/b"]);
            assert_eq!(target(&routes, &asked("/x", "first")), "/a", "{bad}");
            assert_eq!(target(&routes, &asked("/x", "acme/api")), "unsure", "{bad}");
            assert_eq!(routes.errors().count(), 1, "{bad}");
            let said = routes.errors().next().map(ToString::to_string).unwrap_or_default();
            assert!(said.contains(bad) && said.contains("<pattern>=<store>"), "{said}");
        }
    }

    /// Whose name is not known can be anybody's: a rule on names that does not match what is known tells nothing.
    #[test]
    fn a_doubtful_name_is_nobodys() {
        let routes = routes(&["~/a=/a", "acme/*=/b", "~/c=/c", "*=/d"]);
        let doubtful = |directory: &str| Asked { doubt: Some("gone".to_owned()), ..asked(directory, "api") };
        assert_eq!(target(&routes, &doubtful("/home/me/a/x")), "/a");
        assert_eq!(target(&routes, &doubtful("/home/me/c")), "unsure");
        assert_eq!(target(&routes, &Asked { doubt: None, ..doubtful("/home/me/c") }), "/c");
        let catching = self::routes(&["~/c=/c", "*=/d"]);
        assert_eq!(target(&catching, &doubtful("/x")), "/d");
    }
}
