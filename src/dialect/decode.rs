//! Decodes JSON into typed inputs, with errors that say where and what.
//!
//! There are two steps. [`Json::read`] reads the bytes strictly: one JSON value, no duplicate keys, exact integers beyond
//! 2^53. [`decode`] drives serde's derive over that value with the clouds' tolerances (integers and truth values may be
//! sent as text, an empty text for an optional parameter counts as absent) and turns every failure into a [`Parameter`]
//! with its path. Which error code that becomes is left to the dialect.

use crate::engine::fault::{Fault, Malformed, Parameter, Why};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};
use std::fmt;

/// A JSON value whose objects keep their order and have no duplicate keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// A list of more than [`LONGEST_LIST`] items, which are not stored.
    LongList,
    /// An object.
    Object(Vec<(String, Json)>),
}

/// The most items of a list that is stored while reading. No operation takes as many, and no policy document has room for
/// them.
pub const LONGEST_LIST: usize = 4096;

/// Up to this many members, looking through them finds a repeated key sooner than a set does.
const FEW: usize = 16;

impl Json {
    /// Reads exactly one JSON value. The error names line and column.
    pub fn read(bytes: &[u8]) -> Result<Json, Fault> {
        serde_json::from_slice(bytes).map_err(|error| Fault::Malformed(Malformed::Json(error.to_string())))
    }

    /// Returns the path of a list of more than [`LONGEST_LIST`] items, if there is one. Code that takes any value must
    /// refuse it: a list without its items could be taken for an empty one.
    pub fn long_list(&self) -> Option<String> {
        let under = |segment: &str, value: &Json| {
            let rest = value.long_list()?;
            Some(if rest.is_empty() { segment.to_owned() } else { format!("{segment}.{rest}") })
        };
        match self {
            Json::LongList => Some(String::new()),
            Json::List(items) => items.iter().enumerate().find_map(|(place, item)| under(&place.to_string(), item)),
            Json::Object(members) => members.iter().find_map(|(key, value)| under(key, value)),
            _ => None,
        }
    }

    /// Returns a member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the value at a path such as `InstanceIds.0`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, segment| match value {
            Json::List(items) => items.get(segment.parse::<usize>().ok()?),
            _ => value.get(segment),
        })
    }
}

