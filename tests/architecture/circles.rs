//! No file imports another one that imports it, on whatever way: what stands below can be read, tested and taken out
//! without what stands above it.
//!
//! A name that a `mod.rs` only passes on counts as a name of the file that defines it. Methods are not paths and count
//! for nothing: a type's methods may be spread over files as long as these files name each other in one direction.

use std::collections::{BTreeMap, BTreeSet};

/// The path of a module: `ops`, `run`.
type Module = Vec<String>;

/// What one file says.
#[derive(Default)]
struct File {
    path: String,
    defined: BTreeSet<String>,
    /// Paths that it imports, and the names that they have here.
    imported: Vec<(Module, String)>,
    /// The same that others can import from here.
    passed_on: Vec<(Module, String)>,
    /// Paths in the code itself.
    used: BTreeSet<Module>,
    /// All words of the code itself: a name that is passed on may be used here, too.
    words: BTreeSet<String>,
}

/// The words and signs of a text. Strings are left out.
fn tokens(code: &str) -> Vec<String> {
    let mut chars = code.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(char) = chars.next() {
        let is_word = |char: &char| char.is_alphanumeric() || *char == '_';
        if is_word(&char) {
            let mut word = String::from(char);
            while let Some(next) = chars.next_if(is_word) {
                word.push(next);
            }
            tokens.push(word);
        } else if char == '"' {
            while let Some(next) = chars.next() {
                match next {
                    '\\' => drop(chars.next()),
                    '"' => break,
                    _ => {}
                }
            }
        } else if char == '\'' {
            // A character, not a lifetime.
            let mut ahead = chars.clone();
            match (ahead.next(), ahead.next()) {
                (Some('\\'), _) => drop(chars.by_ref().skip(1).find(|char| *char == '\'')),
                (Some(_), Some('\'')) => drop(chars.by_ref().nth(1)),
                _ => {}
            }
        } else if char == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".to_owned());
        } else if !char.is_whitespace() {
            tokens.push(char.to_string());
        }
    }
    tokens
}

/// Reads the tree of a `use`, up to its `;`: each path with the name that it has here.
fn tree(tokens: &mut std::slice::Iter<'_, String>, before: &[String], found: &mut Vec<(Module, String)>) {
    let mut path = before.to_vec();
    let mut name = None;
    let mut done = false;
    loop {
        let token = tokens.next().map_or(";", String::as_str);
        match token {
            "::" => {}
            "{" => {
                tree(tokens, &path, found);
                done = true;
            }
            "as" => name = tokens.next().cloned(),
            "," | "}" | ";" => {
                if !done && path.len() > before.len() {
                    if path.last().is_some_and(|last| last == "self") {
                        path.pop();
                    }
                    let last = path.last().cloned().unwrap_or_default();
                    found.push((path, name.take().unwrap_or(last)));
                }
                if token != "," {
                    return;
                }
                path = before.to_vec();
                done = false;
            }
            word => path.push(word.to_owned()),
        }
    }
}

impl File {
    fn read(path: &str, code: &str) -> Self {
        let mut file = File { path: path.to_owned(), ..File::default() };
        let tokens = tokens(code);
        let (mut depth, mut iter, mut is_public) = (0, tokens.iter(), false);
        let mut in_visibility = false;
        while let Some(token) = iter.next() {
            if token == "mod" {
                // A module may be called as what it passes on.
                iter.next();
                continue;
            }
            file.words.insert(token.clone());
            let next = |iter: &std::slice::Iter<'_, String>| iter.as_slice().first().cloned().unwrap_or_default();
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                "pub" => {
                    is_public = true;
                    in_visibility = next(&iter) == "(";
                    continue;
                }
                ")" if in_visibility => {
                    in_visibility = false;
                    continue;
                }
                _ if in_visibility => continue,
                "use" => {
                    let found = if is_public { &mut file.passed_on } else { &mut file.imported };
                    tree(&mut iter, &[], found);
                }
                "fn" | "struct" | "enum" | "trait" | "const" | "static" | "type" | "union" if depth == 0 => {
                    let name = next(&iter);
                    if name != "fn" {
                        file.defined.insert(name);
                    }
                }
                word if next(&iter) == "::" && word.starts_with(|c: char| c.is_alphabetic()) => {
                    let mut path = vec![word.to_owned()];
                    while next(&iter) == "::" {
                        iter.next();
                        path.push(next(&iter));
                        if path.last().is_some_and(|last| last.starts_with(char::is_alphabetic)) {
                            iter.next();
                        }
                    }
                    file.used.insert(path);
                }
                _ => {}
            }
            is_public = false;
        }
        file
    }
}

/// The files of a crate, by module.
struct Files(BTreeMap<Module, File>);

impl Files {
    /// Returns the file in which what a path names is defined, if it is one of these.
    fn find(&self, from: &[String], path: &[String], depth: usize) -> Option<Module> {
        let first = path.first()?;
        let (mut module, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (from.to_vec(), &path[1..]),
            "super" => (from[..from.len().checked_sub(1)?].to_vec(), &path[1..]),
            _ if self.0.contains_key(&[from, std::slice::from_ref(first)].concat()) => (from.to_vec(), path),
            _ => return None,
        };
        // A last word that is a module's name can be a function's, too.
        while let [word, more @ ..] = rest
            && !more.is_empty()
        {
            if word == "super" {
                module.pop();
            } else {
                let inner = [module.as_slice(), std::slice::from_ref(word)].concat();
                if !self.0.contains_key(&inner) {
                    break;
                }
                module = inner;
            }
            rest = more;
        }
        let (name, file) = (rest.first()?, self.0.get(&module)?);
        if name == "*" || file.defined.contains(name) {
            return Some(module);
        }
        let names = file.passed_on.iter().chain(&file.imported);
        let passed_on = names.filter(|(_, here)| here == name || here == "*").map(|(path, here)| match here.as_str() {
            "*" => [&path[..path.len() - 1], std::slice::from_ref(name)].concat(),
            _ => path.clone(),
        });
        let mut passed_on = passed_on.collect::<Vec<_>>().into_iter();
        if depth > 8 { None } else { passed_on.find_map(|path| self.find(&module, &path, depth + 1)) }
    }

