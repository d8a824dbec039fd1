//! Types of this program as columns of rows: ids are texts, times are numbers.

use super::tx::Argument;
use crate::env::Time;

/// Lets a type be read from a column of another type, on either database.
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
