//! A call of a stub's action.

use super::stub::{ConditionTemplate, Stub};
use super::template::RequestValues;
use crate::dialect::contract::{Functions, Input, Mode, Op, Permission, Route, Step, Subject, Typed, answer};
use crate::dialect::decode::Json;
use crate::dialect::tencent::conditions;
use crate::engine::cx::Cx;
use crate::engine::fault::{Fault, Internal, Parameter, Why};
use crate::policy::ContextValue;
use std::borrow::Cow;
use std::sync::Arc;

/// The registry entry of every stub. Service and action are taken from the stub itself.
static OP: Op = Op {
    service: "",
    action: "",
    permission_name: "",
    path: None,
    rate: 20,
    permission: Permission::Resource,
    mode: Mode::Read,
    decode: |_| Err(Internal::Bug("what a stub takes has no type").into()),
};

/// Returns the route to a stub.
pub fn route(stub: Arc<Stub>, region: &str, fields: Json) -> Route {
    let (service, action) = (stub.written.service.clone(), stub.written.action.clone());
    Route {
        op: &OP,
        permission: Cow::Owned(format!("{service}:{action}")),
        service: Cow::Owned(service),
        action: Cow::Owned(action),
        input: Input::Decoded(Box::new(Typed {
            input: StubCall { stub, region: region.to_owned(), fields },
            functions: Functions {
                finds: None,
                asks: Some(|cx, request| Box::pin(async move { subject(cx, request) })),
                run: |cx, request| {
                    Box::pin(
                        async move { Ok(Step::Done(answer(&request.stub.response.filled(&names(&cx, &request)))?)) },
                    )
                },
            },
        })),
    }
}

/// The most bytes that the resource's name and the condition values of a call may have together. The fields of a request
/// have any length, and the halves of a tag are combined with each other.
const MOST_BYTES: usize = 65_536;

/// The bytes of [`MOST_BYTES`] that are left.
struct Room(usize);

impl Room {
    /// Takes bytes for what a template makes of its first field. Fails if there are not enough.
    fn take(&mut self, bytes: usize, field: &str) -> Result<(), Fault> {
        let why = Why::TooLong(MOST_BYTES);
        self.0 = self.0.checked_sub(bytes).ok_or(Fault::Parameter(Parameter { path: field.to_owned(), why }))?;
        Ok(())
    }
}

/// A call of a stub's action.
struct StubCall {
    stub: Arc<Stub>,
    region: String,
    fields: Json,
}

fn names<'a>(cx: &'a Cx, request: &'a StubCall) -> RequestValues<'a> {
    RequestValues {
        region: &request.region,
        owner: cx.account.id.as_str(),
        caller: cx.caller.id(),
        fields: &request.fields,
    }
}

/// Returns the resource of the call, if its action works on one, with the condition keys that the stub defines.
fn subject(cx: &Cx, request: &StubCall) -> Result<Subject, Fault> {
    let names = names(cx, request);
    let mut room = Room(MOST_BYTES);
    let mut resources = None;
    if let Some(template) = &request.stub.resource {
        let resource = template.name(&names)?;
        room.take(resource.len(), template.first_field())?;
        resources = Some(vec![resource]);
    }
    let mut context = Vec::new();
    for (key, templates) in &request.stub.context {
        let family =
            [conditions::RESOURCE, conditions::REQUEST].into_iter().find(|names| names.first() == Some(&key.as_str()));
        for template in templates {
            for value in values(cx, &names, key, template, &mut room)? {
                match (family, value) {
                    (Some(names), ContextValue::Pair(name, value)) => {
                        context.extend(conditions::tag(names, &name, &value));
                    }
                    (_, value) => context.push((Cow::Owned(key.clone()), value)),
                }
            }
        }
    }
    Ok(Subject { resources, context })
}

/// Returns the bytes of values; one more for each, so that empty ones count too.
fn size(values: &[String]) -> usize {
    values.iter().map(|value| value.len() + 1).sum()
}

/// Returns the values of a condition key. A field that holds a whole tag is split as in a policy (`key&value`).
fn values(
    cx: &Cx,
    names: &RequestValues<'_>,
    key: &str,
    template: &ConditionTemplate,
    room: &mut Room,
) -> Result<Vec<ContextValue<'static>>, Fault> {
    Ok(match template {
        ConditionTemplate::Whole(whole) => {
            let read_value = cx.account.cloud.language.notation.read_value;
            let values = whole.values(names)?;
            room.take(size(&values), whole.first_field())?;
            values.iter().map(|value| read_value(key, value).into_owned()).collect()
        }
        ConditionTemplate::Tag(name, value) => {
            let (tags, values) = (name.values(names)?, value.values(names)?);
            // Counted before the pairs are made, each from one key and one value.
            let pairs =
                size(&tags).saturating_mul(values.len()).saturating_add(size(&values).saturating_mul(tags.len()));
            room.take(pairs, if name.first_field().is_empty() { value.first_field() } else { name.first_field() })?;
            let pairs = tags.iter().flat_map(|tag| values.iter().map(|value| (tag.clone(), value.clone())));
            pairs.map(ContextValue::from).collect()
        }
    })
}
