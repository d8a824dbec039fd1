//! One stub: as it is written, and with its templates parsed.

use super::template::{ResourceTemplate, ResponseTemplate, Template};
use crate::dialect::tencent::cloud::CLOUD;
use crate::policy::ContextValue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stub as it is stored and shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStub {
    /// The service, such as `cvm`.
    pub service: String,
    /// Its version, such as `2017-03-12`.
    pub version: String,
    /// The action.
    pub action: String,
    /// The resource's name as a template. Without one, it is everything of the service in the request's region. `*` says
    /// that the action has no single resources.
    #[serde(default)]
    pub resource: Option<String>,
    /// The response's members. Every text in them is a template.
    #[serde(default = "empty_object")]
    pub response: serde_json::Value,
    /// Condition keys with templates of their values. A tag, such as one of `qcs:resource_tag`, is written `key&value`.
    #[serde(default)]
    pub context: BTreeMap<String, Templates>,
}

/// The values of a condition key: one template or a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Templates {
    /// The only value.
    One(String),
    /// Each value.
    Several(Vec<String>),
}

impl Templates {
    fn each(&self) -> &[String] {
        match self {
            Templates::One(template) => std::slice::from_ref(template),
            Templates::Several(templates) => templates,
        }
    }
}

/// Quotes a text of any length for a message.
fn quoted(text: &str) -> String {
    format!("`{}`", text.chars().take(64).flat_map(char::escape_debug).collect::<String>())
}

fn empty_object() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

/// A stub that is ready to serve requests: its templates are parsed.
#[derive(Debug)]
pub struct Stub {
    /// As it was written.
    pub written: WrittenStub,
    /// The resource that its action works on; `None` if it has no single resources.
    pub resource: Option<ResourceTemplate>,
    /// The response.
    pub response: ResponseTemplate,
    /// Condition keys with their values.
    pub context: Vec<(String, Vec<ConditionTemplate>)>,
}

/// The template of a condition key's value.
///
/// A tag is split in its template, not in the rendered text, so that no field of a request can move the split.
#[derive(Debug)]
pub enum ConditionTemplate {
    /// One text.
    Whole(Template),
    /// A tag's key and value.
    Tag(Template, Template),
}

impl ConditionTemplate {
    fn read(key: &str, text: &str) -> Result<ConditionTemplate, String> {
        Ok(match (CLOUD.language.notation.read_value)(key, text) {
            ContextValue::Pair(name, value) => ConditionTemplate::Tag(Template::read(&name)?, Template::read(&value)?),
            ContextValue::Text(whole) => ConditionTemplate::Whole(Template::read(&whole)?),
        })
    }
}

impl Stub {
    /// Parses every template. The error names the one that is wrong.
    pub fn read(written: WrittenStub) -> Result<Stub, String> {
        let is = |text: &str, letter: fn(u8) -> bool| (1..=64).contains(&text.len()) && text.bytes().all(letter);
        let WrittenStub { service, version, action, response, .. } = &written;
        if !is(service, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_') {
            return Err(format!(
                "the service {} is not one: it has lower-case letters, digits, - or _",
                quoted(service)
            ));
        }
        if !is(version, |byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(format!("the version {} is not one: write it like 2017-03-12", quoted(version)));
        }
        // Clients put the first letter in upper case.
        if !is(action, |byte| byte.is_ascii_alphanumeric())
            || !action.starts_with(|letter: char| letter.is_ascii_uppercase())
        {
            return Err(format!("the action {} is not one: write it like `DescribeInstances`", quoted(action)));
        }
        if response.get("RequestId").is_some() {
            return Err("the response has a member `RequestId`, which the server adds itself; leave it out".to_owned());
        }
        let resource = match written.resource.as_deref() {
            Some("*") => None,
            Some(text) => Some(ResourceTemplate::read(text)?),
            None => Some(ResourceTemplate::everything(&written.service)),
        };
        let context = written.context.iter().map(|(key, templates)| {
            let templates = templates.each().iter().map(|text| ConditionTemplate::read(key, text));
            Ok((key.clone(), templates.collect::<Result<_, String>>()?))
        });
        let context = context.collect::<Result<_, String>>()?;
        Ok(Stub { resource, response: ResponseTemplate::read(&written.response)?, context, written })
    }

    /// Returns it as it is stored and shown.
    pub fn shown(&self) -> Result<serde_json::Value, String> {
        serde_json::to_value(&self.written).map_err(|_| "the stub cannot be stored as JSON".to_owned())
    }

    /// Returns whether it is the stub of this action.
    pub fn is(&self, service: &str, action: &str) -> bool {
        self.written.service == service && self.written.action == action
    }
}
