//! The Cedar side, written the way a Cedar user would: one policy per statement, wildcard actions as action groups, a
//! single resource named in the head, other resources by their attributes.
//!
//! Every choice is the one that costs Cedar less. The policies are only those of the caller, so no head names a
//! principal. There is no schema to check requests against. Requests, contexts (with parsed addresses) and entities are
//! built beforehand, and there are only the three entities of the question.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet,
    Request, Response, RestrictedExpression,
};

use crate::Outcome;
use crate::corpus::{self, Action, Answer, Condition, ENV, IP, OWNER, Statement, Target, USER};

/// The policies of the caller.
pub struct Cedar {
    authorizer: Authorizer,
    set: PolicySet,
    /// Prefixes of action names that are groups.
    groups: HashSet<String>,
}

/// One question with its entities.
pub struct Asked {
    request: Request,
    entities: Entities,
}

impl Cedar {
    pub fn new(policies: &[corpus::Policy]) -> Outcome<Cedar> {
        let mut set = PolicySet::new();
        let mut groups = HashSet::new();
        for (p, policy) in policies.iter().enumerate() {
            for (s, statement) in policy.iter().enumerate() {
                set.add(Policy::parse(Some(PolicyId::new(id(p, s))), write(statement))?)?;
                groups.extend(statement.actions.iter().filter_map(|action| match action {
                    Action::Beginning(name) => Some(name.clone()),
                    Action::One(_) => None,
                }));
            }
        }
        Ok(Cedar { authorizer: Authorizer::new(), set, groups })
    }

    pub fn ask(&self, question: &corpus::Question) -> Outcome<Asked> {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let name = &question.action;
        let mut groups = HashSet::new();
        for beginning in name.char_indices().filter_map(|(at, _)| name.get(..at)) {
            if self.groups.contains(beginning) {
                groups.insert(uid("Action", &format!("{beginning}*"))?);
            }
        }
        if self.groups.contains(name) {
            groups.insert(uid("Action", &format!("{name}*"))?);
        }
        let place = &question.place;
        let (user, action, resource) = (uid("User", USER)?, uid("Action", name)?, uid("Resource", &place.name())?);
        let attributes = HashMap::from([
            ("service".to_owned(), text(place.service)),
            ("region".to_owned(), text(place.region)),
            ("account".to_owned(), text(OWNER)),
            ("item".to_owned(), text(&place.item)),
        ]);
        let entities = Entities::from_entities(
            [
                Entity::new(user.clone(), HashMap::from([("account".to_owned(), text(OWNER))]), HashSet::new())?,
                Entity::new_no_attrs(action.clone(), groups),
                Entity::new(resource.clone(), attributes, HashSet::new())?,
            ],
            None,
        )?;
        let context = Context::from_pairs(question.context.iter().map(|(key, value)| {
            let value = if *key == IP { RestrictedExpression::new_ip(value) } else { text(value) };
            ((*key).to_owned(), value)
        }))?;
        Ok(Asked { request: Request::new(user, action, resource, context, None)?, entities })
    }

    /// Returns the answer and all statements that decided.
    pub fn answer(&self, asked: &Asked) -> Outcome<(Answer, HashSet<String>)> {
        let response = self.decide(asked);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(format!("a policy could not be evaluated: {error}").into());
        }
        let reasons: HashSet<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        let answer = match response.decision() {
            Decision::Allow => Answer::Allow,
            Decision::Deny if reasons.is_empty() => Answer::ImplicitDeny,
            Decision::Deny => Answer::ExplicitDeny,
        };
        Ok((answer, reasons))
    }

    /// Decides a question. This is the call that is timed.
    pub fn decide(&self, asked: &Asked) -> Response {
        self.authorizer.is_authorized(&asked.request, &self.set, &asked.entities)
    }
}

/// Returns the Cedar policy id of statement `s` of policy `p`.
pub fn id(p: usize, s: usize) -> String {
    format!("p{p}s{s}")
}

fn uid(kind: &str, name: &str) -> Outcome<EntityUid> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(name)))
}

fn write(statement: &Statement) -> String {
    let actions: Vec<String> = statement
        .actions
        .iter()
        .map(|action| match action {
            Action::One(name) => format!("Action::\"{name}\""),
            Action::Beginning(name) => format!("Action::\"{name}*\""),
        })
        .collect();
    let action = match (&*statement.actions, &*actions) {
        ([Action::One(_)], [only]) => format!("action == {only}"),
        ([Action::Beginning(_)], [only]) => format!("action in {only}"),
        _ => format!("action in [{}]", actions.join(", ")),
    };
    let mut tests = Vec::new();
    let resource = match &statement.target {
        Target::One(place) => format!("resource == Resource::\"{}\"", place.name()),
        _ => "resource".to_owned(),
    };
    match &statement.target {
        Target::Everything | Target::One(_) => {}
        Target::Own { service, item } => tests.push(format!(
            "resource.service == \"{service}\" && resource.account == principal.account && resource.item like \"{item}*\""
        )),
        Target::Regional { service, region, item } => tests.push(format!(
            "resource.service == \"{service}\" && resource.region == \"{region}\" && resource.account == \"{OWNER}\" \
             && resource.item like \"{item}*\""
        )),
    }
    match &statement.condition {
        None => {}
        Some(Condition::AddressIn(ranges)) => {
            let each: Vec<String> =
                ranges.iter().map(|range| format!("context[\"{IP}\"].isInRange(ip(\"{range}\"))")).collect();
            tests.push(format!("context has \"{IP}\" && ({})", each.join(" || ")));
        }
        Some(Condition::TextIs(texts)) => {
            tests.push(format!("context has \"{ENV}\" && {texts:?}.contains(context[\"{ENV}\"])"));
        }
        Some(Condition::TextBegins(text)) => {
            tests.push(format!("context has \"{ENV}\" && context[\"{ENV}\"] like \"{text}*\""));
        }
    }
    let effect = if statement.deny { "forbid" } else { "permit" };
    let when = if tests.is_empty() { String::new() } else { format!(" when {{ {} }}", tests.join(" && ")) };
    format!("{effect}(principal, {action}, {resource}){when};")
}
