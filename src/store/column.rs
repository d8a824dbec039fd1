//! Conversions between this program's types and columns: ids are stored as text, times as numbers.

use super::argument::Argument;
use crate::env::Time;

/// Implements reading a type from a column that is stored as another type, on both databases.
#[macro_export]
macro_rules! column {
    ($name:ty, $stored:ty, $read:expr) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            $stored: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$stored as sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <$stored as sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            $stored: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<$name, sqlx::error::BoxDynError> {
                <$stored as sqlx::Decode<'r, DB>>::decode(value).map($read)
            }
        }
    };
}

crate::column!(Time, i64, Time);

impl From<Time> for Argument {
    fn from(time: Time) -> Argument {
        Argument::Int(time.0)
    }
}
