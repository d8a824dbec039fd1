//! Finds which file imports which, from the `use` declarations and the paths in the code.

use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// A path below the crate, segment by segment.
type Path = Vec<String>;

/// The imports of the program's files.
pub struct Imports {
    edges: BTreeMap<String, BTreeSet<String>>,
}

/// The modules with their files, and what they re-export.
struct Modules {
    files: BTreeMap<Path, String>,
    reexports: BTreeMap<Path, Path>,
}

impl Imports {
    pub fn of(sources: &[Source]) -> Imports {
        let files = sources
            .iter()
            .filter(|source| source.path != "main.rs")
            .map(|source| (module(source), source.path.clone()))
            .collect();
        let mut modules = Modules { files, reexports: BTreeMap::new() };
        for source in sources {
            let here = module(source);
            for (is_public, path) in modules.uses(source, &here) {
                if is_public && let Some(name) = path.last() {
                    modules.reexports.insert([here.clone(), vec![name.clone()]].concat(), path);
                }
            }
        }
        let edges = sources.iter().map(|source| (source.path.clone(), modules.imported(source))).collect();
        Imports { edges }
    }

    /// Every pair of a file and one that it imports.
    pub fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.edges.iter().flat_map(|(file, imported)| imported.iter().map(|other| (file.as_str(), other.as_str())))
    }

    /// The sets of files that import each other, directly or through others.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.edges.keys().map(|file| (file.as_str(), self.reached(file))).collect();
        let mut circles: Vec<Vec<&str>> = Vec::new();
        for (file, others) in &reached {
            let with: Vec<&str> = others.iter().copied().filter(|other| reached[other].contains(file)).collect();
            if !with.is_empty() && !circles.contains(&with) {
                circles.push(with);
            }
        }
        circles
    }

    fn reached<'s>(&'s self, from: &'s str) -> BTreeSet<&'s str> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(next) = waiting.pop() {
            waiting.extend(self.edges[next].iter().map(String::as_str).filter(|file| reached.insert(*file)));
        }
        reached
    }
}

impl Modules {
    /// The files that define what a source names.
    fn imported(&self, source: &Source) -> BTreeSet<String> {
        let here = module(source);
        let mut paths: Vec<Path> = Vec::new();
        // The names by which this file uses modules, with their paths.
        let mut names: Vec<(String, Path)> = declared(&source.code)
            .into_iter()
            .map(|child| (child.clone(), [here.clone(), vec![child]].concat()))
            .collect();
        for (_, path) in self.uses(source, &here) {
            match self.files.contains_key(&path) {
                true => names.push((path.last().unwrap().clone(), path)),
                false => paths.push(path),
            }
        }
        let code = without_uses(&source.code);
        for (name, path) in names {
            paths.extend(used(&code, &name).into_iter().map(|rest| [path.clone(), rest].concat()));
        }
        for (start, depth) in [("crate", None), ("super", Some(1)), ("super::super", Some(2)), ("self", Some(0))] {
            let prefix = depth.map_or(Vec::new(), |depth| here[..here.len().saturating_sub(depth)].to_vec());
            paths.extend(used(&code, start).into_iter().map(|rest| [prefix.clone(), rest].concat()));
        }
        let found = paths.iter().filter_map(|path| self.file(path, 0));
        found.filter(|file| *file != source.path).collect()
    }

    /// The file that defines what a path names.
    fn file(&self, path: &[String], hops: usize) -> Option<String> {
        assert!(hops < 9, "{path:?} is re-exported in a circle");
        let depth = (0..=path.len()).rev().find(|depth| self.files.contains_key(&path[..*depth]))?;
        match path.get(..=depth).and_then(|name| self.reexports.get(name)) {
            Some(there) => self.file(&[there.clone(), path[depth + 1..].to_vec()].concat(), hops + 1),
            None if depth == 0 => None,
            None => Some(self.files[&path[..depth]].clone()),
        }
    }

    /// The paths that a source's `use` declarations import, each with whether it is re-exported.
    fn uses(&self, source: &Source, here: &[String]) -> Vec<(bool, Path)> {
        let mut found = Vec::new();
        for (visibility, tree) in declarations(&source.code) {
            let mut leaves = Vec::new();
            leaves_of(tree, &[], &mut leaves);
            for mut path in leaves {
                if path.last().is_some_and(|last| last == "self") {
                    path.pop();
                }
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                let whole = match path[0].as_str() {
                    "crate" => path[1..].to_vec(),
                    "self" => [here.to_vec(), path[1..].to_vec()].concat(),
                    "super" => [here[..here.len().saturating_sub(ups)].to_vec(), path[ups..].to_vec()].concat(),
                    child if self.files.contains_key(&[here.to_vec(), vec![child.to_owned()]].concat()) => {
                        [here.to_vec(), path].concat()
                    }
                    _ => continue,
                };
                found.push((!visibility.is_empty(), whole));
            }
        }
        found
    }
}

