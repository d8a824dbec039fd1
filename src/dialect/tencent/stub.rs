//! Actions of other services, answered from stubs.

use super::conditions;
use super::operations::answer;
use crate::dialect::contract::{Mode, Op, Permission, Step, Subject, Typed};
use crate::dialect::decode::Value;
use crate::dialect::stubs::{Condition, Stub, Written};
use crate::dialect::template::Names;
use crate::engine::cx::Cx;
use crate::engine::fault::{Fault, Internal};
use crate::policy::{self, ContextValue};
use std::borrow::Cow;
use std::sync::Arc;

/// The registry's entry behind every stub; service, action and version are the stub's.
pub static OP: Op = Op {
    service: "",
    version: "",
    action: "",
    permission_name: "",
    rate: 20,
    permission: Permission::Resource,
    mode: Mode::Read,
    decode: |params| {
        let stub = params.stub.clone().ok_or(Internal::Bug("a stub's route has no stub"))?;
        Ok(Box::new(Typed {
            input: Request { stub, region: params.region.clone(), fields: params.value.clone() },
            asks: Some(|cx, request| Box::pin(async move { subject(cx, request) })),
            run: |cx, request| {
                Box::pin(async move { Ok(Step::Done(answer(&request.stub.response.filled(&names(&cx, &request)))?)) })
            },
        }))
    },
};

/// The stubs that come with the program.
pub fn built_in() -> Vec<Stub> {
    let written = Written {
        service: "cvm".to_owned(),
        version: "2017-03-12".to_owned(),
        action: "DescribeInstances".to_owned(),
        resource: None,
        response: serde_json::json!({"TotalCount": 0, "InstanceSet": []}),
        context: std::collections::BTreeMap::new(),
    };
    Stub::read(written).into_iter().collect()
}

/// A call of a stub.
struct Request {
    stub: Arc<Stub>,
    region: String,
    fields: Value,
}

fn names<'a>(cx: &'a Cx, request: &'a Request) -> Names<'a> {
    Names { region: &request.region, owner: cx.account.id.as_str(), caller: cx.caller.id(), fields: &request.fields }
}

/// What the stub's action works on, and what conditions can ask about it.
fn subject(cx: &Cx, request: &Request) -> Result<Subject, Fault> {
    let names = names(cx, request);
    let resource = request.stub.resource.name(&names)?;
    let mut context = Vec::new();
    for (key, templates) in &request.stub.context {
        let family =
            [conditions::RESOURCE, conditions::REQUEST].into_iter().find(|names| names.first() == Some(&key.as_str()));
        for template in templates {
            for value in values(&names, key, template)? {
                match (family, value) {
                    (Some(names), ContextValue::Pair(name, value)) => {
                        context.extend(conditions::tag(names, &name, &value));
                    }
                    (_, value) => context.push((Cow::Owned(key.clone()), value)),
                }
            }
        }
    }
    Ok(Subject { resources: Some(vec![resource]), context })
}

/// The values of a condition key. A field that is a whole tag by itself is divided as a policy would divide it.
fn values(names: &Names<'_>, key: &str, template: &Condition) -> Result<Vec<ContextValue<'static>>, Fault> {
    Ok(match template {
        Condition::Whole(whole) => {
            let values = whole.values(names)?.into_iter();
            values.map(|value| policy::read_value(key, &value).into_owned()).collect()
        }
        Condition::Tag(name, value) => {
            let (tags, values) = (name.values(names)?, value.values(names)?);
            let pairs = tags.iter().flat_map(|tag| values.iter().map(|value| (tag.clone(), value.clone())));
            pairs.map(ContextValue::from).collect()
        }
    })
}
