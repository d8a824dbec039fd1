//! The life cycle of each noun of CAM and STS, in calls with their full replies: one file per noun.
//!
//! [`reply!`] compares the whole reply of a successful call with a snapshot, in which every random id and key is
//! replaced by the name of its field: `<RoleId 1>` is the first role id that the test met, wherever it occurs. Of a
//! refusal only the code is checked; other tests check the messages.

use crate::support::ROOT;
use serde_json::Value;
use std::cell::RefCell;

/// Compares a value with its snapshot, which is the same for every database.
macro_rules! shown {
    ($ids:expr, $value:expr, @$shown:literal) => {
        insta::allow_duplicates! { insta::assert_snapshot!($ids.shown($value), @$shown) }
    };
}

/// Compares the reply of a successful call with its snapshot, and returns it.
macro_rules! reply {
    ($ids:expr, $call:expr, @$shown:literal) => {{
        let reply = $call.await.ok();
        shown!($ids, &reply, @$shown);
        reply
    }};
}

mod attachments;
mod boundaries;
mod extensions;
mod groups;
mod keys;
mod policies;
mod providers;
mod roles;
mod service_linked;
mod sts;
mod tag;
mod users;
mod versions;

/// The fields with random ids and keys.
const DRAWN: &[&str] = &[
    "RoleId",
    "Uin",
    "Uid",
    "GroupId",
    "PolicyId",
    "StrategyId",
    "SecretId",
    "SecretKey",
    "AccessKeyId",
    "SecretAccessKey",
    "TmpSecretId",
    "TmpSecretKey",
    "Token",
    "DeletionTaskId",
];

/// The same parameters with others in addition.
fn with(mut params: Value, more: Value) -> Value {
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// The width of a snapshot.
const WIDTH: usize = 100;

/// Names for the ids and keys that a test has met, in the order in which it met them.
#[derive(Default)]
struct Ids(RefCell<Vec<(String, String)>>);

impl Ids {
    /// The reply with names in place of ids and keys, broken where it is too long for one line. A text that contains
    /// quotation marks, such as a document, is shown unescaped between backticks.
    fn shown(&self, reply: &Value) -> String {
        self.meet(reply);
        self.broken(reply, 0)
    }

    /// Gives names to the random ids and keys in a reply.
    fn meet(&self, reply: &Value) {
        match reply {
            Value::Object(members) => {
                for (field, value) in members {
                    let id = value.to_string().trim_matches('"').to_owned();
                    // The ids of presets and of the test's own account are not random.
                    if DRAWN.contains(&field.as_str()) && id.len() >= 8 && id != ROOT {
                        self.name(field, id);
                    }
                    self.meet(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.meet(item)),
            _ => {}
        }
    }

    fn name(&self, field: &str, id: String) {
        let mut met = self.0.borrow_mut();
        if met.iter().all(|(known, _)| *known != id) {
            let number = met.iter().filter(|(_, name)| name.starts_with(&format!("<{field} "))).count() + 1;
            met.push((id, format!("<{field} {number}>")));
        }
    }

    fn on_one_line(&self, value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{name:?}: {}", self.on_one_line(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
            Value::Array(items) => {
                format!("[{}]", items.iter().map(|item| self.on_one_line(item)).collect::<Vec<_>>().join(", "))
            }
            leaf => {
                let shown = match leaf.as_str() {
                    Some(text) if text.contains('"') => format!("`{text}`"),
                    _ => leaf.to_string(),
                };
                self.0.borrow().iter().fold(shown, |shown, (id, name)| shown.replace(id, name))
            }
        }
    }

    /// A value on as many lines as it needs. The first line begins after `indent` columns.
    fn broken(&self, value: &Value, indent: usize) -> String {
        let line = self.on_one_line(value);
        let (open, close, parts): (char, char, Vec<String>) = match value {
            Value::Object(members) if indent + line.len() > WIDTH => {
                let part = |(name, value): (&String, &Value)| format!("{name:?}: {}", self.broken(value, indent + 2));
                ('{', '}', members.iter().map(part).collect())
            }
            Value::Array(items) if indent + line.len() > WIDTH => {
                ('[', ']', items.iter().map(|item| self.broken(item, indent + 2)).collect())
            }
            _ => return line,
        };
        let (inner, outer) = (" ".repeat(indent + 2), " ".repeat(indent));
        format!("{open}\n{}{outer}{close}", filled(&parts, &inner))
    }
}

/// Puts as many parts on each line as fit; a part that needs several lines gets its own.
fn filled(parts: &[String], indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.len() + part.len() + 2 <= WIDTH && !line.contains('\n') && !part.contains('\n') => {
                *line += &format!(", {part}");
            }
            _ => lines.push(format!("{indent}{part}")),
        }
    }
    lines.join(",\n") + "\n"
}
