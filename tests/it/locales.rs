//! A caller who asks for Chinese gets a Chinese message for every wrong parameter.

use crate::catalogue::action;
use crate::support::{in_memory, operations};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The words of the services themselves, which are English in every language.
const SERVICES_OWN: &[&str] = &[
    "role not exist",
    "time set too long",
    "strategy is not json",
    "resource error",
    "cant grant other resource ",
    "role name in use",
];

/// Whether a sentence has an English word outside its quotes.
fn has_english(sentence: &str) -> bool {
    let own = sentence.split("[[request id").next().unwrap();
    let own = SERVICES_OWN.iter().find_map(|words| own.strip_prefix(words)).unwrap_or(own);
    own.split('`').step_by(2).any(|part| {
        part.split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
    })
}

#[test]
fn a_wrong_parameter_is_explained_in_chinese() {
    in_memory(async |t| {
        let world = World::of(&t).await;
        let (mut wrong, mut faults) = (BTreeSet::new(), 0);
        let tags = json!([{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]);
        let values = [json!(""), json!("角 a"), json!("x".repeat(5000)), json!(-2), json!(u64::MAX), json!({}), tags];
        for op in operations() {
            let sample = world.sample(op);
            let mut names: BTreeSet<&str> = sample.as_object().unwrap().keys().map(String::as_str).collect();
            let published = action(op.service, op.action).map(|action| action["request"].as_array().unwrap());
            names.extend(published.into_iter().flatten().map(|parameter| parameter["name"].as_str().unwrap()));
            for (name, value) in names.into_iter().flat_map(|name| values.iter().map(move |value| (name, value))) {
                let mut params = sample.clone();
                params[name] = value.clone();
                let call =
                    world.root.call(op.service, crate::support::version(op), op.action, params).language("zh-CN");
                let reply = call.send().await;
                let Some(code) = reply.code() else { continue };
                let message = reply.fault(&code);
                faults += 1;
                // A rule without a translation is shown as `不符合要求` ("does not meet the requirements").
                if has_english(&message) || message.contains("不符合要求") {
                    wrong.insert(format!("{}.{name} = {}: {message}", op.action, short(value)));
                }
            }
        }
        assert!(faults > 500, "{faults} faults");
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}
