//! Parameters as a query or a form carries them: `Tags.0.Key=stage&Tags.0.Value=test`.
//!
//! A list has a member for each place (`Name.0`, `Name.1`), an object one for each of its members (`Name.Field`); every
//! value is text. The rules are those of the pages "Signature" and "Request structure" of API 3.0, and of what the clients
//! send.

use crate::dialect::decode::{Json, LONGEST_LIST};
use crate::engine::fault::{Fault, FormFlaw, Malformed, Parameter, Why};
use percent_encoding::percent_decode;
use std::borrow::Cow;

/// The most levels of lists and objects that a name may have. No operation has more than three.
const DEEPEST: usize = 16;

/// Decoded names and values, in the order in which they were sent. No name is there twice.
pub struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Fields<'a> {
    /// Reads `name=value&…`, each percent-encoded, with `+` for a space.
    pub fn read(text: &'a [u8]) -> Result<Fields<'a>, Fault> {
        let mut fields = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let Some(divider) = pair.iter().position(|byte| *byte == b'=') else {
                return Err(malformed(FormFlaw::NoDivider));
            };
            let (name, value) = pair.split_at(divider);
            fields.push((decoded(name)?, decoded(value.get(1..).unwrap_or_default())?));
        }
        Fields::of(fields)
    }

    /// Takes decoded names and values. A name that is there twice could be read as one value where it is verified and as
    /// another where it is used.
    pub fn of(fields: Vec<(Cow<'a, str>, Cow<'a, str>)>) -> Result<Fields<'a>, Fault> {
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(repeated(pair.first().copied().unwrap_or_default())),
            None => Ok(Fields(fields)),
        }
    }

    /// Returns the value of a name; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        if value.is_empty() { None } else { Some(value) }
    }

    /// Returns names and values, in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Returns the parameters as an object, without those that `is_common` names.
    pub fn object(&self, is_common: fn(&str) -> bool) -> Result<Json, Fault> {
        let mut leaves: Vec<(Vec<&str>, &str)> = Vec::new();
        for (name, value) in self.iter().filter(|(name, _)| !is_common(name)) {
            let path: Vec<&str> = name.splitn(DEEPEST + 1, '.').collect();
            if path.len() > DEEPEST || path.iter().any(|segment| segment.is_empty()) {
                return Err(unknown(name));
            }
            leaves.push((path, value));
        }
        // Neighbours then share what they begin with, so that one pass builds the tree.
        leaves.sort_by(|(one, _), (other, _)| one.cmp(other));
        object(&leaves, 0)
    }
}

/// Builds the object of the leaves that have their first `depth` segments in common.
fn object(leaves: &[(Vec<&str>, &str)], depth: usize) -> Result<Json, Fault> {
    let segment = |(path, _): &(Vec<&str>, &str)| path.get(depth).copied().unwrap_or_default().to_owned();
    let mut members = Vec::new();
    for under in leaves.chunk_by(|one, other| segment(one) == segment(other)) {
        let Some(first) = under.first() else { continue };
        members.push((segment(first), member(under, depth + 1)?));
    }
    Ok(list(members))
}

/// Builds the value of the leaves that have their first `depth` segments in common, and nothing else of that name.
fn member(under: &[(Vec<&str>, &str)], depth: usize) -> Result<Json, Fault> {
    match under {
        [(path, value)] if path.len() == depth => Ok(Json::Text((*value).to_owned())),
        _ => match under.iter().find(|(path, _)| path.len() == depth) {
            // `Name=…` beside `Name.0=…`.
            Some((path, _)) => Err(repeated(&path.join("."))),
            None => object(under, depth),
        },
    }
}

/// Returns a list when the members are numbered from 0, or from 1 as older clients do, without a gap.
fn list(members: Vec<(String, Json)>) -> Json {
    let number = |name: &str| name.parse::<usize>().ok().filter(|number| number.to_string() == name);
    let mut places: Vec<(usize, usize)> =
        members.iter().enumerate().filter_map(|(at, (name, _))| Some((number(name)?, at))).collect();
    places.sort_unstable();
    let first = places.first().map_or(2, |(number, _)| *number);
    let is_list = places.len() == members.len()
        && first < 2
        && places.iter().enumerate().all(|(place, (number, _))| *number == place + first);
    if !is_list {
        return Json::Object(members);
    }
    if members.len() > LONGEST_LIST {
        return Json::LongList;
    }
    let mut values: Vec<Option<Json>> = members.into_iter().map(|(_, value)| Some(value)).collect();
    Json::List(places.into_iter().filter_map(|(_, at)| values.get_mut(at)?.take()).collect())
}

fn decoded(text: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let unreadable = |_| malformed(FormFlaw::Unreadable);
    let text = if text.contains(&b'+') {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        Cow::Owned(percent_decode(&spaced).decode_utf8().map_err(unreadable)?.into_owned())
    } else {
        percent_decode(text).decode_utf8().map_err(unreadable)?
    };
    if text.contains('\0') { Err(malformed(FormFlaw::Unreadable)) } else { Ok(text) }
}

fn malformed(flaw: FormFlaw) -> Fault {
    Fault::Malformed(Malformed::Form(flaw))
}

fn repeated(name: &str) -> Fault {
    malformed(FormFlaw::Repeated(name.chars().take(128).collect()))
}

fn unknown(name: &str) -> Fault {
    Fault::Parameter(Parameter { path: name.chars().take(128).collect(), why: Why::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = Fields::read(text.as_bytes()).and_then(|fields| fields.object(|name| name == "Action"));
        let shown = read.map_or_else(|fault| format!("{fault:?}"), |json| serde_json::to_string(&json).unwrap());
        assert!(shown.contains(expected), "{text}: {shown}");
    }

    #[test]
    fn lists_and_objects_are_built_from_their_names() {
        check("", "{}");
        check("Action=A&RoleName=a%2Bb+c%2bd", r#"{"RoleName":"a+b c+d"}"#);
        check("A.0=x&A.1=y", r#"{"A":["x","y"]}"#);
        check("A.1=x&A.2=y", r#"{"A":["x","y"]}"#);
        check(
            "Tags.1.Value=d&Tags.0.Key=a&Tags.1.Key=c&Tags.0.Value=b",
            r#"{"Tags":[{"Key":"a","Value":"b"},{"Key":"c","Value":"d"}]}"#,
        );
        let many: Vec<String> = (0..12).map(|place| format!("A.{place}={place}")).collect();
        check(&many.join("&"), r#"{"A":["0","1","2","3","4","5","6","7","8","9","10","11"]}"#);
        check("A.B.C=", r#"{"A":{"B":{"C":""}}}"#);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        check("A=1&A=2", "Repeated");
        check("A=1&%41=2", "Repeated");
        check("A=1&A.0=2", "Repeated");
        check("A", "NoDivider");
        check("A=%ff", "Unreadable");
        check("A=%00", "Unreadable");
        check("A..B=1", "Unknown");
        check(&format!("A{}=1", ".a".repeat(20)), "Unknown");
        // Not a list: a gap, or a number written in another way.
        check("A.0=x&A.2=y", r#"{"A":{"0":"x","2":"y"}}"#);
        check("A.0=x&A.01=y", r#"{"A":{"0":"x","01":"y"}}"#);
    }

    #[test]
    fn a_long_list_is_not_stored() {
        let many: Vec<String> = (0..=LONGEST_LIST).map(|place| format!("A.{place}=")).collect();
        let object = Fields::read(many.join("&").as_bytes()).unwrap().object(|_| false).unwrap();
        assert_eq!(object.get("A"), Some(&Json::LongList));
    }
}
