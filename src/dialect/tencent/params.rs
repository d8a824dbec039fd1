//! The types of Tencent's parameters, and what several operations make of them.
//!
//! The forms are those of the parameter tables of the documentation of CAM 2019-01-16, STS 2018-08-13 and TAG 2018-08-13.
//! In an optional parameter an empty text counts as absent ([`crate::dialect::decode`]), and so does the id 0 ([`given`]).

use super::cloud::LONGEST_ROLE_SESSION;
use crate::dialect::decode::{List, Text};
use crate::engine::fault::Fault;
use crate::engine::ids::{PolicyId, RoleId, RoleRef};
use crate::engine::page::Window;
use crate::engine::policies::PolicyRef;
use crate::policy::grammar::tencent::LONGEST_TEXT;
use crate::{numbers, texts};
use serde::{Deserialize, Deserializer, de};

fn is_name(text: &str, longest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_word(text: &str, range: std::ops::RangeInclusive<usize>, more: &str) -> bool {
    range.contains(&text.chars().count())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || more.contains(letter))
}

texts! {
    RoleName(text) if is_name(&text, 128), "1 to 128 letters, digits or +=,.@_-";
    PolicyName(text) if is_name(&text, 128), "1 to 128 letters, digits or +=,.@_-";
    UserName(text) if is_name(&text, 64), "1 to 64 letters, digits or +=,.@_-";
    GroupName(text) if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control),
        "1 to 64 characters, no control characters";
    /// A description of a role or policy.
    Description(text) if text.len() <= 300, "at most 300 bytes";
    KeyDescription(text) if text.is_empty() || is_word(&text, 1..=1024, "+=,.@:/-"), "1 to 1024 letters, digits or _+=,.@:/-";
    SessionName(text) if is_word(&text, 2..=128, "+=,.@-"), "2 to 128 letters, digits or _+=,.@-";
    /// The name of a federation session. The documentation allows letters only; the COS clients send `cos-sts-python`.
    FederationName(text) if is_word(&text, 1..=128, "+=,.@-"), "1 to 128 letters, digits or _+=,.@-";
    /// The word that a third party must know to assume a role (`sts:external_id`).
    ExternalId(text) if is_word(&text, 2..=128, "+=,.@:/-"), "2 to 128 letters, digits or _+=,.@:/-";
    /// The name of something that should exist already; no name is longer, and any other form simply finds nothing.
    Name(text) if text.len() <= 128, "at most 128 bytes";
    /// A remark about a user or group. The limit is ours: the documentation gives none.
    Remark(text) if text.len() <= 1024, "at most 1024 bytes";
    /// A telephone number, a country code, an address or a code of a second factor. The limit is ours.
    Contact(text) if text.len() <= 256, "at most 256 bytes";
    /// The name of a receiver of messages.
    MemberName(text) if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control),
        "1 to 64 characters, no control characters";
    /// Where the next page of a list begins, as the answer with the page before said.
    Marker(text) if text.len() <= 256, "at most 256 bytes";
    /// The characters whose kinds a password must contain.
    MustContain(text) if text.chars().count() <= 32 && text.chars().all(|letter| letter.is_ascii_graphic()),
        "at most 32 characters";
    /// A resource, a region or an account of a resource.
    ResourceWord(text) if (1..=128).contains(&text.len()), "1 to 128 bytes";
    /// A password; whether it keeps the password rules is checked by the operation.
    Password(text) if text.len() <= 128, "at most 128 bytes";
    /// A resource name. The limit is ours.
    Arn(text) if text.len() <= 1024, "at most 1024 bytes";
    /// The key of a tag. A role's has at most 127 characters (the documentation of TAG), a session's 128 (AssumeRole's).
    TagKey(text) if (1..=128).contains(&text.chars().count()), "1 to 128 characters";
    /// The value of a tag: a role's has at most 255 characters, a session's 256.
    TagValue(text) if text.chars().count() <= 256, "at most 256 characters";
    /// A text that the listed names must contain.
    Keyword(text) if text.chars().count() <= 256, "at most 256 characters";
}

numbers! {
    /// A truth value that is sent as 0 or 1.
    Flag(number in 0..=1) -> bool = number == 1, "0 or 1";
    /// The longest session of a role, in seconds.
    SessionDuration(seconds in 0..=LONGEST_ROLE_SESSION), "0 to 43200 seconds";
    /// The number of a page, from 1.
    Page(page in 1..=1_000_000), "1 to 1000000";
    /// The number of rows before a page.
    Offset(rows in 0..=1_000_000), "0 to 1000000";
    /// Rows per page of a list with an offset.
    Limit(rows in 1..=200), "1 to 200";
    /// Rows per page of a list with markers.
    MaxItems(rows in 1..=100), "1 to 100";
    /// The least number of characters of a password; 0 for the default.
    PasswordLength(length in 0..=32), "0 to 32";
    /// After how many days a password must be changed; 0 for never.
    PasswordDays(days in 0..=365), "0 to 365";
    /// A number of passwords or attempts.
    PasswordTimes(times in 0..=100), "0 to 100";
    /// Whether a password that is too old can no longer be used: 1 for yes, 2 for no.
    PasswordFlag(number in 1..=2) -> bool = number == 1, "1 or 2";
    /// Rows per page.
    Rp(rows in 1..=200), "1 to 200";
    /// Rows per page of ListGroupsForUser.
    WideRp(rows in 1..=1000), "1 to 1000";
}

