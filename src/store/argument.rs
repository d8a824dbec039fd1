//! The arguments of statements.

use std::sync::Arc;

/// One argument of a statement.
#[derive(Clone, Debug)]
pub enum Argument {
    /// `TEXT`.
    Text(Arc<str>),
    /// `BIGINT`.
    Int(i64),
    /// `BOOLEAN`.
    Bool(bool),
}

macro_rules! argument_from {
    ($($source:ty => |$it:ident| $value:expr;)*) => {
        $(impl From<$source> for Argument {
            fn from($it: $source) -> Argument {
                $value
            }
        })*
    };
}

argument_from! {
    String => |it| Argument::Text(it.into());
    &String => |it| Argument::Text(it.as_str().into());
    &str => |it| Argument::Text(it.into());
    Arc<str> => |it| Argument::Text(it);
    i64 => |it| Argument::Int(it);
    bool => |it| Argument::Bool(it);
}

/// Builds the arguments of a statement, in the order of `$1…$n`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Argument::from($value)),*] };
}
