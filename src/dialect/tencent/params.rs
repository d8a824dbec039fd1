//! The types of Tencent's parameters: each checks its own form when it is read.
//!
//! Formats are those of the parameter tables of the CAM 2019-01-16 and STS 2018-08-13 documentation.

use crate::dialect::decode::{List, Text};
use crate::engine::fault::{Fault, Parameter, Why};
use crate::engine::ids::{PolicyId, RoleId, RoleRef};
use crate::engine::page::Window;
use crate::engine::policies::PolicyRef;
use crate::policy::grammar::cam::LONGEST_TEXT;
use serde::{Deserialize, Deserializer, Serialize, de};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($text:ident) if $check:expr, $rule:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Deserialize)]
            #[serde(try_from = "String")]
            pub struct $name(String);

            impl TryFrom<String> for $name {
                type Error = &'static str;

                fn try_from($text: String) -> Result<$name, &'static str> {
                    if $check { Ok($name($text)) } else { Err($rule) }
                }
            }

            impl $name {
                /// The text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }
        )*
    };
}

fn is_name(text: &str, longest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_word(text: &str, range: std::ops::RangeInclusive<usize>, more: &str) -> bool {
    range.contains(&text.chars().count())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || more.contains(letter))
}

texts! {
    /// A role's name.
    RoleName(text) if is_name(&text, 128), "1 to 128 letters, digits or +=,.@_-";
    /// A policy's name.
    PolicyName(text) if is_name(&text, 128), "1 to 128 letters, digits or +=,.@_-";
    /// A sub-user's name.
    UserName(text) if is_name(&text, 64), "1 to 64 letters, digits or +=,.@_-";
    /// A description of a role or policy: at most 300 bytes.
    Description(text) if text.len() <= 300, "at most 300 bytes";
    /// A description of a key.
    KeyDescription(text) if text.is_empty() || is_word(&text, 1..=1024, "+=,.@:/-"), "1 to 1024 letters, digits or _+=,.@:/-";
    /// A session's name.
    SessionName(text) if is_word(&text, 2..=128, "+=,.@-"), "2 to 128 letters, digits or _+=,.@-";
    /// A federation session's.
    FederationName(text) if is_word(&text, 1..=128, "+=,.@-"), "1 to 128 letters, digits or _+=,.@-";
    /// What a third party identifies itself by.
    ExternalId(text) if is_word(&text, 2..=128, "+=,.@:/-"), "2 to 128 letters, digits or _+=,.@:/-";
    /// What names a role, a user, a policy, a group or a task that should exist: not longer than any name can be.
    Name(text) if text.len() <= 128, "at most 128 bytes";
    /// What a user or group is for; the documents give no limit, this one is ours.
    Remark(text) if text.len() <= 1024, "at most 1024 bytes";
    /// A telephone number, a country code or an address; the limit is ours.
    Contact(text) if text.len() <= 256, "at most 256 bytes";
    /// A password as it was sent, of any form.
    Password(text) if text.len() <= 128, "at most 128 bytes";
    /// A resource name; the limit is ours.
    Arn(text) if text.len() <= 1024, "at most 1024 bytes";
    /// The key of a tag. A role's has at most 127 characters (the documentation of TAG), a session's 128 (AssumeRole's).
    TagKey(text) if (1..=128).contains(&text.chars().count()), "1 to 128 characters";
    /// The value of a tag: a role's at most 255 characters, a session's 256.
    TagValue(text) if text.chars().count() <= 256, "at most 256 characters";
    /// A search text.
    Keyword(text) if text.chars().count() <= 256, "at most 256 characters";
}

/// A number that arrives as text or as a number, such as an id beyond 2^53.
#[derive(Clone, Debug)]
pub struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

/// Reads an [`Id`]. Not an untagged enum, which would take a missing parameter for a wrong one.
struct IdVisitor;

impl de::Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a decimal number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
        Ok(Id(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Id, E> {
        Err(E::custom("a decimal number"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
        if !text.is_empty() && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Id(text.to_owned()))
        } else {
            Err(E::custom("a decimal number"))
        }
    }
}

impl Id {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A truth value that is sent as 0 or 1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct Flag(pub bool);

impl TryFrom<i64> for Flag {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Flag, &'static str> {
        match number {
            0 => Ok(Flag(false)),
            1 => Ok(Flag(true)),
            _ => Err("0 or 1"),
        }
    }
}

/// The longest session of a role, in seconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct SessionDuration(pub i64);

impl TryFrom<i64> for SessionDuration {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<SessionDuration, &'static str> {
        if (0..=43_200).contains(&seconds) { Ok(SessionDuration(seconds)) } else { Err("0 to 43200 seconds") }
    }
}

