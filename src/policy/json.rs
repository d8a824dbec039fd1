//! A strict JSON parser that records the place of every value.
//!
//! Policy defects are reported with line and column, and condition values keep the exact text of their numbers; a
//! general-purpose parser loses both. This one follows RFC 8259 to the letter: no comments, no trailing commas, no byte
//! order mark, no lone surrogates. Nesting is limited so that hostile text cannot exhaust the stack. Duplicate names
//! are kept for the caller to report.

use std::borrow::Cow;

/// The deepest nesting that is accepted; a policy document needs six levels.
const MAX_DEPTH: u32 = 32;

/// A range of the text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// One value and its place.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) range: Range,
    pub(super) content: Content<'t>,
}

#[derive(Debug)]
pub(super) enum Content<'t> {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

/// One `name: value` of an object.
#[derive(Debug)]
pub(super) struct Member<'t> {
    pub(super) name: Cow<'t, str>,
    /// The place of the name.
    pub(super) range: Range,
    pub(super) node: Node<'t>,
}

/// What is wrong with the text, and at which byte.
#[derive(Debug)]
pub(super) struct Syntax {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// Parses one JSON value that fills the whole text.
pub(super) fn read(text: &str) -> Result<Node<'_>, Syntax> {
    if u32::try_from(text.len()).is_err() {
        return Err(Syntax { at: 0, what: "the text is longer than 4 GB" });
    }
    let mut reader = Reader { text, at: 0 };
    reader.skip_space();
    let node = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.wrong("there is text after the end of the document")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn slice(&self, from: usize) -> &'t str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn wrong(&self, what: &'static str) -> Syntax {
        Syntax { at: self.at, what }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn range(&self, from: usize) -> Range {
        let narrow = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Range { start: narrow(from), len: narrow(self.at - from) }
    }

    fn value(&mut self, depth: u32) -> Result<Node<'t>, Syntax> {
        if depth >= MAX_DEPTH && matches!(self.peek(), Some(b'{' | b'[')) {
            return Err(self.wrong("the nesting is too deep"));
        }
        let from = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Content::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Content::Bool(true))?,
            Some(b'f') => self.word("false", Content::Bool(false))?,
            Some(b'n') => self.word("null", Content::Null)?,
            None => return Err(self.wrong("the text ends where a value should be")),
            Some(_) => return Err(self.wrong("a value should be here")),
        };
        Ok(Node { range: self.range(from), content: value })
    }

    fn word(&mut self, word: &str, content: Content<'t>) -> Result<Content<'t>, Syntax> {
        if !self.rest().starts_with(word) {
            return Err(self.wrong("a value should be here"));
        }
        self.at += word.len();
        Ok(content)
    }

    fn object(&mut self, depth: u32) -> Result<Content<'t>, Syntax> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Content::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name in double quotes should be here"));
            }
            let from = self.at;
            let name = self.string()?;
            let range = self.range(from);
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.wrong("a colon should be here"));
            }
            self.skip_space();
            let node = self.value(depth + 1)?;
            members.push(Member { name, range, node });
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Content::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.wrong("a comma or a closing brace should be here"));
            }
        }
    }

    fn list(&mut self, depth: u32) -> Result<Content<'t>, Syntax> {
        self.at += 1;
        let mut nodes = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Content::List(nodes));
        }
        loop {
            self.skip_space();
            nodes.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Content::List(nodes));
            }
            if !self.eat(b',') {
                return Err(self.wrong("a comma or a closing bracket should be here"));
            }
        }
    }

    fn number(&mut self) -> Result<Content<'t>, Syntax> {
        let from = self.at;
        self.eat(b'-');
        if !self.eat(b'0') && self.digits() == 0 {
            return Err(self.wrong("a digit should be here"));
        }
        if self.eat(b'.') && self.digits() == 0 {
            return Err(self.wrong("a digit should be here"));
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                return Err(self.wrong("a digit should be here"));
            }
        }
        Ok(Content::Number(self.slice(from)))
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Syntax> {
        self.at += 1;
        let from = self.at;
        let mut plain = from;
        let mut unescaped = String::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    let tail = self.slice(plain);
                    self.at += 1;
                    if plain == from {
                        return Ok(Cow::Borrowed(tail));
                    }
                    unescaped.push_str(tail);
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => {
                    unescaped.push_str(self.slice(plain));
                    unescaped.push(self.escape()?);
                    plain = self.at;
                }
                Some(0x20..) => self.at += 1,
                Some(_) => {
                    return Err(self.wrong("a control character must be escaped inside a string"));
                }
                None => return Err(self.wrong("the text ends inside a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Syntax> {
        self.at += 1;
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.wrong("this escape is not known")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, Syntax> {
        let first = self.hex4()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(self.wrong("the second half of a surrogate pair should be here"));
                }
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.wrong("the second half of a surrogate pair should be here"));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.wrong("half a surrogate pair is no character"))
    }

    fn hex4(&mut self) -> Result<u32, Syntax> {
        let digits = self.text.get(self.at..self.at + 4).filter(|four| four.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|four| u32::from_str_radix(four, 16).ok());
        let code = code.ok_or_else(|| self.wrong("four hexadecimal digits should be here"))?;
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(json: &str) -> Option<String> {
        match read(json).ok()?.content {
            Content::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn escapes() {
        assert_eq!(text(r#""a\/\"\\\b\f\n\r\t\u00e9\ud83d\ude00z""#).unwrap(), "a/\"\\\u{8}\u{c}\n\r\té😀z");
        for wrong in
            [r#""\x""#, r#""\u12""#, r#""\u+123""#, r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\ude00""#, "\"\n\"", r#"""#]
        {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        for number in ["0", "-0", "1.10", "12345678901234567890123", "1E+2", "0.5e-7"] {
            assert!(matches!(read(number).unwrap().content, Content::Number(text) if text == number));
        }
        let edges = r#""\ud800\udc00\udbff\udfff\ud7ff\ue000""#;
        assert_eq!(text(edges).unwrap(), "\u{10000}\u{10ffff}\u{d7ff}\u{e000}");
        for wrong in ["01", "+1", ".5", "1.", "1e", "-", "0x1", "1 2"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(32)).is_ok());
        assert!(read(&nested(33)).is_err());
        let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert!(read(&objects(32)).is_ok());
        assert!(read(&objects(33)).is_err());
        let empty = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&empty(32)).is_ok());
        assert!(read(&empty(33)).is_err());
    }

    /// Checks that serde_json agrees on whether the text is JSON. The text must be too short to reach either limit on
    /// nesting.
    fn agrees(json: &str) -> Result<(), TestCaseError> {
        let expected = serde_json::from_str::<serde_json::Value>(json).is_ok();
        prop_assert_eq!(read(json).is_ok(), expected, "{}", json);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]
        #[test]
        fn the_same_texts_are_json_as_for_another_reader(json in r#"[{}\[\]",:\\u0-9a-ftrlsn.eE+ -]{0,12}"#) {
            agrees(&json)?;
        }

        #[test]
        fn nodes_know_their_place(json in r#"\[("[a-z\\\\n]{0,4}"|[0-9]|\{\}|null)(, ?("é"|[0-9]|true)){0,3}\]"#) {
            if let Ok(Node { content: Content::List(nodes), .. }) = read(&json) {
                for node in nodes {
                    let start = node.range.start as usize;
                    let written = json.get(start..start + node.range.len as usize).unwrap();
                    prop_assert!(read(written).is_ok(), "{}", written);
                }
            }
        }
    }
}
