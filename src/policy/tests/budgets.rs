//! The budgets of evaluations and explanations, and how these end when the budget is used up.

use super::*;
use crate::policy::budget::Budget;
use crate::policy::evaluate::decide_within;
use crate::policy::explain::LONGEST;
use crate::policy::trust::decide_trust_within;

const TAGS: usize = 4_000;

/// Writes a statement with a condition that compares the resource's tags with the caller's, in `values` values.
fn costly(effect: &str, operator: &str, values: usize) -> String {
    let values: Vec<String> = (0..values)
        .map(|number| format!(r#""${{qcs:principal_tag_key}}&${{qcs:principal_tag_value}}{number}""#))
        .collect();
    format!(
        r#"{{"effect":"{effect}","action":"*","resource":"*","condition":{{"{operator}":{{"qcs:resource_tag":[{}]}}}}}}"#,
        values.join(",")
    )
}

/// Creates a context with this many tags of the caller and as many of the resource, none of them equal.
fn tagged(tags: usize) -> Context<'static> {
    let mut context = Context::new();
    for number in 0..tags {
        context.add("qcs:principal_tag", (format!("key{number}"), format!("value{number}")));
        context.add("qcs:resource_tag", (format!("name{number}"), format!("value{number}")));
    }
    context
}

fn ask<'a>(context: &'a Context<'a>) -> Question<'a> {
    Question { action: "cvm:Do", resource: Resource::Operation, context, caller: caller() }
}

/// Without a budget, a decision of this size was measured to take four seconds, and its explanation twelve.
#[test]
fn many_tags_against_variables_end_in_a_refusal() {
    let set = set(&format!(
        r#"{{"effect":"allow","action":"*","resource":"*"}},{}"#,
        costly("deny", "for_any_value:string_equal", 40)
    ));
    let context = tagged(TAGS);
    let decision = decide(&Layers::of(&set), &ask(&context));
    assert_eq!((decision.effect, decision.reason, decision.deciding), (Effect::Deny, Reason::ImplicitDeny, None));
    assert_eq!(decision.ended, Some(STEPS));
    let explanation = explain(&Layers::of(&set), &ask(&context));
    assert_eq!(explanation.ended, Some(STEPS));
    assert!(explanation.steps <= 2 * STEPS, "{}", explanation.steps);
    assert_eq!((explanation.considered.len(), explanation.left_out), (1, 1));
    let text = render(&explanation, "me");
    assert!(text.contains("note: the evaluation was ended after 10000000 steps"), "{text}");
    assert!(serde_json::to_string(&explanation).unwrap().len() < LONGEST);
}

/// The root needs no allow, but a statement that was not reached could be a deny.
#[test]
fn the_root_is_refused_too() {
    let context = tagged(TAGS);
    let narrowed = set(&costly("deny", "for_any_value:string_equal", 40));
    let layers = Layers { session: Some(&narrowed), ..Layers::root() };
    let decision = decide(&layers, &ask(&context));
    assert_eq!((decision.reason, decision.ended), (Reason::ImplicitDeny, Some(STEPS)));
    // With no statement that could deny, no step is needed.
    assert_eq!(decide(&Layers::root(), &ask(&context)).reason, Reason::Root);
    assert_eq!(decide_within(&Layers::root(), &ask(&context), &Budget::new(1)).reason, Reason::Root);
}

#[test]
fn a_trust_policy_that_costs_too_much_trusts_nobody() {
    let statement = costly("deny", "for_any_value:string_equal", 40);
    let statement = statement.replace(r#""action":"*","resource":"*""#, r#""action":"sts:AssumeRole","principal":"*""#);
    let trusting = r#"{"effect":"allow","action":"sts:AssumeRole","principal":"*"}"#;
    let document = parse(&document(&format!("{trusting},{statement}")), &rules(DocumentKind::Trust)).unwrap();
    let context = tagged(TAGS);
    let question = Question { action: "sts:AssumeRole", ..ask(&context) };
    let who = Requester { account: OWNER, identity: RequesterIdentity::Root, groups: &[] };
    let decision = decide_trust(&document, &who, &question);
    assert_eq!((decision.effect, decision.reason, decision.ended), (Effect::Deny, Reason::Trust, Some(STEPS)));
    let explanation = explain_trust(&attach(document, "t", Via::Trust), &who, &question);
    assert_eq!((explanation.reason, explanation.ended), (Reason::Trust, Some(STEPS)));
}

/// With any budget, the decision is either the one without a budget, or a deny that gives the number of steps.
#[test]
fn an_evaluation_that_is_ended_never_allows() {
    let statements = [
        r#"{"effect":"allow","action":"*","resource":"*"}"#.to_owned(),
        r#"{"effect":"allow","action":"cvm:Do","resource":["qcs::cvm:::a*b*c","*"]}"#.to_owned(),
        costly("deny", "string_not_equal", 2),
        costly("deny", "for_any_value:string_like", 2).replace("value}", "value}*"),
        costly("allow", "for_all_value:string_not_equal", 1),
        r#"{"effect":"deny","action":"cvm:*","resource":"*","condition":{"string_equal":{"qcs:resource_tag":"name1&value1"}}}"#.to_owned(),
        r#"{"effect":"deny","action":"*:Do","resource":"*","condition":{"numeric_less_than":{"a:b":5}}}"#.to_owned(),
    ];
    let context = tagged(2).with("a:b", "7");
    let mut ends = [0, 0, 0];
    for chosen in 1_u32..1 << statements.len() {
        let of_mask = |mask: u32| -> Vec<&str> {
            (0..statements.len()).filter(|at| mask & (1 << at) != 0).map(|at| statements[at].as_str()).collect()
        };
        let identity = set(&of_mask(chosen).join(","));
        let boundary = (chosen % 3 == 0).then(|| set(&of_mask(chosen.reverse_bits() >> 25 | 1).join(",")));
        for root in [false, true] {
            let layers = Layers { boundary: boundary.as_ref(), root, ..Layers::of(&identity) };
            let whole = Budget::new(STEPS);
            let answer = decide_within(&layers, &ask(&context), &whole);
            assert_eq!(answer.ended, None);
            let needed = whole.spent();
            for steps in (1..=needed + 1).step_by(usize::try_from(needed / 40 + 1).unwrap()).chain([needed, needed + 1])
            {
                let decision = decide_within(&layers, &ask(&context), &Budget::new(steps));
                if steps > needed {
                    assert_eq!(decision, answer, "{steps} of {needed}");
                    ends[2] += 1;
                } else {
                    assert_eq!((decision.effect, decision.ended), (Effect::Deny, Some(steps)), "{steps} of {needed}");
                    assert_eq!((decision.reason, decision.deciding), (Reason::ImplicitDeny, None));
                    ends[usize::from(answer.is_allow())] += 1;
                }
            }
        }
    }
    assert!(ends.iter().all(|count| *count > 100), "{ends:?}");
}

#[test]
fn a_trust_policy_that_is_ended_never_trusts() {
    let document = parse(
        &document(
            r#"{"effect":"allow","action":"sts:AssumeRole","principal":"*"},
               {"effect":"deny","action":"sts:AssumeRole","principal":"*","condition":{"string_like":{"a:b":["x*","y*","z*"]}}}"#,
        ),
        &rules(DocumentKind::Trust),
    )
    .unwrap();
    let context = context(&[("a:b", "w")]);
    let question = Question { action: "sts:AssumeRole", ..ask(&context) };
    let who = Requester { account: OWNER, identity: RequesterIdentity::Root, groups: &[] };
    let whole = Budget::new(STEPS);
    assert!(decide_trust_within(&document, &who, &question, &whole).is_allow());
    for steps in 1..=whole.spent() {
        let decision = decide_trust_within(&document, &who, &question, &Budget::new(steps));
        assert_eq!((decision.effect, decision.ended), (Effect::Deny, Some(steps)));
    }
}

/// The largest legitimate case is 200 policies of maximal length and a request with the maximal number of tags. Every
/// statement has a condition on the resource's tags.
#[test]
fn the_largest_legitimate_case_passes() {
    let values: Vec<String> = (0..8).map(|number| format!(r#""name{number}&other""#)).collect();
    for operator in
        ["for_any_value:string_equal", "for_any_value:string_like", "for_any_value:string_equal_ignore_case"]
    {
        let values = values.join(",").replace("other", if operator.ends_with("like") { "oth*er" } else { "other" });
        let statement = format!(
            r#"{{"effect":"deny","action":["cvm:Do","cvm:Start*"],"resource":["qcs::cvm:::a/*","*"],"condition":{{"{operator}":{{"qcs:resource_tag":[{values}]}}}}}}"#
        );
        let count = 6_000 / statement.chars().filter(|letter| *letter != ' ').count();
        let text = document(&vec![statement; count].join(","));
        let document = Arc::new(parse(&text, &rules(DocumentKind::Identity)).unwrap());
        let attached = |_| Attached {
            policy: PolicyLabel { id: "1".into(), name: "p".into() },
            via: Via::Own,
            document: document.clone(),
        };
        let set = PolicySet::compile((0..200).map(attached).collect());
        let context = tagged(50);
        let budget = Budget::new(STEPS);
        let decision = decide_within(&Layers::of(&set), &ask(&context), &budget);
        assert_eq!(decision.ended, None, "{operator}");
        assert!(budget.spent() < STEPS * 4 / 5, "{operator}: {}", budget.spent());
        assert!(budget.spent() > STEPS / 100, "{operator}: {} is not a large case", budget.spent());
    }
}

/// An explanation is bounded in bytes, whatever it explains, and always shows the deciding statement.
#[test]
fn an_explanation_is_bounded_in_bytes() {
    let long = "x".repeat(3_000);
    let statement = |effect: &str, action: &str, name: &str| {
        format!(r#"{{"effect":"{effect}","action":"{action}","resource":"qcs::cvm:::{name}"}}"#)
    };
    let filler = vec![statement("allow", "cvm:Other", &long[..300]); 8].join(",");
    let attached = |text: &str, name: &str| {
        attach(parse(&document(text), &rules(DocumentKind::Identity)).unwrap(), name, Via::Own)
    };
    let mut policies: Vec<Attached> = (0..200).map(|number| attached(&filler, &format!("p{number}"))).collect();
    policies.push(attached(&statement("deny", "cvm:Do", "*"), "last"));
    let set = PolicySet::compile(policies);
    let boundary = PolicySet::compile(vec![attached(&statement("allow", "cvm:Other", "*"), "boundary")]);
    let context = context(&[]);
    let names = [format!("qcs::cvm::uin/{OWNER}:{}", "y".repeat(100_000))];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let question = Question { resource: Resource::Named(&names), ..ask(&context) };
    let layers = Layers { boundary: Some(&boundary), ..Layers::of(&set) };
    let explanation = explain(&layers, &question);
    let shown = serde_json::to_string(&explanation).unwrap();
    assert!(shown.len() < 2 * LONGEST, "{}", shown.len());
    assert_eq!(explanation.considered.len() + explanation.left_out, 200 * 8 + 2);
    assert!(explanation.left_out > 1_000);
    assert!(shown.contains(&format!(r#""considered_left_out":{}"#, explanation.left_out)));
    let deciding = &explanation.considered[explanation.deciding.unwrap()];
    assert_eq!((deciding.policy.as_str(), deciding.matched), ("last", true));
    // Part of the size is reserved for the permission boundary.
    assert!(explanation.considered.iter().any(|considered| considered.policy == "boundary"));
    let text = render(&explanation, "me");
    assert!(text.contains("decided by: policy `last`") && text.len() < 4_096, "{text}");
    assert!(text.contains(&format!("note: {} more statements", explanation.left_out)), "{text}");
}

/// A long list of values is cut, and the explanation gives the number of those omitted.
#[test]
fn lists_of_values_are_cut() {
    let context = tagged(2_000);
    let values: Vec<String> = (0..150).map(|number| format!(r#""wanted{number}&x""#)).collect();
    let set = set(&format!(
        r#"{{"effect":"allow","action":"*","resource":"*","condition":{{"string_equal":{{"qcs:resource_tag":[{}]}}}}}}"#,
        values.join(",")
    ));
    let explanation = explain(&Layers::of(&set), &ask(&context));
    let failed = explanation.considered[0].failed.clone().unwrap();
    assert_eq!(failed.actual.len() + failed.actual_left_out, 2_000);
    assert_eq!(failed.actual[0], "name0&value0");
    assert!(failed.actual_left_out > 1_000);
    assert_eq!((failed.expected.len(), failed.expected_left_out), (150, 0));
    let text = render(&explanation, "me");
    assert!(text.contains(&format!(" and {} more\n", failed.actual_left_out)), "{text}");
    // The values of a variable are cut too, of which there is one for each tag.
    let set = self::set(&costly("allow", "string_equal", 30));
    let explanation = explain(&Layers::of(&set), &ask(&context));
    let text = render(&explanation, "me");
    assert!(text.len() < 16 * 1024, "{}", text.len());
}
