//! Templates of stubs: text in which `{{…}}` stands for a value of the request.
//!
//! A template is parsed once, when its stub is put, and rendered for every request. Values that the server knows
//! (`{{Region}}`, `{{OwnerUin}}`, `{{Uin}}`) and fields of the request (`{{InstanceIds.0}}`) are different kinds of part, so
//! that no field can pass for a value that the server knows.

use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Parameter, Why};

/// A value that the server knows. A field of the same name cannot replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// `{{Region}}`: the region that the request names.
    Region,
    /// `{{OwnerUin}}`: the account that the caller acts in.
    OwnerUin,
    /// `{{Uin}}`: the caller.
    Uin,
}

impl BuiltIn {
    fn named(name: &str) -> Option<BuiltIn> {
        match name {
            "Region" => Some(BuiltIn::Region),
            "OwnerUin" => Some(BuiltIn::OwnerUin),
            "Uin" => Some(BuiltIn::Uin),
            _ => None,
        }
    }
}

/// A part that does not depend on the request's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fixed {
    Text(String),
    BuiltIn(BuiltIn),
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Fixed(Fixed),
    /// A field of the request, by its path.
    Field(String),
}

/// A text with placeholders.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<Part>,
}

/// The values that templates are rendered with.
pub struct RequestValues<'a> {
    /// `{{Region}}`.
    pub region: &'a str,
    /// `{{OwnerUin}}`.
    pub owner: &'a str,
    /// `{{Uin}}`.
    pub caller: &'a str,
    /// The request's fields.
    pub fields: &'a Json,
}

impl Template {
    /// Parses a template. The error says what is wrong with it.
    pub fn read(text: &str) -> Result<Template, String> {
        let unreadable = || format!("the template `{text}` has braces without a name or an end");
        let mut parts = Vec::new();
        let put_text = |parts: &mut Vec<Part>, text: &str| {
            if !text.is_empty() {
                parts.push(Part::Fixed(Fixed::Text(text.to_owned())));
            }
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            put_text(&mut parts, before);
            let (name, after) = after.split_once("}}").ok_or_else(unreadable)?;
            let name = name.trim();
            if name.is_empty() || name.contains("{{") {
                return Err(unreadable());
            }
            parts.push(match BuiltIn::named(name) {
                Some(known) => Part::Fixed(Fixed::BuiltIn(known)),
                None => Part::Field(name.to_owned()),
            });
            rest = after;
        }
        put_text(&mut parts, rest);
        Ok(Template { parts })
    }

    /// Returns the path of its first field; empty when it has none.
    pub fn first_field(&self) -> &str {
        first_field(&self.parts)
    }

    /// Returns the values of a condition key.
    ///
    /// There is none when a field of the template is missing or `null`. A template that is a single field returns each
    /// item when the field is a list. A field of any type but text, whole number and truth value is refused: a value that
    /// was skipped could be the one that a policy denies.
    pub fn values(&self, names: &RequestValues<'_>) -> Result<Vec<String>, Fault> {
        if let [Part::Field(path)] = self.parts.as_slice()
            && let Some(Json::List(items)) = names.fields.at(path)
        {
            return items.iter().map(|item| scalar(item).ok_or_else(|| no_scalar(path))).collect();
        }
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Fixed(fixed) => value.push_str(names.fixed(fixed)),
                Part::Field(path) => match names.fields.at(path) {
                    None | Some(Json::Null) => return Ok(Vec::new()),
                    Some(field) => value.push_str(&scalar(field).ok_or_else(|| no_scalar(path))?),
                },
            }
        }
        Ok(vec![value])
    }

    /// Returns a member of a response. A template that is a single field keeps the field's type and is `null` without it;
    /// in a longer template a missing field is empty.
    fn member(&self, names: &RequestValues<'_>) -> serde_json::Value {
        if let [Part::Field(path)] = self.parts.as_slice() {
            let field = names.fields.at(path).and_then(|field| serde_json::to_value(field).ok());
            return field.unwrap_or_default();
        }
        let pieces = self.parts.iter().map(|part| match part {
            Part::Fixed(fixed) => names.fixed(fixed).to_owned(),
            Part::Field(path) => names.fields.at(path).and_then(scalar).unwrap_or_default(),
        });
        serde_json::Value::String(pieces.collect())
    }
}

