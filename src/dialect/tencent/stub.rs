//! Actions of other services, answered from stubs.

use super::conditions;
use super::operations::answer;
use crate::dialect::contract::{Input, Op, Params, Permission, Run, Subject};
use crate::dialect::decode::Value;
use crate::dialect::stubs::{Names, Stub};
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
    permission: Permission::Asks(|cx, input| Box::pin(async move { subject(cx, stubbed(input)?) })),
    on_resource: true,
    codes: "",
    extension: false,
    decode,
    run: Run::Read(|cx, permit| {
        Box::pin(async move {
            let call = permit.narrow::<Call>().ok_or(Internal::Bug("a stub's input has another type"))?;
            answer(&names(cx, &call).fill_json(&call.stub.response)?)
        })
    }),
};

/// The stubs that come with the program.
pub fn built_in() -> Vec<Stub> {
    vec![Stub {
        service: "cvm".to_owned(),
        version: "2017-03-12".to_owned(),
        action: "DescribeInstances".to_owned(),
        resource: None,
        response: serde_json::json!({"TotalCount": 0, "InstanceSet": []}),
        context: std::collections::BTreeMap::new(),
    }]
}

struct Call {
    stub: Arc<Stub>,
    region: String,
    fields: Value,
}

fn decode(params: &Params) -> Result<Input, Fault> {
    let stub = params.stub.clone().ok_or(Internal::Bug("a stub's route has no stub"))?;
    Ok(Arc::new(Call { stub, region: params.region.clone(), fields: params.value.clone() }))
}

fn stubbed(input: &Input) -> Result<&Call, Fault> {
    Ok(input.downcast_ref::<Call>().ok_or(Internal::Bug("a stub's input has another type"))?)
}

fn names<'a>(cx: &'a Cx, call: &'a Call) -> Names<'a> {
    Names { region: &call.region, owner: cx.account.id.as_str(), caller: cx.caller.id(), fields: &call.fields }
}

/// What a template of a condition key stands for. A tag is divided where the template is, so that no field of the request
/// can move the place; a field that is a whole tag by itself is divided as a policy would be.
fn values(names: &Names<'_>, key: &str, template: &str) -> Vec<ContextValue<'static>> {
    match policy::read_value(key, template) {
        ContextValue::Pair(name, value) => {
            let tag = names.fill(&name).and_then(|name| Ok((name, names.fill(&value)?)));
            tag.into_iter().map(ContextValue::from).collect()
        }
        ContextValue::Text(whole) => {
            let values = names.values(&whole).into_iter();
            values.map(|value| policy::read_value(key, &value).into_owned()).collect()
        }
    }
}

/// A stub without a resource works on everything of its service in the request's region.
fn subject(cx: &Cx, call: &Call) -> Result<Subject, Fault> {
    let names = names(cx, call);
    let default = format!("qcs::{}:{{{{Region}}}}:uin/{{{{OwnerUin}}}}:*", call.stub.service);
    let resource = names.fill(call.stub.resource.as_deref().unwrap_or(&default))?;
    let mut context = Vec::new();
    for (key, templates) in &call.stub.context {
        let family =
            [conditions::RESOURCE, conditions::REQUEST].into_iter().find(|names| names.first() == Some(&key.as_str()));
        for value in templates.each().iter().flat_map(|template| values(&names, key, template)) {
            match (family, value) {
                (Some(names), ContextValue::Pair(name, value)) => context.extend(conditions::tag(names, &name, &value)),
                (_, value) => context.push((Cow::Owned(key.clone()), value)),
            }
        }
    }
    Ok(Subject { resources: Some(vec![resource]), context, also: Vec::new() })
}
