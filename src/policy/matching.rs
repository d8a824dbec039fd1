//! Matches one statement against one question.

use std::ops::ControlFlow;

use super::budget::Budget;
use super::document::{
    ActionForm, ActionPattern, Effect, PrincipalPattern, ResourceForm, ResourcePattern, Segments, Statement,
};
use super::notation::{AccountSegment, ResourceName};
use super::notation::{Notation, ReadName};
use super::pattern::Tri;
use super::question::{Question, Requester, RequesterIdentity, Resource, Variables};

/// A question whose action and resource names have been parsed.
#[derive(Clone)]
pub(super) struct Prepared<'a> {
    /// The action as `service:Operation`.
    pub(super) action: &'a str,
    pub(super) service: &'a str,
    operation: &'a str,
    pub(super) question: &'a Question<'a>,
    names: Names<'a>,
    /// The requester, if the question is to a trust policy.
    pub(super) requester: Option<&'a Requester<'a>>,
    /// The remaining steps of the evaluation.
    pub(super) budget: &'a Budget,
}

/// The equivalent names of one resource; `None` is a name that cannot be read. Most resources have one or two names,
/// which need no allocation.
#[derive(Clone, Default)]
struct Names<'a> {
    first: [Option<ResourceName<'a>>; 2],
    rest: Vec<Option<ResourceName<'a>>>,
    count: usize,
}

impl<'a> Names<'a> {
    fn read(names: &'a [&'a str], read: ReadName) -> Names<'a> {
        let mut result = Names { count: names.len(), ..Names::default() };
        let mut names = names.iter();
        for (slot, name) in result.first.iter_mut().zip(&mut names) {
            *slot = read(name);
        }
        result.rest = names.map(|name| read(name)).collect();
        result
    }

    fn iter(&self) -> impl Iterator<Item = Option<&ResourceName<'a>>> {
        self.first.iter().chain(&self.rest).take(self.count).map(Option::as_ref)
    }
}

impl<'a> Prepared<'a> {
    /// Prepares a question to policies that name resources: all but trust policies.
    pub(super) fn of_policies(
        question: &'a Question<'a>,
        notation: Option<&Notation>,
        budget: &'a Budget,
    ) -> Prepared<'a> {
        let action = notation.map_or(question.action, |notation| (notation.read_action)(question.action));
        let (service, operation) = action.split_once(':').unwrap_or(("", action));
        let names = match (question.resource, notation) {
            (Resource::Named(names), Some(notation)) => Names::read(names, notation.read_name),
            _ => Names::default(),
        };
        Prepared { action, service, operation, question, names, requester: None, budget }
    }

    /// Prepares a question to a trust policy, which names no resource because it applies to its own role.
    pub(super) fn of_trust(
        question: &'a Question<'a>,
        notation: &Notation,
        who: &'a Requester<'a>,
        budget: &'a Budget,
    ) -> Prepared<'a> {
        let names = Names::default();
        Prepared { requester: Some(who), names, ..Prepared::of_policies(question, Some(notation), budget) }
    }

    /// Returns the same question with another budget.
    pub(super) fn within(&self, budget: &'a Budget) -> Prepared<'a> {
        Prepared { budget, ..self.clone() }
    }
}

/// An element of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    Principal,
    Action,
    Resource,
    /// The condition with this index.
    Condition(usize),
}

/// Tests the elements of the statement in order, until `visit` breaks.
#[inline]
fn examine<B>(
    statement: &Statement,
    asked: &Prepared<'_>,
    mut visit: impl FnMut(Element, Tri) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let budget = asked.budget;
    budget.spend(1);
    if let Some(who) = asked.requester {
        let named = budget.each(&statement.principals, |written| {
            budget.spend(1 + who.groups.len() / 4);
            match_principal(&written.pattern, who)
        });
        visit(Element::Principal, Tri::any(named))?;
    }
    visit(Element::Action, Tri::any(budget.each(&statement.actions, |action| match_action(action, asked))))?;
    if asked.requester.is_none() {
        let covered = budget.each(&statement.resources, |resource| match_resource(resource, asked));
        visit(Element::Resource, Tri::any(covered))?;
    }
    for (index, condition) in statement.conditions.iter().enumerate() {
        let answer = condition.test(asked.question.context, &asked.question.caller, budget);
        visit(Element::Condition(index), answer)?;
    }
    ControlFlow::Continue(())
}

/// Returns the first element of the statement that does not match; `None` if the statement matches.
///
/// An unknown element matches in a deny and does not match in an allow.
pub(super) fn first_mismatch(statement: &Statement, asked: &Prepared<'_>) -> Option<Element> {
    let fits = |answer| match statement.effect {
        Effect::Allow => answer == Tri::Yes,
        Effect::Deny => answer != Tri::No,
    };
    let visit = |element, answer| if fits(answer) { ControlFlow::Continue(()) } else { ControlFlow::Break(element) };
    examine(statement, asked, visit).break_value()
}

