//! Macros for the types of parameters: each type checks its own form when it is decoded.
//!
//! A dialect lists its types, a line each, with the sentence that a refusal gives:
//!
//! ```text
//! texts! {
//!     /// The name of a role.
//!     RoleName(text) if (1..=64).contains(&text.len()), "1 to 64 bytes";
//! }
//! numbers! {
//!     /// The number of a page, from 1.
//!     Page(page in 1..=1000), "1 to 1000";
//!     /// A truth value that is sent as 0 or 1.
//!     Flag(number in 0..=1) -> bool = number == 1, "0 or 1";
//! }
//! words! {
//!     /// Whether a key may sign.
//!     KeyStatus -> bool { "Active" => true, "Inactive" => false }
//! }
//! ```

/// Makes types of text that passes a check.
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($text:ident) if $check:expr, $rule:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, ::serde::Deserialize)]
            #[serde(try_from = "String")]
            pub struct $name(String);

            impl TryFrom<String> for $name {
                type Error = &'static str;

                fn try_from($text: String) -> Result<$name, &'static str> {
                    if $check { Ok($name($text)) } else { Err($rule) }
                }
            }

            impl ::std::ops::Deref for $name {
                type Target = str;

                fn deref(&self) -> &str {
                    &self.0
                }
            }
        )*
    };
}

/// Makes types of integer within a range; with `-> type = value`, the type holds that value instead of the integer.
#[macro_export]
macro_rules! numbers {
    (@type) => { i64 };
    (@type $type:ty) => { $type };
    (@value $number:ident) => { $number };
    (@value $number:ident $value:expr) => { $value };
    ($($(#[$doc:meta])* $name:ident($number:ident in $range:expr) $(-> $type:ty = $value:expr)?, $rule:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, ::serde::Deserialize)]
            #[serde(try_from = "i64")]
            pub struct $name(pub $crate::numbers!(@type $($type)?));

            impl TryFrom<i64> for $name {
                type Error = &'static str;

                fn try_from($number: i64) -> Result<$name, &'static str> {
                    if !($range).contains(&$number) {
                        return Err($rule);
                    }
                    Ok($name($crate::numbers!(@value $number $($value)?)))
                }
            }
        )*
    };
}

/// Makes types that are sent as one of some words, each standing for a value.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident -> $type:ty { $($word:literal => $value:expr),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, ::serde::Deserialize)]
            #[serde(try_from = "String")]
            pub struct $name(pub $type);

            impl TryFrom<String> for $name {
                type Error = String;

                fn try_from(text: String) -> Result<$name, String> {
                    match text.as_str() {
                        $($word => Ok($name($value)),)*
                        _ => Err($crate::dialect::forms::one_of(&[$($word),*])),
                    }
                }
            }
        )*
    };
}

/// Lists words in backticks: "`All`, `User` or `Role`".
pub fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::decode::{Json, decode};

    texts! {
        Name(text) if (1..=4).contains(&text.len()), "1 to 4 bytes";
    }

    numbers! {
        Page(page in 1..=1000), "1 to 1000";
        Flag(number in 0..=1) -> bool = number == 1, "0 or 1";
    }

    words! {
        Status -> bool { "Active" => true, "Inactive" => false }
        Only -> () { "Only" => () }
        Scope -> u8 { "All" => 0, "Own" => 1, "Preset" => 2 }
    }

    fn check<T: serde::de::DeserializeOwned>(json: &str, shown: fn(T) -> String, expected: &str) {
        let read = decode::<T>(&Json::read(json.as_bytes()).unwrap());
        let outcome = read.map_or_else(|fault| format!("{fault:?}"), shown);
        assert!(outcome.contains(expected), "{json}: {outcome}");
    }

    #[test]
    fn a_type_holds_what_it_stands_for_and_refuses_the_rest_with_its_rule() {
        check::<Name>(r#""a""#, |name| name.to_string(), "a");
        check::<Name>(r#""""#, |name| name.to_string(), r#"Illegal("1 to 4 bytes")"#);
        check::<Name>("1", |name| name.to_string(), r#"Type("string")"#);
        check::<Page>(r#""7""#, |form| format!("{:?}", form.0), "7");
        check::<Page>("0", |form| format!("{:?}", form.0), r#"Illegal("1 to 1000")"#);
        check::<Flag>("1", |form| format!("{:?}", form.0), "true");
        check::<Flag>("2", |form| format!("{:?}", form.0), r#"Illegal("0 or 1")"#);
        check::<Status>(r#""Inactive""#, |form| format!("{:?}", form.0), "false");
        check::<Status>(r#""active""#, |form| format!("{:?}", form.0), r#"Illegal("`Active` or `Inactive`")"#);
        check::<Only>(r#""""#, |form| format!("{:?}", form.0), r#"Illegal("`Only`")"#);
        check::<Scope>(r#""Preset""#, |form| format!("{:?}", form.0), "2");
        check::<Scope>("null", |form| format!("{:?}", form.0), r#"Type("string")"#);
        check::<Scope>(r#""""#, |form| format!("{:?}", form.0), r#"Illegal("`All`, `Own` or `Preset`")"#);
    }
}