/// The number of a page, from 1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct Page(i64);

impl TryFrom<i64> for Page {
    type Error = &'static str;

    fn try_from(page: i64) -> Result<Page, &'static str> {
        if (1..=1_000_000).contains(&page) { Ok(Page(page)) } else { Err("1 to 1000000") }
    }
}

/// Rows a page.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct Rp(i64);

impl TryFrom<i64> for Rp {
    type Error = &'static str;

    fn try_from(rows: i64) -> Result<Rp, &'static str> {
        if (1..=200).contains(&rows) { Ok(Rp(rows)) } else { Err("1 to 200") }
    }
}

/// The part of a list that a page is; 20 rows of the first one unless it says otherwise.
pub fn paging(page: Option<Page>, rows: Option<Rp>) -> Window {
    let rows = rows.map_or(20, |rows| rows.0);
    let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    Window { offset: number(page.map_or(0, |page| (page.0 - 1) * rows)), limit: number(rows) }
}

/// A policy's text, white space included. What counts as its length is the document's business.
pub type DocumentText = Text<LONGEST_TEXT>;

/// Tags: at most 50, for a role (ours) as for a session (AssumeRole's documentation).
pub type Tags = List<Tag, 50>;

/// A tag that a request brings.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    /// Its key.
    pub key: TagKey,
    /// Its value.
    pub value: TagValue,
}

/// A tag as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownTag {
    key: String,
    value: String,
}

/// Tags as the engine takes them. Keys have 1 to 127 characters, values at most 255 (the documentation of TAG).
pub fn tags(tags: &Tags) -> Result<Vec<(String, String)>, Fault> {
    tags_of(tags, 127, 255)
}

/// The tags of a session: keys of 1 to 128 characters, values of at most 256, no key twice (AssumeRole's documentation).
pub fn session_tags(tags: &Tags) -> Result<Vec<(String, String)>, Fault> {
    tags_of(tags, 128, 256)
}

fn tags_of(tags: &Tags, key_length: usize, value_length: usize) -> Result<Vec<(String, String)>, Fault> {
    for (place, tag) in tags.iter().enumerate() {
        let (key, value) = (tag.key.as_str(), tag.value.as_str());
        if key.chars().count() > key_length {
            return Err(Fault::illegal(&format!("Tags.{place}.Key"), format!("1 to {key_length} characters")));
        }
        if value.chars().count() > value_length {
            return Err(Fault::illegal(&format!("Tags.{place}.Value"), format!("at most {value_length} characters")));
        }
        if tags.iter().take(place).any(|earlier| earlier.key.as_str() == key) {
            return Err(Fault::illegal(&format!("Tags.{place}"), format!("a key of its own; `{key}` is given twice")));
        }
    }
    Ok(tags.iter().map(|tag| (tag.key.as_str().to_owned(), tag.value.as_str().to_owned())).collect())
}

/// Tags as they are shown.
pub fn shown_tags(tags: &[(String, String)]) -> Vec<ShownTag> {
    tags.iter().map(|(key, value)| ShownTag { key: key.clone(), value: value.clone() }).collect()
}

/// A role by id or name; the id counts when both are given.
pub fn role_ref(id: Option<&Id>, name: Option<&Name>, names: &'static [&'static str]) -> Result<RoleRef, Fault> {
    match (id, name) {
        (Some(id), _) => Ok(RoleRef::Id(RoleId::from(id.as_str()))),
        (None, Some(name)) if !name.as_str().is_empty() => Ok(RoleRef::Name(name.as_str().to_owned())),
        _ => Err(Fault::none_of(names)),
    }
}

/// A policy by id or name; the id counts when both are given.
pub fn policy_ref(id: Option<&Id>, name: Option<&str>) -> Result<PolicyRef, Fault> {
    match (id, name) {
        (Some(id), _) => Ok(PolicyRef::Id(PolicyId::from(id.as_str()))),
        (None, Some(name)) if !name.is_empty() => Ok(PolicyRef::Name(name.to_owned())),
        _ => Err(Fault::none_of(&["PolicyId", "PolicyName"])),
    }
}

/// A policy by its id alone.
pub fn policy_id(id: &Id) -> PolicyRef {
    PolicyRef::Id(PolicyId::from(id.as_str()))
}

/// A parameter that must be there.
pub fn required<T>(value: Option<T>, name: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::Parameter(Parameter { path: name.to_owned(), why: Why::Missing }))
}