/// Whether the answer depends on an unreadable part of the document or the request.
pub(super) fn is_unreadable(statement: &Statement, asked: &Prepared<'_>) -> bool {
    let mut unknown = false;
    let all = examine(statement, asked, |_, answer| {
        unknown |= answer == Tri::Unknown;
        if answer == Tri::No { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    unknown && all.is_continue()
}

fn match_principal(pattern: &PrincipalPattern, who: &Requester<'_>) -> Tri {
    let in_account =
        matches!(who.identity, RequesterIdentity::Root | RequesterIdentity::User(_) | RequesterIdentity::Role { .. });
    let named = match pattern {
        PrincipalPattern::Unreadable => return Tri::Unknown,
        PrincipalPattern::Anyone => in_account,
        PrincipalPattern::Anonymous => who.identity == RequesterIdentity::Anonymous,
        PrincipalPattern::Service(service) => who.identity == RequesterIdentity::Service(service),
        PrincipalPattern::Federated(provider) => who.identity == RequesterIdentity::Federated(provider),
        in_one if !in_account || in_one.account() != Some(who.account) => false,
        PrincipalPattern::Account(_) => true,
        PrincipalPattern::Root(_) => who.identity == RequesterIdentity::Root,
        PrincipalPattern::User { user, .. } => who.identity == RequesterIdentity::User(user),
        PrincipalPattern::Group { group, .. } => {
            matches!(who.identity, RequesterIdentity::User(_)) && who.groups.contains(&group.as_str())
        }
        PrincipalPattern::RoleName { name, .. } => {
            matches!(who.identity, RequesterIdentity::Role { name: own, .. } if own == name)
        }
        PrincipalPattern::RoleId { id, .. } => {
            matches!(who.identity, RequesterIdentity::Role { id: own, .. } if own == id)
        }
    };
    named.into()
}

fn match_action(pattern: &ActionPattern, asked: &Prepared<'_>) -> Tri {
    match &pattern.form {
        ActionForm::Unreadable => Tri::Unknown,
        ActionForm::Match { service: Some(service), .. } if **service != *asked.service => {
            asked.budget.spend(1);
            Tri::No
        }
        ActionForm::Match { operation, .. } => operation.matches(asked.operation, &asked.question.caller, asked.budget),
    }
}

fn match_resource(pattern: &ResourcePattern, asked: &Prepared<'_>) -> Tri {
    let segments = match &pattern.form {
        ResourceForm::Everything => return Tri::Yes,
        ResourceForm::Unreadable => return Tri::Unknown,
        ResourceForm::Segments(segments) => segments,
    };
    match asked.question.resource {
        Resource::Operation => covers_service(segments, asked).into(),
        Resource::Named(_) => Tri::any(asked.budget.each(asked.names.iter(), |name| match name {
            Some(name) => match_name(segments, name, asked),
            None => Tri::Unknown,
        })),
    }
}

/// Whether the pattern covers everything that the action's service has in the caller's own account.
fn covers_service(segments: &Segments, asked: &Prepared<'_>) -> bool {
    let caller = &asked.question.caller;
    segments.service.as_deref().is_none_or(|service| service == asked.service)
        && segments.region.is_none()
        && match_account(&segments.account, &AccountSegment::Own, caller)
        && segments.item.is_any()
}

fn match_name(segments: &Segments, name: &ResourceName<'_>, asked: &Prepared<'_>) -> Tri {
    let caller = &asked.question.caller;
    asked.budget.spend(1);
    let project = name.project.is_empty() || segments.project.as_deref().is_none_or(|project| project == name.project);
    let service = segments.service.as_deref().is_none_or(|service| service == name.service);
    let region = segments.region.as_deref().is_none_or(|region| region == name.region);
    if project && service && region && match_account(&segments.account, &name.account, caller) {
        segments.item.matches(name.item, caller, asked.budget)
    } else {
        Tri::No
    }
}

/// Whether both segments name the same account.
///
/// An account has an id and an application id. The two can be equated only for the caller's own account; any other
/// account is compared as it is written.
pub(super) fn match_account(
    pattern: &AccountSegment<Box<str>>,
    name: &AccountSegment<&str>,
    caller: &Variables<'_>,
) -> bool {
    let is_own = |account: &AccountSegment<&str>| match account {
        AccountSegment::Own => true,
        AccountSegment::Id(id) => *id == caller.account && !id.is_empty(),
        AccountSegment::Application(id) => *id == caller.application && *id != 0,
    };
    let pattern = match pattern {
        AccountSegment::Own => AccountSegment::Own,
        AccountSegment::Id(id) => AccountSegment::Id(&**id),
        AccountSegment::Application(id) => AccountSegment::Application(*id),
    };
    pattern == *name || is_own(&pattern) && is_own(name)
}