impl<'de> de::Deserialize<'de> for Json {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(flag) => serializer.serialize_bool(*flag),
            Json::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => serializer.serialize_i64(number),
                (_, Ok(number)) => serializer.serialize_u64(number),
                _ => serializer.serialize_i128(*number),
            },
            Json::Float(number) => serializer.serialize_f64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => serializer.collect_seq(items),
            Json::LongList => Err(serde::ser::Error::custom("a list whose items were not stored")),
            Json::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Int(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Int(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        // PostgreSQL cannot store this character, and these services have no use for it.
        if text.contains('\0') {
            return Err(de::Error::custom("the character U+0000 is not allowed in a text"));
        }
        Ok(Json::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
            if items.len() > LONGEST_LIST {
                while list.next_element::<de::IgnoredAny>()?.is_some() {}
                return Ok(Json::LongList);
            }
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some(key) = object.next_key::<String>()? {
            let is_new = if members.len() < FEW {
                members.iter().all(|(known, _)| *known != key)
            } else {
                if seen.is_empty() {
                    seen.extend(members.iter().map(|(known, _)| known.clone()));
                }
                seen.insert(key.clone())
            };
            if !is_new {
                return Err(de::Error::custom(format_args!("the key `{key}` is given twice")));
            }
            members.push((key, object.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

/// Decodes a value into a type. Every failure is a [`Parameter`] with its path.
pub fn decode<T: DeserializeOwned>(value: &Json) -> Result<T, Fault> {
    T::deserialize(Decoder(value)).map_err(|error| {
        let path: Vec<String> = error.path.into_iter().rev().collect();
        Fault::Parameter(Parameter { path: path.join("."), why: error.why })
    })
}

/// Decodes an optional parameter whose empty text means that something is to be cleared:
/// `#[serde(default, deserialize_with = "even_empty")]`.
pub fn even_empty<'de, D: de::Deserializer<'de>, T: de::Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A failure on its way up, with its path from the innermost segment outwards.
#[derive(Debug)]
struct Failure {
    path: Vec<String>,
    why: Why,
}

impl Failure {
    fn here(why: Why) -> Failure {
        Failure { path: Vec::new(), why }
    }

    fn under(mut self, segment: impl Into<String>) -> Failure {
        self.path.push(segment.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.why)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Failure {
        Failure::here(Why::Illegal(message.to_string()))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Failure {
        Failure::here(Why::Unknown).under(field)
    }

    fn missing_field(field: &'static str) -> Failure {
        Failure::here(Why::Missing).under(field)
    }

    /// [`Text`] and [`List`] call this with the maximum, not with the length that they met.
    fn invalid_length(most: usize, expected: &dyn de::Expected) -> Failure {
        match expected.to_string().as_str() {
            "items" => Failure::here(Why::TooMany(most)),
            _ => Failure::here(Why::TooLong(most)),
        }
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Failure {
        let expected = expected.to_string();
        let kinds = [("sequence", "list"), ("number", "integer")];
        let kind = kinds.iter().find(|(word, _)| expected.contains(word)).map_or("object", |(_, kind)| *kind);
        Failure::here(Why::Type(kind))
    }
}

/// A text of at most `MOST` bytes.
#[derive(Clone, Debug)]
pub struct Text<const MOST: usize>(String);

impl<const MOST: usize> Text<MOST> {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the length of a text.
    pub fn new<E: de::Error>(text: String) -> Result<Text<MOST>, E> {
        if text.len() > MOST { Err(E::invalid_length(MOST, &"bytes")) } else { Ok(Text(text)) }
    }
}

impl<'de, const MOST: usize> de::Deserialize<'de> for Text<MOST> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Text<MOST>, D::Error> {
        Text::new(String::deserialize(deserializer)?)
    }
}

/// A list of at most `MOST` items. A longer one is refused without reading the items beyond.
#[derive(Clone, Debug)]
pub struct List<T, const MOST: usize>(Vec<T>);

impl<T, const MOST: usize> Default for List<T, MOST> {
    fn default() -> List<T, MOST> {
        List(Vec::new())
    }
}

impl<T, const MOST: usize> std::ops::Deref for List<T, MOST> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: de::Deserialize<'de>, const MOST: usize> de::Deserialize<'de> for List<T, MOST> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<List<T, MOST>, D::Error> {
        struct Collect<T, const MOST: usize>(std::marker::PhantomData<T>);

        impl<'de, T: de::Deserialize<'de>, const MOST: usize> Visitor<'de> for Collect<T, MOST> {
            type Value = List<T, MOST>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a sequence")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<List<T, MOST>, A::Error> {
                const { assert!(MOST <= LONGEST_LIST, "a list of this type is not stored while reading") };
                if list.size_hint().is_some_and(|size| size > MOST) {
                    return Err(de::Error::invalid_length(MOST, &"items"));
                }
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    if items.len() == MOST {
                        return Err(de::Error::invalid_length(MOST, &"items"));
                    }
                    items.push(item);
                }
                Ok(List(items))
            }
        }

        deserializer.deserialize_seq(Collect(std::marker::PhantomData))
    }
}

struct Decoder<'a>(&'a Json);

impl Decoder<'_> {
    fn wrong(&self, expected: &'static str) -> Failure {
        Failure::here(Why::Type(expected))
    }

    fn integer(&self) -> Result<i128, Failure> {
        match self.0 {
            Json::Int(number) => Ok(*number),
            // The clouds' own examples send integers as text.
            Json::Text(text) => text.parse().map_err(|_| self.wrong("integer")),
            _ => Err(self.wrong("integer")),
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            let number = <$type>::try_from(self.integer()?)
                .map_err(|_| Failure::here(Why::Illegal("out of range".to_owned())))?;
            visitor.$visit(number)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Decoder<'_> {
    type Error = Failure;

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(flag) => visitor.visit_bool(*flag),
            Json::Int(number) => match (u64::try_from(*number), i64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) => visitor.visit_i64(number),
                _ => visitor.visit_i128(*number),
            },
            Json::Float(number) => visitor.visit_f64(*number),
            Json::Text(text) => visitor.visit_str(text),
            Json::List(_) | Json::LongList => self.deserialize_seq(visitor),
            Json::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Bool(flag) => visitor.visit_bool(*flag),
            Json::Text(text) if text.eq_ignore_ascii_case("true") => visitor.visit_bool(true),
            Json::Text(text) if text.eq_ignore_ascii_case("false") => visitor.visit_bool(false),
            _ => Err(self.wrong("boolean")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Float(number) => visitor.visit_f64(*number),
            Json::Int(number) => visitor.visit_f64(*number as f64),
            _ => Err(self.wrong("number")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Text(text) => visitor.visit_str(text),
            _ => Err(self.wrong("string")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Null => visitor.visit_none(),
            // Clients send an empty text for a parameter that was not set.
            Json::Text(text) if text.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::List(items) => visitor.visit_seq(Items { items: items.iter().enumerate() }),
            Json::LongList => visitor.visit_seq(TooMany),
            _ => Err(self.wrong("list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.0 {
            Json::Object(members) => visitor.visit_map(Members { members: members.iter(), value: None }),
            _ => Err(self.wrong("object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        f32 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
    }
}

struct Items<'a> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Json>>,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Failure;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let Some((place, item)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Decoder(item)).map(Some).map_err(|failure| failure.under(place.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The items of a [`Json::LongList`].
struct TooMany;

impl<'de> de::SeqAccess<'de> for TooMany {
    type Error = Failure;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, _: T) -> Result<Option<T::Value>, Failure> {
        Err(Failure::here(Why::TooMany(LONGEST_LIST)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(usize::MAX)
    }
}

struct Members<'a> {
    members: std::slice::Iter<'a, (String, Json)>,
    value: Option<&'a (String, Json)>,
}

impl<'de> de::MapAccess<'de> for Members<'_> {
    type Error = Failure;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        // A null member counts as absent, whether it is required or not.
        let Some(member) = self.members.by_ref().find(|(_, value)| *value != Json::Null) else { return Ok(None) };
        self.value = Some(member);
        seed.deserialize(member.0.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failure> {
        let Some((key, value)) = self.value.take() else { return Err(Failure::here(Why::Missing)) };
        seed.deserialize(Decoder(value)).map_err(|failure| failure.under(key.as_str()))
    }
}

#[cfg(test)]
mod tests;