/// The template of a resource name. Fields may only stand in the last segment, so that no value, whatever colons it
/// contains, changes the service, the region or the account.
#[derive(Clone, Debug)]
pub struct ResourceTemplate {
    head: Vec<Fixed>,
    item: Vec<Part>,
}

impl ResourceTemplate {
    /// Parses the template of a resource name. The error says what is wrong with it.
    pub fn read(text: &str) -> Result<ResourceTemplate, String> {
        let mut segments = Template::read(text)?.segments();
        let no_name = || {
            format!(
                "the resource `{text}` is no name; write one like `qcs::cvm:{{{{Region}}}}:uin/{{{{OwnerUin}}}}:instance/{{{{InstanceId}}}}`, or `*` for an action without single resources"
            )
        };
        if segments.len() < SEGMENTS
            || !matches!(segments.first().map(Vec::as_slice), Some([Part::Fixed(Fixed::Text(text))]) if text == "qcs")
        {
            return Err(no_name());
        }
        let item = segments.split_off(SEGMENTS - 1);
        if item.iter().all(Vec::is_empty) {
            return Err(no_name());
        }
        let account = segments.last().map(Vec::as_slice).unwrap_or_default();
        if !is_account(account) {
            return Err(format!(
                "the account of the resource `{text}` is not the caller's; write `uin/{{{{OwnerUin}}}}`, leave it empty, or \
                 name one account by its number"
            ));
        }
        let mut head = Vec::new();
        for segment in segments {
            for part in segment {
                match part {
                    Part::Fixed(fixed) => head.push(fixed),
                    Part::Field(path) => {
                        return Err(format!(
                            "the field `{{{{{path}}}}}` stands before the last segment of the resource `{text}`; \
                             service, region and account cannot come from the request"
                        ));
                    }
                }
            }
            head.push(Fixed::Text(":".to_owned()));
        }
        let mut item = item.into_iter();
        let mut parts = item.next().unwrap_or_default();
        for segment in item {
            parts.push(Part::Fixed(Fixed::Text(":".to_owned())));
            parts.extend(segment);
        }
        Ok(ResourceTemplate { head, item: parts })
    }

    /// Returns the template for every resource of a service in the request's region.
    pub fn everything(service: &str) -> ResourceTemplate {
        let text = |text: &str| Fixed::Text(text.to_owned());
        let head = vec![
            text("qcs::"),
            text(service),
            text(":"),
            Fixed::BuiltIn(BuiltIn::Region),
            text(":uin/"),
            Fixed::BuiltIn(BuiltIn::OwnerUin),
            text(":"),
        ];
        ResourceTemplate { head, item: vec![Part::Fixed(text("*"))] }
    }

    /// Returns the path of its first field; empty when it has none.
    pub fn first_field(&self) -> &str {
        first_field(&self.item)
    }

    /// Returns the resource name for a request. A missing field is an error, because a name with a gap could match a
    /// resource that was not meant.
    pub fn name(&self, names: &RequestValues<'_>) -> Result<String, Fault> {
        let mut name: String = self.head.iter().map(|fixed| names.fixed(fixed)).collect();
        for part in &self.item {
            match part {
                Part::Fixed(fixed) => name.push_str(names.fixed(fixed)),
                Part::Field(path) => match names.fields.at(path) {
                    None | Some(Json::Null) => {
                        return Err(Fault::Parameter(Parameter { path: path.clone(), why: Why::Missing }));
                    }
                    Some(field) => name.push_str(&scalar(field).ok_or_else(|| no_scalar(path))?),
                },
            }
        }
        Ok(name)
    }
}