/// An id of decimal digits. It may be sent as text or as a number, and may exceed 2^53.
#[derive(Clone, Debug)]
pub struct Id(String);

impl Id {
    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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

/// Returns an optional id. No id is 0: clients send it for one that was not set.
pub fn given(id: &Option<Id>) -> Option<&Id> {
    id.as_ref().filter(|id| id.as_str() != "0")
}

/// Returns the part of a list that a page is; without numbers, the first 20 rows.
pub fn paging(page: Option<Page>, rows: Option<Rp>) -> Window {
    let rows = rows.map_or(20, |rows| rows.0);
    let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    Window { offset: number(page.map_or(0, |page| (page.0 - 1) * rows)), limit: number(rows) }
}

/// Returns the part of a list that an offset and a limit give; without numbers, the first 20 rows.
pub fn window(offset: Option<Offset>, limit: Option<Limit>) -> Window {
    let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    Window { offset: number(offset.map_or(0, |offset| offset.0)), limit: number(limit.map_or(20, |limit| limit.0)) }
}

/// The text of a policy. How much of it counts towards the documented limit is checked with the document.
pub type DocumentText = Text<LONGEST_TEXT>;

/// Tags: at most 50, for a role (ours) as for a session (AssumeRole's documentation).
pub type Tags = List<Tag, 50>;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tag {
    pub key: TagKey,
    pub value: TagValue,
}

/// Checks the tags of a role or policy.
pub fn tags(tags: &Tags) -> Result<Vec<(String, String)>, Fault> {
    check_tags("Tags", ("Key", "Value"), pairs(tags))
}

/// Checks the tags of a session: keys of 1 to 128 characters, values of at most 256 (AssumeRole's documentation).
pub fn session_tags(tags: &Tags) -> Result<Vec<(String, String)>, Fault> {
    tags_of("Tags", ("Key", "Value"), (128, 256), pairs(tags))
}

/// Checks the tags in a list of this name, in whose items key and value have these names: keys of 1 to 127 characters,
/// values of at most 255 (the documentation of TAG).
pub fn check_tags<'t>(
    list: &str,
    names: (&str, &str),
    tags: impl Iterator<Item = (&'t str, &'t str)>,
) -> Result<Vec<(String, String)>, Fault> {
    tags_of(list, names, (127, 255), tags)
}

fn pairs(tags: &Tags) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (&*tag.key, &*tag.value))
}

fn tags_of<'t>(
    list: &str,
    (key_name, value_name): (&str, &str),
    (key_length, value_length): (usize, usize),
    tags: impl Iterator<Item = (&'t str, &'t str)>,
) -> Result<Vec<(String, String)>, Fault> {
    let mut checked: Vec<(String, String)> = Vec::new();
    for (place, (key, value)) in tags.enumerate() {
        if key.chars().count() > key_length {
            return Err(Fault::illegal(&format!("{list}.{place}.{key_name}"), format!("1 to {key_length} characters")));
        }
        if value.chars().count() > value_length {
            let rule = format!("at most {value_length} characters");
            return Err(Fault::illegal(&format!("{list}.{place}.{value_name}"), rule));
        }
        if checked.iter().any(|(earlier, _)| earlier == key) {
            return Err(Fault::illegal(
                &format!("{list}.{place}"),
                format!("a key of its own; `{key}` is given twice"),
            ));
        }
        checked.push((key.to_owned(), value.to_owned()));
    }
    Ok(checked)
}

/// Returns the role with this id or name; the id counts when both are given.
pub fn role_ref(id: &Option<Id>, name: Option<&Name>, names: &'static [&'static str]) -> Result<RoleRef, Fault> {
    match (given(id), name) {
        (Some(id), _) => Ok(RoleRef::Id(RoleId::from(id.as_str()))),
        (None, Some(name)) => Ok(RoleRef::Name(name.to_string())),
        _ => Err(Fault::none_of(names)),
    }
}

/// Returns the policy with this id or name; the id counts when both are given.
pub fn policy_ref(id: &Option<Id>, name: Option<&str>) -> Result<PolicyRef, Fault> {
    match (given(id), name) {
        (Some(id), _) => Ok(policy_by_id(id)),
        (None, Some(name)) => Ok(PolicyRef::Name(name.to_owned())),
        _ => Err(Fault::none_of(&["PolicyId", "PolicyName"])),
    }
}

pub fn policy_by_id(id: &Id) -> PolicyRef {
    PolicyRef::Id(PolicyId::from(id.as_str()))
}
