//! The source files of the program, with their string literals separated from the code.

use crate::support::files_below;
use std::path::Path;

/// A file of the program without its unit tests.
pub struct Source {
    /// The path below `src`.
    pub path: String,
    /// The whole text.
    pub whole: String,
    /// The code without comments and unit tests, and with empty string literals.
    pub code: String,
    /// The string literals, with their lines.
    pub texts: Vec<(usize, String)>,
}

impl Source {
    pub fn is_in(&self, directories: &[&str]) -> bool {
        directories.iter().any(|directory| self.path.starts_with(directory))
    }

    /// The cloud that it is for, if it is in a folder of `dialect` or of `policy/grammar`. The files beside those folders
    /// are for all clouds.
    pub fn cloud(&self) -> Option<&str> {
        ["dialect/", "policy/grammar/"]
            .iter()
            .find_map(|folder| Some(self.path.strip_prefix(folder)?.split_once('/')?.0))
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn sources() -> Vec<Source> {
    let src = root().join("src");
    files_below(&src)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| !name.contains("/tests/") && !name.ends_with("/tests.rs"))
        .map(|(name, path)| {
            let whole = std::fs::read_to_string(path).unwrap();
            let (code, texts) = read(&without_tests(&whole));
            Source { path: name, whole, code, texts }
        })
        .collect()
}

/// Cuts off the unit tests, which are at the end of a file.
fn without_tests(text: &str) -> String {
    match text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\n#[expect(")) {
        Some(at) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

/// Removes comments, and separates the string literals from the code.
fn read(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let bytes: Vec<char> = text.chars().collect();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let starts = |what: &str| what.chars().zip(rest).filter(|(one, other)| one == *other).count() == what.len();
        if starts("//") {
            while at < bytes.len() && bytes[at] != '\n' {
                at += 1;
            }
        } else if starts("r#\"") || starts("r\"") {
            let hashes = usize::from(rest[1] == '#');
            let end = if hashes == 1 { "\"#" } else { "\"" };
            let body: String = rest[2 + hashes..].iter().collect();
            let content = &body[..body.find(end).unwrap()];
            texts.push((line, content.to_owned()));
            line += content.matches('\n').count();
            code.push_str("\"\"");
            at += 2 + hashes + content.chars().count() + end.len();
        } else if rest[0] == '"' {
            let (mut content, start) = (String::new(), line);
            at += 1;
            while bytes[at] != '"' {
                if bytes[at] == '\\' {
                    at += 1;
                    if bytes[at] == '\n' {
                        // A line continuation: the white space that follows is not part of the literal.
                        while bytes[at].is_whitespace() {
                            line += usize::from(bytes[at] == '\n');
                            at += 1;
                        }
                        continue;
                    }
                    content.push(if bytes[at] == 'n' { '\n' } else { bytes[at] });
                } else {
                    line += usize::from(bytes[at] == '\n');
                    content.push(bytes[at]);
                }
                at += 1;
            }
            texts.push((start, content));
            code.push_str("\"\"");
            at += 1;
        } else if rest[0] == '\'' && (rest.get(2) == Some(&'\'') || rest.get(1) == Some(&'\\')) {
            let end = rest.iter().skip(2).position(|letter| *letter == '\'').unwrap() + 3;
            code.push_str("' '");
            at += end;
        } else {
            line += usize::from(rest[0] == '\n');
            code.push(rest[0]);
            at += 1;
        }
    }
    (code, texts)
}

/// Whether the code contains this whole word.
pub fn has_word(code: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(word)
        .any(|(at, _)| !is_part(code[..at].chars().next_back()) && !is_part(code[at + word.len()..].chars().next()))
}
