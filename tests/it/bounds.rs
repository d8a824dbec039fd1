//! Every list and every text of every operation has a maximum. A request that exceeds it is refused quickly, with a
//! message that names the parameter, and neither the message nor the journal repeats the value.

use crate::catalogue;
use crate::support::version;
use crate::support::{Reply, Test, assert_same, files_below, in_memory, operations, text};
use crate::world::World;
use camulator::dialect::contract::Op;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const LONG: usize = 8 * 1024 * 1024;
const MANY: usize = 100_000;

/// Far more than the 50 ms that an optimised server may take, because these tests run unoptimised and beside others.
const PATIENCE: Duration = Duration::from_secs(5);

/// The members of an operation's request: name and published type.
fn members(op: &Op) -> Vec<(String, String)> {
    let member = |member: &Value| (text(&member["name"]).to_owned(), text(&member["type"]).to_owned());
    if let Some(published) = catalogue::action(op.service, op.action) {
        return published["request"].as_array().unwrap().iter().map(member).collect();
    }
    let own: &[(&str, &str)] = match op.action {
        "ListRoles" => &[("Tags", "list<RoleTags>"), ("Keyword", "string")],
        "UpdateRole" => {
            &[("RoleId", "string"), ("RoleName", "string"), ("Description", "string"), ("PolicyDocument", "string")]
        }
        "CreateCamStrategy" => &[("StrategyName", "string"), ("StrategyInfo", "string"), ("Remark", "string")],
        "UpdateCamStrategy" => {
            &[("StrategyId", "string"), ("StrategyName", "string"), ("StrategyInfo", "string"), ("Remark", "string")]
        }
        "OperateCamStrategy" | "DescribeCamStrategyDetail" => &[("StrategyId", "string")],
        "BatchOperateCamStrategy" => &[("StrategyId", "list<string>"), ("RelateUin", "list<string>")],
        other => panic!("{other} has no published request; name its members here"),
    };
    own.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
}

/// A valid item of a list.
fn item(op: &Op, kind: &str) -> Value {
    match kind {
        "string" => json!("text"),
        "uint64" | "int64" => json!(1),
        list if list.starts_with("list<") => json!([]),
        "IpPolicy" => json!({"IP": "192.0.2.1", "Effect": "Allow"}),
        other => {
            let members = catalogue::type_of(op.service, other).unwrap_or_else(|| panic!("no type {other}"));
            let members = members.iter().filter(|member| member["required"] != false);
            let member = |member: &Value| (text(&member["name"]).to_owned(), item(op, text(&member["type"])));
            Value::Object(members.map(member).collect())
        }
    }
}

async fn refused(t: &Test, world: &World, op: &Op, path: &str, top: &str, value: Value) -> Reply {
    let mut params = world.sample(op);
    params[top] = value;
    let call = world.root.call(op.service, version(op), op.action, params);
    let began = Instant::now();
    let reply = call.send().await;
    let took = began.elapsed();
    let code =
        reply.code().unwrap_or_else(|| panic!("{} accepts a value of {path} without bounds", op.action)).to_owned();
    let message = reply.fault(&code);
    assert!(message.contains(path), "{} {path}: {code}, {message}", op.action);
    assert!(message.len() < 1000, "{} {path}: the message repeats what was sent", op.action);
    assert!(took < PATIENCE, "{} {path}: {took:?}", op.action);
    let trace = t.trace(&reply.request_id()).await.to_string();
    assert!(trace.len() < 10_000, "{} {path}: the journal keeps what was sent", op.action);
    reply
}

#[test]
fn every_text_of_every_operation_has_a_maximum() {
    in_memory(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        let long = "x".repeat(LONG);
        let mut tried = 0;
        for op in operations() {
            for (name, kind) in members(op) {
                match kind.as_str() {
                    "string" => {
                        refused(&t, &world, op, &name, &name, json!(long)).await;
                        tried += 1;
                    }
                    list if list.starts_with("list<") => {
                        let inner = list.trim_start_matches("list<").trim_end_matches('>');
                        let Some(members) = catalogue::type_of(op.service, inner) else {
                            if inner == "string" {
                                refused(&t, &world, op, &name, &name, json!([long])).await;
                                tried += 1;
                            }
                            continue;
                        };
                        for member in members.iter().filter(|member| member["type"] == "string") {
                            let mut one = item(op, inner);
                            let member = text(&member["name"]);
                            one[member] = json!(long);
                            let path = format!("{name}.0.{member}");
                            refused(&t, &world, op, &path, &name, json!([one])).await;
                            tried += 1;
                        }
                    }
                    _ => {}
                }
            }
        }
        assert!(tried > 90, "only {tried} texts were tried");
        assert_same(&t.dump().await, &before, "a refused request changed something");
    });
}

#[test]
fn every_list_of_every_operation_has_a_maximum() {
    in_memory(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        let mut tried = 0;
        for op in operations() {
            for (name, kind) in members(op) {
                if let Some(inner) = kind.strip_prefix("list<") {
                    let one = item(op, inner.trim_end_matches('>'));
                    refused(&t, &world, op, &name, &name, json!(vec![one; MANY])).await;
                    tried += 1;
                }
            }
        }
        assert!(tried >= 12, "only {tried} lists were tried");
        assert_same(&t.dump().await, &before, "a refused request changed something");
    });
}

/// The type of every member of a request has a maximum: none is a bare `String`, `Vec`, `Value` or `Json`.
#[test]
fn no_member_of_a_request_is_without_bounds() {
    let mut wrong = Vec::new();
    for source in files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dialect/tencent")) {
        let code = std::fs::read_to_string(&source).unwrap();
        let mut in_request = false;
        let mut derives = false;
        for (place, line) in code.lines().enumerate() {
            match line {
                derive if derive.starts_with("#[derive(") => derives = derive.contains("Deserialize"),
                start if start.starts_with("pub struct") || start.starts_with("struct") => {
                    in_request = derives && start.ends_with('{');
                    derives = false;
                }
                "}" => in_request = false,
                _ => {}
            }
            let member = line.trim().trim_end_matches(',');
            if in_request
                && ["String", "Vec<", "Value", "Json"]
                    .iter()
                    .any(|bare| member.contains(&format!(": {bare}")) || member.contains(&format!("<{bare}")))
            {
                let file = source.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&source);
                wrong.push(format!("{}:{}: {member}", file.display(), place + 1));
            }
        }
    }
    // `presets.rs` reads a data file that is part of the program, and stubs are put through the admin API.
    wrong.retain(|line| !line.contains("presets.rs") && !line.contains("/stubs/"));
    let wrong = wrong.join("\n");
    assert!(wrong.is_empty(), "members without a maximum; take a type of params.rs, or Text or List:\n{wrong}");
}