fn module(source: &Source) -> Path {
    let mut parts: Path = source.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// The modules that a file declares.
fn declared(code: &str) -> Vec<String> {
    let name = |line: &str| {
        let line = line.trim();
        let (before, after) = line.split_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then_some(after.strip_suffix(';')?.to_owned())
    };
    code.lines().filter_map(name).collect()
}

/// Each `use` declaration: its visibility, and its tree.
fn declarations(code: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let visibility = code[line..at].trim();
        if visibility.is_empty() || visibility.starts_with("pub") {
            let end = code[at..].find(';').map_or(code.len(), |end| at + end);
            found.push((visibility, &code[at + 4..end]));
        }
    }
    found
}

fn without_uses(code: &str) -> String {
    let mut rest = code.to_owned();
    for (_, tree) in declarations(code) {
        rest = rest.replacen(&format!("use {tree};"), "", 1);
    }
    rest
}

/// The paths of a tree such as `a::{b, c::d as e}`.
fn leaves_of(tree: &str, prefix: &[String], found: &mut Vec<Path>) {
    let tree = tree.trim();
    let (path, group) = match tree.split_once('{') {
        Some((path, group)) => (path, group.rsplit_once('}').map(|(inner, _)| inner)),
        None => (tree, None),
    };
    let path = path.split(" as ").next().unwrap();
    let segments = path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned);
    let whole: Path = prefix.iter().cloned().chain(segments).collect();
    let Some(group) = group else {
        if !whole.is_empty() {
            found.push(whole);
        }
        return;
    };
    let mut depth = 0;
    for part in group.split(|letter: char| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    }) {
        leaves_of(part, &whole, found);
    }
}

/// What follows a name where it begins a path: `a::b` in `name::a::b`.
fn used(code: &str, name: &str) -> Vec<Path> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '$' | '.');
    let start = format!("{name}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        // `pub(in crate::a)` is a visibility, not a use.
        if code[..at].ends_with(is_part) || code[..at].ends_with("in ") {
            continue;
        }
        let rest = &code[at + start.len()..];
        let end =
            rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ':')).unwrap_or(rest.len());
        let path: Path = rest[..end].split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        if path.first().is_some_and(|first| first != "super") {
            found.push(path);
        }
    }
    found
}

#[test]
fn circles_of_every_kind_are_found() {
    let source = |path: &str, code: &str| Source {
        path: path.to_owned(),
        whole: String::new(),
        code: code.to_owned(),
        texts: Vec::new(),
    };
    let circles = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(path, code)| source(path, code)).collect();
        Imports::of(&sources).circles().iter().map(|files| files.join(" ")).collect::<Vec<_>>()
    };
    let none: &[&str] = &[];
    // Of two files; of three, one by a path in the code; through a `mod.rs` that defines something.
    assert_eq!(circles(&[("a.rs", "use crate::b::B;"), ("b.rs", "use crate::a::A;")]), ["a.rs b.rs"]);
    let three = [("a.rs", "use crate::b::B;"), ("b.rs", "use crate::c::C;"), ("c.rs", "fn f() { crate::a::A }")];
    assert_eq!(circles(&three), ["a.rs b.rs c.rs"]);
    let child = [("d/mod.rs", "mod e;\npub struct D;\nfn f() { e::f() }"), ("d/e.rs", "use super::D;")];
    assert_eq!(circles(&child), ["d/e.rs d/mod.rs"]);
    // A `mod.rs` that only lists and re-exports is never part of a circle, even if its files form one.
    let listed = [("d/mod.rs", "mod e;\nmod g;\npub use e::E;"), ("d/e.rs", "x"), ("d/g.rs", "use super::E;")];
    assert_eq!(circles(&listed), none);
    let listed = [
        ("d/mod.rs", "pub mod e;\npub mod g;\npub use e::E;"),
        ("d/e.rs", "use super::g::{self, G}; g::h()"),
        ("d/g.rs", "use super::E;"),
    ];
    assert_eq!(circles(&listed), ["d/e.rs d/g.rs"]);
    assert_eq!(circles(&[("a.rs", "pub(in crate::b) fn f() {}"), ("b.rs", "use crate::a::{self, f as g};")]), none);
}