/// `qcs:<project>:<service>:<region>:<account>:<resource>`.
const SEGMENTS: usize = 6;

/// Returns whether a segment is empty, the caller's own account, or an account written out in the template.
fn is_account(segment: &[Part]) -> bool {
    match segment {
        [] => true,
        [Part::Fixed(Fixed::Text(text))] => text
            .strip_prefix("uin/")
            .or_else(|| text.strip_prefix("uid/"))
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())),
        [Part::Fixed(Fixed::Text(text)), Part::Fixed(Fixed::BuiltIn(BuiltIn::OwnerUin))] => text == "uin/",
        _ => false,
    }
}

impl Template {
    /// Splits the parts at the colons of the template's own text.
    fn segments(self) -> Vec<Vec<Part>> {
        let mut segments = Vec::new();
        let mut segment = Vec::new();
        for part in self.parts {
            let Part::Fixed(Fixed::Text(text)) = part else {
                segment.push(part);
                continue;
            };
            for (place, piece) in text.split(':').enumerate() {
                if place > 0 {
                    segments.push(std::mem::take(&mut segment));
                }
                if !piece.is_empty() {
                    segment.push(Part::Fixed(Fixed::Text(piece.to_owned())));
                }
            }
        }
        segments.push(segment);
        segments
    }
}

/// A response: JSON whose texts are templates.
#[derive(Clone, Debug)]
pub enum ResponseTemplate {
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<ResponseTemplate>),
    /// An object. Its keys are not templates.
    Object(Vec<(String, ResponseTemplate)>),
    /// A number, a truth value or `null`.
    Plain(serde_json::Value),
}

impl ResponseTemplate {
    /// Parses the templates of a response. The error says what is wrong with one of them.
    pub fn read(value: &serde_json::Value) -> Result<ResponseTemplate, String> {
        Ok(match value {
            serde_json::Value::String(text) => ResponseTemplate::Text(Template::read(text)?),
            serde_json::Value::Array(items) => {
                ResponseTemplate::List(items.iter().map(ResponseTemplate::read).collect::<Result<_, _>>()?)
            }
            serde_json::Value::Object(members) => {
                let read = members.iter().map(|(key, value)| Ok((key.clone(), ResponseTemplate::read(value)?)));
                ResponseTemplate::Object(read.collect::<Result<_, String>>()?)
            }
            plain => ResponseTemplate::Plain(plain.clone()),
        })
    }

    /// Renders the response to a request.
    pub fn filled(&self, names: &RequestValues<'_>) -> serde_json::Value {
        match self {
            ResponseTemplate::Text(template) => template.member(names),
            ResponseTemplate::List(items) => {
                serde_json::Value::Array(items.iter().map(|item| item.filled(names)).collect())
            }
            ResponseTemplate::Object(members) => serde_json::Value::Object(
                members.iter().map(|(key, value)| (key.clone(), value.filled(names))).collect(),
            ),
            ResponseTemplate::Plain(value) => value.clone(),
        }
    }
}

impl RequestValues<'_> {
    fn fixed<'n>(&'n self, fixed: &'n Fixed) -> &'n str {
        match fixed {
            Fixed::Text(text) => text,
            Fixed::BuiltIn(BuiltIn::Region) => self.region,
            Fixed::BuiltIn(BuiltIn::OwnerUin) => self.owner,
            Fixed::BuiltIn(BuiltIn::Uin) => self.caller,
        }
    }
}

fn first_field(parts: &[Part]) -> &str {
    let field = parts.iter().find_map(|part| match part {
        Part::Field(path) => Some(path.as_str()),
        Part::Fixed(_) => None,
    });
    field.unwrap_or_default()
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.clone()),
        Json::Int(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Null | Json::Float(_) | Json::List(_) | Json::LongList | Json::Object(_) => None,
    }
}

fn no_scalar(path: &str) -> Fault {
    Fault::illegal(path, "a text, a whole number, or true or false, as this action's stub needs")
}
