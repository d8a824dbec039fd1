//! Every operation against its published shape: the error codes, the names, types and nullability of the reply's
//! members, and the parameters.

use crate::catalogue::{action, catalogue, type_of};
use crate::support::version;
use crate::support::{assert_same, in_memory, on_each_database, operations};
use crate::world::World;
use camulator::dialect::contract::{Mode, Op};
use camulator::dialect::tencent::documented;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Lists that are empty in the tests' world, so their items are not checked.
const EMPTY: &[&str] =
    &["ServiceTypeList", "DeactivedDetail", "Tags", "IdentityProviders", "SecretIdLastUsedRows", "Groups"];

#[test]
fn the_documented_codes_are_the_published_ones() {
    let mut wrong = Vec::new();
    for op in operations() {
        let published = action(op.service, op.action);
        if published.is_some() == documented::is_extension(op) {
            wrong.push(format!("{}: an operation must be published or an extension, and not both", op.action));
        }
        let Some(published) = published else { continue };
        let published: BTreeSet<&str> =
            published["errors"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        let own: BTreeSet<&str> = documented::codes(op).collect();
        if own != published {
            let more: Vec<_> = own.difference(&published).collect();
            let less: Vec<_> = published.difference(&own).collect();
            wrong.push(format!("{}: extra {more:?}, missing {less:?}", op.action));
        }
        if catalogue()["services"][op.service]["version"] != version(op) {
            wrong.push(format!("{} has another version", op.action));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reply_has_the_published_shape() {
    on_each_database(async |t| {
        let mut wrong = Vec::new();
        for (place, op) in operations().enumerate() {
            // Each in its own account, because a write may change the world for the next.
            let root = t.tenant(&(400_000_000 + place).to_string()).await;
            let world = World::below(root).await;
            let reply = world.root.ask(op, world.sample(op)).await.ok();
            if let Some(published) = action(op.service, op.action) {
                compare(op, op.action, &published["response"], &reply, &mut wrong);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

fn compare(op: &Op, place: &str, members: &Value, found: &Value, wrong: &mut Vec<String>) {
    let Some(found) = found.as_object() else {
        wrong.push(format!("{place} is not an object: {found}"));
        return;
    };
    let members = members.as_array().unwrap();
    let published: BTreeSet<&str> = members.iter().map(|member| member["name"].as_str().unwrap()).collect();
    let own: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    // A key without a description has no such member, as the cloud answered in 2022.
    let optional = |name: &&&str| place == "ListAccessKeys.AccessKeys[]" && **name == "Description";
    let less: Vec<_> = published.difference(&own).filter(|name| !optional(name)).collect();
    if !less.is_empty() || !own.is_subset(&published) {
        let more: Vec<_> = own.difference(&published).collect();
        wrong.push(format!("{place}: extra {more:?}, missing {less:?}"));
    }
    for member in members {
        let name = member["name"].as_str().unwrap();
        if let Some(value) = found.get(name) {
            let place = format!("{place}.{name}");
            typed(op, &place, name, member["type"].as_str().unwrap(), member["nullable"] == true, value, wrong);
        }
    }
}

fn typed(op: &Op, place: &str, name: &str, kind: &str, nullable: bool, value: &Value, wrong: &mut Vec<String>) {
    if value.is_null() {
        if !nullable {
            wrong.push(format!("{place} is null and must not be"));
        }
        return;
    }
    if let Some(item) = kind.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        match value.as_array().map(Vec::as_slice) {
            None => wrong.push(format!("{place} is not a list: {value}")),
            Some([]) if !EMPTY.contains(&name) => {
                wrong.push(format!("{place} is empty, so its items cannot be checked"))
            }
            Some(items) => {
                for item_value in items {
                    typed(op, &format!("{place}[]"), name, item, false, item_value, wrong);
                }
            }
        }
        return;
    }
    let fits = match kind {
        "string" => value.is_string(),
        "uint64" => value.is_u64(),
        "int64" => value.is_i64() || value.is_u64(),
        "bool" => value.is_boolean(),
        "datetime" => value.as_str().is_some_and(|text| text.len() >= 19),
        "date" => value.as_str().is_some_and(|text| text.len() == 10),
        other => match type_of(op.service, other) {
            Some(members) => {
                compare(op, place, &Value::Array(members.clone()), value, wrong);
                true
            }
            None => panic!("the catalogue has no type {other}"),
        },
    };
    if !fits {
        wrong.push(format!("{place} is not of type {kind}: {value}"));
    }
}

#[test]
fn every_published_parameter_is_known() {
    in_memory(async |t| {
        let world = World::of(&t).await;
        let mut wrong = Vec::new();
        for op in operations() {
            let Some(published) = action(op.service, op.action) else { continue };
            for parameter in published["request"].as_array().unwrap() {
                let name = parameter["name"].as_str().unwrap();
                // The value names nothing, so nothing is changed. It only matters that the parameter is known.
                let value = match parameter["type"].as_str().unwrap() {
                    "string" => json!(""),
                    "uint64" | "int64" => json!(987_654_321),
                    "bool" => json!(false),
                    kind if kind.starts_with("list<") => json!([]),
                    _ => json!({}),
                };
                let params = Value::Object(Map::from_iter([(name.to_owned(), value)]));
                let reply = t.root().ask(op, params).await.code();
                if matches!(reply.as_deref(), Some("UnknownParameter" | "InvalidParameter")) {
                    wrong.push(format!("{}.{name}: {reply:?}", op.action));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        drop(world);
    });
}

#[test]
fn an_unknown_parameter_is_refused_and_nothing_else_happens() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        for op in operations() {
            for name in ["Bogus", "$schema", "roleName", "action", ""] {
                if name == "roleName" && op.action.contains("Strategy") {
                    continue;
                }
                let mut params = world.sample(op);
                params[name] = json!("x");
                let message = world.root.ask(op, params).await.fault("UnknownParameter");
                assert_eq!(message, format!("The parameter `{name}` is not recognized."), "{}", op.action);
            }
        }
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}

#[test]
fn a_required_parameter_is_required() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        for op in operations() {
            let Some(published) = action(op.service, op.action) else { continue };
            let required = published["request"].as_array().unwrap().iter();
            for name in required.filter(|it| it["required"] == true).map(|it| it["name"].as_str().unwrap()) {
                let mut params = world.sample(op);
                assert!(params.as_object_mut().unwrap().remove(name).is_some(), "{}.{name}", op.action);
                let message = world.root.ask(op, params.clone()).await.fault("MissingParameter");
                assert_eq!(message, format!("The request is missing a required parameter `{name}`."));
                params[name] = Value::Null;
                world.root.ask(op, params).await.fault("MissingParameter");
            }
        }
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}

#[test]
fn a_parameter_of_another_type_is_refused() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        for op in operations() {
            let Some(published) = action(op.service, op.action) else { continue };
            for parameter in published["request"].as_array().unwrap() {
                let (name, kind) = (parameter["name"].as_str().unwrap(), parameter["type"].as_str().unwrap());
                let wrong: &[Value] = match kind {
                    "string" if name.ends_with("RoleId") => &[json!(true), json!([]), json!({})],
                    "string" => &[json!(1), json!(true), json!([]), json!({}), json!(1.5)],
                    "uint64" | "int64" => &[json!("x"), json!(true), json!([]), json!({}), json!(1.5)],
                    "bool" => &[json!("x"), json!([]), json!({}), json!(1.5)],
                    kind if kind.starts_with("list<") => &[json!("x"), json!(1), json!({}), json!(true)],
                    _ => &[json!("x"), json!(1), json!([])],
                };
                for value in wrong {
                    let mut params = world.sample(op);
                    params[name] = value.clone();
                    let reply = world.root.ask(op, params).await;
                    let code = reply.code().unwrap_or_else(|| panic!("{}.{name} accepts {value}", op.action));
                    // A malformed id is refused with the code of a wrong value, in the same family.
                    assert!(code.starts_with("InvalidParameter"), "{}.{name} = {value}: {code}", op.action);
                }
            }
        }
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}

#[test]
fn integers_may_be_sent_as_strings() {
    in_memory(async |t| {
        for (place, op) in operations().enumerate() {
            let root = t.tenant(&(500_000_000 + place).to_string()).await;
            let world = World::below(root).await;
            let mut params = world.sample(op);
            as_texts(&mut params);
            world.root.ask(op, params).await.ok();
        }
    });
}

/// Clients send an empty text, or the id 0, for what was not set.
#[test]
fn what_was_not_set_may_be_sent_as_an_empty_text() {
    in_memory(async |t| {
        for (place, op) in operations().enumerate() {
            let Some(published) = action(op.service, op.action) else { continue };
            let root = t.tenant(&(550_000_000 + place).to_string()).await;
            let world = World::below(root).await;
            let mut params = world.sample(op);
            for parameter in published["request"].as_array().unwrap() {
                let (name, kind) = (parameter["name"].as_str().unwrap(), parameter["type"].as_str().unwrap());
                // The sample refers to its role, policy or user by an id or a name; the other one is not set.
                let unset = match kind {
                    "uint64" if name.ends_with("Id") || name.ends_with("Uin") => json!(0),
                    "string" | "uint64" | "int64" | "bool" => json!(""),
                    _ => continue,
                };
                if parameter["required"] != true && params.get(name).is_none() {
                    params[name] = unset;
                }
            }
            world.root.ask(op, params).await.ok();
        }
    });
}

fn as_texts(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Array(items) => items.iter_mut().for_each(as_texts),
        Value::Object(members) => members.values_mut().for_each(as_texts),
        _ => {}
    }
}

#[test]
fn a_read_changes_nothing() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        for op in operations().filter(|op| op.mode == Mode::Read) {
            world.root.ask(op, world.sample(op)).await.ok();
        }
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}
