//! The camulator side: the compiled documents of one user, and its questions.

use std::sync::Arc;

use crate::Outcome;
use crate::corpus::{self, APP, Action, Answer, Condition, ENV, IP, OWNER, Statement, Target, USER};
use crate::policy::grammar::tencent::LANGUAGE;
use crate::policy::{
    Attached, Context, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Reason, Resource, Rules, Variables, Via, decide,
};

/// The documents of the caller.
pub struct Ours {
    set: PolicySet,
}

/// One question with its names and context, as a request handler has them.
pub struct Asked {
    action: String,
    name: String,
    context: Context<'static>,
}

impl Ours {
    pub fn new(policies: &[corpus::Policy]) -> Outcome<Ours> {
        let rules = Rules::new(DocumentKind::Identity, OWNER, APP);
        let mut attached = Vec::new();
        for (index, policy) in policies.iter().enumerate() {
            let statements: Vec<String> = policy.iter().map(write).collect();
            let text = format!(r#"{{"version":"2.0","statement":[{}]}}"#, statements.join(","));
            let document = LANGUAGE.parse(&text, &rules).map_err(|problems| {
                problems.iter().map(|problem| format!("{problem} in {text}")).collect::<Vec<_>>().join("; ")
            })?;
            let id = index.to_string();
            let policy = PolicyLabel { name: format!("p{id}"), id };
            attached.push(Attached { policy, via: Via::Own, document: Arc::new(document) });
        }
        Ok(Ours { set: PolicySet::compile(attached) })
    }

    pub fn ask(question: &corpus::Question) -> Asked {
        let mut context = Context::new();
        for (key, value) in question.context {
            context.add(*key, *value);
        }
        Asked { action: question.action.clone(), name: question.place.name(), context }
    }

    /// Returns the answer and the statement that decided.
    pub fn answer(&self, asked: &Asked) -> Outcome<(Answer, Option<(usize, usize)>)> {
        let decision = self.decide(asked);
        let answer = match decision.reason {
            Reason::Allow => Answer::Allow,
            Reason::ExplicitDeny => Answer::ExplicitDeny,
            Reason::ImplicitDeny => Answer::ImplicitDeny,
            other => return Err(format!("an unexpected reason: {other:?}").into()),
        };
        Ok((answer, decision.deciding.map(|deciding| (deciding.policy, deciding.statement))))
    }

    /// Decides a question. This is the call that is timed.
    pub fn decide(&self, asked: &Asked) -> crate::policy::Decision {
        let names = [asked.name.as_str()];
        let caller = Variables { caller: USER, account: OWNER, application: APP };
        let resource = Resource::Named(&names);
        decide(&Layers::of(&self.set), &Question { action: &asked.action, resource, context: &asked.context, caller })
    }
}

fn write(statement: &Statement) -> String {
    let actions: Vec<String> = statement
        .actions
        .iter()
        .map(|action| match action {
            Action::One(name) => name.clone(),
            Action::Beginning(name) => format!("{name}*"),
        })
        .collect();
    let resource = match &statement.target {
        Target::Everything => "*".to_owned(),
        Target::One(place) => place.name(),
        Target::Own { service, item } => format!("qcs::{service}:::{item}*"),
        Target::Regional { service, region, item } => format!("qcs::{service}:{region}:uin/{OWNER}:{item}*"),
    };
    let condition = match &statement.condition {
        None => String::new(),
        Some(Condition::AddressIn(ranges)) => format!(r#","condition":{{"ip_equal":{{"{IP}":{ranges:?}}}}}"#),
        Some(Condition::TextIs(texts)) => format!(r#","condition":{{"string_equal":{{"{ENV}":{texts:?}}}}}"#),
        Some(Condition::TextBegins(text)) => format!(r#","condition":{{"string_like":{{"{ENV}":"{text}*"}}}}"#),
    };
    let effect = if statement.deny { "deny" } else { "allow" };
    format!(r#"{{"effect":"{effect}","action":{actions:?},"resource":"{resource}"{condition}}}"#)
}
