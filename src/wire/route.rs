//! Which request a path means.

use percent_encoding::percent_decode_str;

use super::operation::{OPERATIONS, Operation};

/// What a path can mean.
#[derive(Debug)]
pub struct Found {
    /// What can be asked there, with what stands in the places of names; what names the path best comes first.
    all: Vec<(&'static Operation, Vec<String>)>,
}

impl Found {
    /// Finds what can be asked at a path. `/api/v1` is another name of `/api`, and some paths need neither.
    pub fn at(path: &str) -> Self {
        let rest = path.strip_prefix("/api/v1/").map(|rest| format!("/api/{rest}"));
        let given: Vec<&str> = rest.as_deref().unwrap_or(path).split('/').skip(1).collect();
        let mut all: Vec<(&Operation, Vec<String>)> = OPERATIONS
            .iter()
            .filter_map(|operation| {
                let pattern: Vec<&str> = operation.path.split('/').skip(1).collect();
                let bare = operation.is_bare().then(|| matched(&pattern[1..], &given)).flatten();
                Some((operation, matched(&pattern, &given).or(bare)?))
            })
            .collect();
        let literal = |path: &str| path.split('/').filter(|part| !part.starts_with('{')).count();
        all.sort_by_key(|(operation, _)| std::cmp::Reverse(literal(operation.path)));
        Found { all }
    }

    /// Returns whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns what is asked there by a method.
    pub fn by(&self, method: &str) -> Option<(&'static Operation, &[String])> {
        let found = self.all.iter().find(|(operation, _)| operation.method == method);
        found.map(|(operation, names)| (*operation, names.as_slice()))
    }

    /// Returns all that is asked there, for each method the one that answers it first.
    pub fn all(&self) -> impl Iterator<Item = &'static Operation> + '_ {
        self.all.iter().map(|(operation, _)| *operation)
    }

    /// Returns the methods that are known there, as `Allow` names them.
    pub fn allow(&self) -> String {
        let mut methods = vec!["OPTIONS"];
        for (operation, _) in &self.all {
            methods.push(operation.method);
            if operation.method == "GET" {
                methods.push("HEAD");
            }
        }
        methods.sort_unstable();
        methods.dedup();
        methods.join(", ")
    }
}

/// Returns what stands in the places of names, when the parts of a path fit a pattern.
fn matched(pattern: &[&str], given: &[&str]) -> Option<Vec<String>> {
    let Some((first, rest)) = pattern.split_first() else { return given.is_empty().then(Vec::new) };
    let decoded =
        |parts: &[&str]| percent_decode_str(&parts.join("/")).decode_utf8().ok().map(|text| text.into_owned());
    if !first.starts_with('{') {
        return (given.first() == Some(first)).then(|| matched(rest, &given[1..])).flatten();
    }
    let most = if *first == "{project}" { given.len() } else { 1 };
    (1..=most.min(given.len())).find_map(|count| {
        let (name, left) = given.split_at(count);
        let mut found = vec![decoded(name).filter(|name| !name.is_empty())?];
        found.extend(matched(rest, left)?);
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Op;

    fn found(method: &str, path: &str) -> Option<(Op, Vec<String>)> {
        let found = Found::at(path);
        found.by(method).map(|(operation, names)| (operation.op, names.to_vec()))
    }

    #[test]
    fn paths_and_what_they_mean() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (method, path, op, given) in [
            ("GET", "/api/todos", Op::Todos, vec![]),
            ("GET", "/todos", Op::Todos, vec![]),
            ("GET", "/api/v1/todos", Op::Todos, vec![]),
            ("POST", "/api/v1/todos/sync", Op::Sync, vec![]),
            ("POST", "/todos/sync", Op::Sync, vec![]),
            ("GET", "/api/todos/sync", Op::Project, vec!["sync"]),
            ("GET", "/api/todos/acme/api", Op::Project, vec!["acme/api"]),
            ("GET", "/api/todos/acme%2Fapi", Op::Project, vec!["acme/api"]),
            ("PUT", "/api/todos/acme/api/sync", Op::ProjectSync, vec!["acme/api"]),
            ("PUT", "/api/todos/acme%2Fapi/sync", Op::ProjectSync, vec!["acme/api"]),
            ("GET", "/api/todos/acme/sync", Op::Project, vec!["acme/sync"]),
            ("GET", "/api/todos/since/5", Op::Since, vec!["5"]),
            ("POST", "/api/todo/0a/done", Op::Act, vec!["0a", "done"]),
            ("GET", "/session/a%2Fb/guidance", Op::Guidance, vec!["a/b"]),
            ("POST", "/orchestrate/acme/api", Op::Orchestrate, vec!["acme/api"]),
        ] {
            assert_eq!(found(method, path), Some((op, names(&given))), "{method} {path}");
        }
        for path in ["/", "/api", "/api/nothing", "/api/todos/", "/conflicts", "/api/todo/a/b/c", "/api/todos/%ff"] {
            assert!(Found::at(path).is_empty(), "{path}");
        }
        assert_eq!(Found::at("/api/todos/x").allow(), "DELETE, GET, HEAD, OPTIONS, POST");
        assert_eq!(Found::at("/api/status").allow(), "GET, HEAD, OPTIONS");
    }

    #[test]
    fn no_request_stands_in_the_table_twice() {
        let mut all: Vec<_> = OPERATIONS.iter().map(|one| (one.method, one.path)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
