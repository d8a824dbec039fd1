//! The macro that makes a registry: one line for every operation.
//!
//! A line names the request type, the function, how it runs, the documented requests per second, and the permission that
//! it needs:
//!
//! ```text
//! "cam" {
//!     roles::CreateRole => create, Write(reads), 2, operation(creates);
//!     roles::GetRole => get, Read, 20, operation;
//! }
//! ```
//!
//! | word | the function takes |
//! | --- | --- |
//! | `Read` | a [`Cx`](crate::engine::cx::Cx) and the input |
//! | `Write` | a [`Write`](crate::engine::cx::Write) and the input |
//! | `Write(f)` | a `Write` and the result of `f`, which runs before the transaction with a `Cx` and the input |
//! | `Open` | a `Cx` and the input; it also returns a row to commit before the answer |
//!
//! The permission is `free`, `operation`, `operation(f)`, `resource(f)` or `unsigned(f)`. For a resource, `f` returns it with
//! its condition keys; for an operation as a whole, only the condition keys; for an unsigned operation, the account that
//! it acts in. In a cloud that finds operations by method and path, both stand before the type:
//! `"GET" "/v1/role/{name}" roles::GetRole => …`.

/// Defines the registry of a dialect as a static called `ALL`.
#[macro_export]
macro_rules! operations {
    (@permission $name:ident free) => { $crate::dialect::contract::Permission::Free };
    (@permission $name:ident operation $($function:ident)?) => { $crate::dialect::contract::Permission::Operation };
    (@permission $name:ident resource $function:ident) => { $crate::dialect::contract::Permission::Resource };
    (@permission $name:ident unsigned $function:ident) => { $crate::dialect::contract::Permission::Unsigned };
    (@permission $name:ident $word:ident $($function:ident)?) => {
        compile_error!(concat!(
            stringify!($name), ": the permission `", stringify!($word $(($function))?),
            "` is none of free, operation, operation(f), resource(f), unsigned(f)"
        ))
    };
    (@asks $module:ident operation $function:ident) => {
        Some(|cx, input| Box::pin($module::$function(cx, input)))
    };
    (@asks $module:ident resource $function:ident) => {
        Some(|cx, input| Box::pin($module::$function(cx, input)))
    };
    (@asks $module:ident $word:ident $($function:ident)?) => { None };
    (@finds $module:ident unsigned $function:ident) => {
        Some(|engine, head, input| Box::pin($module::$function(engine, head, input)))
    };
    (@finds $module:ident $word:ident $($function:ident)?) => { None };
    (@mode $name:ident Read) => { $crate::dialect::contract::Mode::Read };
    (@mode $name:ident Write $($ready:ident)?) => { $crate::dialect::contract::Mode::Write };
    (@mode $name:ident Open) => { $crate::dialect::contract::Mode::Open };
    (@mode $name:ident $word:ident $($ready:ident)?) => {
        compile_error!(concat!(
            stringify!($name), ": `", stringify!($word $(($ready))?), "` is none of Read, Write, Write(f), Open"
        ))
    };
    (@path) => { None };
    (@path $method:literal $path:literal) => { Some(($method, $path)) };
    (@run Read $module:ident $function:ident) => {
        |cx, input| {
            Box::pin(async move {
                let reply = $module::$function(&cx, input).await?;
                Ok($crate::dialect::contract::Step::Done($crate::dialect::contract::answer(&reply)?))
            })
        }
    };
    (@run Write $module:ident $function:ident) => {
        |_, input| {
            Box::pin(async move {
                Ok($crate::dialect::contract::Step::write(input, |write, input| {
                    Box::pin(async move { $crate::dialect::contract::answer(&$module::$function(write, input).await?) })
                }))
            })
        }
    };
    (@run Write $module:ident $function:ident $ready:ident) => {
        |cx, input| {
            Box::pin(async move {
                let ready = $module::$ready(&cx, input).await?;
                Ok($crate::dialect::contract::Step::write(ready, |write, ready| {
                    Box::pin(async move { $crate::dialect::contract::answer(&$module::$function(write, ready).await?) })
                }))
            })
        }
    };
    (@run Open $module:ident $function:ident) => {
        |cx, input| {
            Box::pin(async move {
                let opened = $module::$function(&cx, input).await?;
                let reply = $crate::dialect::contract::answer(&opened.reply)?;
                Ok($crate::dialect::contract::Step::Open($crate::engine::cx::Opened { reply, row: opened.row }))
            })
        }
    };
    // What `@mode` reports.
    (@run $($other:ident)+) => { |_, _| unreachable!() };
    ($($service:literal { $($($method:literal $path:literal)? $module:ident::$name:ident =>
        $function:ident, $mode:ident $(($ready:ident))?, $rate:literal, $permission:ident $(($asks:ident))?;)* })*) => {
        /// Every operation.
        pub static ALL: &[$crate::dialect::contract::Op] = &[$($($crate::dialect::contract::Op {
            service: $service,
            action: stringify!($name),
            permission_name: concat!($service, ":", stringify!($name)),
            path: $crate::operations!(@path $($method $path)?),
            rate: $rate,
            permission: $crate::operations!(@permission $name $permission $($asks)?),
            mode: $crate::operations!(@mode $name $mode $($ready)?),
            decode: |value| {
                $crate::dialect::contract::Typed::<$module::$name>::decode(
                    value,
                    $crate::dialect::contract::Functions {
                        finds: $crate::operations!(@finds $module $permission $($asks)?),
                        asks: $crate::operations!(@asks $module $permission $($asks)?),
                        run: $crate::operations!(@run $mode $module $function $($ready)?),
                    },
                )
            },
        },)*)*];
    };
}
