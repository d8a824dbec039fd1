//! Actions of other services, answered from stubs.

use super::conditions;
use super::operations::answer;
use crate::dialect::contract::{Mode, Op, Permission, Step, Subject, Typed};
use crate::dialect::decode::Value;
use crate::dialect::stubs::{Stub, Written};
use crate::dialect::template::Names;
use crate::engine::cx::Cx;
use crate::engine::fault::{Fault, Internal};
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
    codes: "",
    extension: false,
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
        let values: Vec<Vec<String>> =
            templates.iter().map(|template| template.values(&names)).collect::<Result<_, _>>()?;
        for value in values.into_iter().flatten() {
            let family = [conditions::RESOURCE, conditions::REQUEST]
                .into_iter()
                .find(|names| names.first() == Some(&key.as_str()));
            match (family, value.split_once('&')) {
                (Some(names), Some((name, value))) => context.extend(conditions::tag(names, name, value)),
                _ => context.push((Cow::Owned(key.clone()), value)),
            }
        }
    }
    Ok(Subject { resources: Some(vec![resource]), context })
}