    /// Returns the other files that a file names things of.
    fn below(&self, module: &Module) -> BTreeSet<Module> {
        let file = &self.0[module];
        let whole = |path: &Module| {
            let local = file.imported.iter().find(|(_, here)| *here == path[0]);
            local.map_or_else(|| path.clone(), |(start, _)| [start.as_slice(), &path[1..]].concat())
        };
        let here = file.passed_on.iter().filter(|(_, here)| file.words.contains(here));
        let paths = file.imported.iter().chain(here).map(|(path, _)| path.clone()).chain(file.used.iter().map(whole));
        paths.filter_map(|path| self.find(module, &path, 0)).filter(|found| found != module).collect()
    }

    /// Returns each circle as the files on the shortest way round, for the first file that is on one.
    fn circles(&self) -> Vec<Vec<String>> {
        let below: BTreeMap<&Module, BTreeSet<Module>> =
            self.0.keys().map(|module| (module, self.below(module))).collect();
        let mut circles: Vec<Vec<String>> = Vec::new();
        for start in self.0.keys() {
            let mut came: BTreeMap<Module, Module> = BTreeMap::new();
            let mut queue = std::collections::VecDeque::from([start.clone()]);
            while let Some(module) = queue.pop_front() {
                for next in &below[&module] {
                    if !came.contains_key(next) {
                        came.insert(next.clone(), module.clone());
                        queue.push_back(next.clone());
                    }
                }
            }
            let Some(mut at) = came.get(start) else { continue };
            let mut way = vec![self.0[start].path.clone()];
            while at != start {
                way.push(self.0[at].path.clone());
                at = &came[at];
            }
            way.reverse();
            if !circles.iter().any(|other| way.iter().all(|path| other.contains(path))) {
                circles.push(way);
            }
        }
        circles
    }
}

/// Returns the circles of imports among files, each with its path below `src`.
fn circles(sources: &[(String, String)]) -> Vec<Vec<String>> {
    let module = |path: &str| {
        let mut module: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        module
    };
    let files = sources.iter().map(|(path, code)| (module(path), File::read(path, code)));
    Files(files.collect()).circles()
}

fn made_up(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    circles(&files.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect::<Vec<_>>())
}

#[test]
fn circles_are_found() {
    let house = [("lib.rs", "pub mod a;"), ("a/mod.rs", "mod b; mod c; pub use b::{B, b}; pub use c::C;")];
    let with = |b: &str, c: &str| {
        let mut files = house.to_vec();
        files.extend([("a/b.rs", b), ("a/c.rs", c)]);
        made_up(&files)
    };
    let b = "pub struct B; pub fn b() {}";
    assert_eq!(with(b, "use super::B; pub struct C(B);"), Vec::<Vec<String>>::new());
    assert_eq!(with(b, "pub struct C; impl C { fn b(self) { self.c() } }"), Vec::<Vec<String>>::new());
    for (b, c) in [
        // By imports, through what `mod.rs` passes on, and in the code itself.
        ("use super::c::C; pub struct B(C);", "use super::b::B; pub struct C(B);"),
        ("use super::C; pub struct B;", "use super::{B as Other}; pub struct C(Other);"),
        ("use crate::a::{self, C}; pub struct B(C); pub fn b() {}", "pub struct C; fn c() { super::b::b() }"),
        ("pub struct B; pub fn b() -> super::C { '\"' }", "use crate::a; pub struct C; fn c() { a::b(\"x\") }"),
    ] {
        assert_eq!(with(b, c), [["a/c.rs", "a/b.rs"]], "{b} {c}");
    }
    let code = [("lib.rs", "pub mod a;"), ("a/mod.rs", "mod b; pub struct A; fn a() { b::b() }")];
    let files = [code[0], code[1], ("a/b.rs", "use super::A; pub fn b() {}")];
    assert_eq!(made_up(&files), [["a/b.rs", "a/mod.rs"]], "a `mod.rs` with code of its own is a file like others");
    let code = [("lib.rs", "pub mod a;"), ("a/mod.rs", "mod b; pub use b::B; pub struct A(B);")];
    let files = [code[0], code[1], ("a/b.rs", "use super::A; pub struct B;")];
    assert_eq!(made_up(&files), [["a/b.rs", "a/mod.rs"]], "what it passes on it can use itself");
}

#[test]
fn no_file_imports_one_that_imports_it() {
    let source = super::root().join("src");
    let files: Vec<(String, String)> = super::rust_files("src")
        .into_iter()
        .filter(|(path, _)| !path.ends_with("main.rs") && !path.ends_with("tests.rs"))
        .map(|(path, text)| {
            let name = path.strip_prefix(&source).expect("below src").to_string_lossy().into_owned();
            (name, super::plain_code(&path, &text))
        })
        .collect();
    let found = circles(&files);
    assert!(found.is_empty(), "{}", found.iter().map(|way| way.join(" → ")).collect::<Vec<_>>().join("\n"));
}
