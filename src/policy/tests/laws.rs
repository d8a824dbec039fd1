//! Laws that must hold for all documents.
//!
//! They are tested on random cases, and on all sets of up to three statements built from a few patterns.

use proptest::prelude::*;

use super::*;

const ACTIONS: &[&str] = &["cvm:A", "cvm:B", "cbs:A"];
const RESOURCES: &[&str] = &["", "qcs::cvm::uin/100000000001:i/1", "qcs::cvm:gz:uin/100000000001:i/2"];
const CONTEXTS: &[&[(&str, &str)]] = &[&[], &[("k:x", "1")], &[("k:x", "2")], &[("k:x", "1"), ("k:x", "?")]];

const EFFECTS: &[&str] = &["allow", "deny"];
const ACTION_PATTERNS: &[&str] = &[r#""*""#, r#""cvm:*""#, r#""cvm:A""#, r#"["cvm:B","cbs:*"]"#];
const RESOURCE_PATTERNS: &[&str] = &[r#""*""#, r#""qcs::cvm:::i/*""#, r#"["qcs::cvm:gz::*","qcs::cvm:::i/1"]"#];
const CONDITIONS: &[&str] = &[
    "{}",
    r#"{"string_equal":{"k:x":"1"}}"#,
    r#"{"string_not_equal":{"k:x":["1"]}}"#,
    r#"{"for_all_value:numeric_less_than_if_exist":{"k:x":2}}"#,
    r#"{"null_equal":{"k:x":true}}"#,
];

fn statement() -> impl Strategy<Value = String> {
    let one = |of: &'static [&'static str]| prop::sample::select(of);
    (one(EFFECTS), one(ACTION_PATTERNS), one(RESOURCE_PATTERNS), one(CONDITIONS)).prop_map(write)
}

fn write((effect, action, resource, condition): (&str, &str, &str, &str)) -> String {
    format!(r#"{{"effect":"{effect}","action":{action},"resource":{resource},"condition":{condition}}}"#)
}

fn statements() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(), 0..6)
}

/// Compiles the statements into documents of at most two each.
fn compile(statements: &[String]) -> PolicySet {
    let attach_all = |chunk: &[String]| {
        attach(parse(&document(&chunk.join(",")), &rules(DocumentKind::Identity)).unwrap(), "p", Via::Own)
    };
    PolicySet::compile(statements.chunks(2).map(attach_all).collect())
}

/// Returns the decisions on all questions.
fn answers(layers: &Layers<'_>) -> Vec<Decision> {
    let mut answers = Vec::new();
    for_all_questions(|question| answers.push(decide(layers, question)));
    answers
}

fn for_all_questions(mut ask: impl FnMut(&Question<'_>)) {
    for action in ACTIONS {
        for resource in RESOURCES {
            for entries in CONTEXTS {
                let context = context(entries);
                let names = [*resource];
                let resource = if resource.is_empty() { Resource::Operation } else { Resource::Named(&names) };
                ask(&Question { action, resource, context: &context, caller: caller() });
            }
        }
    }
}

fn effects(layers: &Layers<'_>) -> Vec<Effect> {
    answers(layers).iter().map(|decision| decision.effect).collect()
}

/// New names for everything that statements and questions name.
#[derive(Debug)]
struct Names {
    services: (&'static str, &'static str),
    operations: (String, String),
    item: String,
    ids: (String, String),
    region: (&'static str, &'static str),
    key: String,
    owner: String,
    user: String,
}

fn names() -> impl Strategy<Value = Names> {
    let pair = |one: &'static str| (one, one).prop_filter("two names", |(a, b)| a != b);
    let services =
        prop::sample::select(vec![("cvm", "cbs"), ("cbs", "cvm"), ("vpc", "clb"), ("cos", "tke"), ("scf", "vpc")]);
    let region = prop::sample::select(vec![("gz", "ap-guangzhou"), ("sh", "ap-shanghai"), ("ap-beijing", "bj")]);
    let numbers = ("[1-9][0-9]{11}", "[1-9][0-9]{11}").prop_filter("two numbers", |(a, b)| a != b);
    (
        services,
        pair("[A-Z][A-Za-z0-9]{0,12}"),
        "[a-z]{1,9}",
        pair("[a-zA-Z0-9-]{1,9}"),
        region,
        "[a-z]{1,9}:[a-zA-Z_/é]{1,9}",
        numbers,
    )
        .prop_map(|(services, operations, item, ids, region, key, (owner, user))| Names {
            services,
            operations,
            item,
            ids,
            region,
            key,
            owner,
            user,
        })
}

impl Names {
    fn action(&self, action: &str) -> String {
        match action {
            "cvm:A" => format!("{}:{}", self.services.0, self.operations.0),
            "cvm:B" => format!("{}:{}", self.services.0, self.operations.1),
            _ => format!("{}:{}", self.services.1, self.operations.0),
        }
    }

    fn statement(&self, statement: &str) -> String {
        let old = [
            (r#""cvm:*""#, format!(r#""{}:*""#, self.services.0)),
            (r#""cvm:A""#, format!(r#""{}""#, self.action("cvm:A"))),
            (r#""cvm:B""#, format!(r#""{}""#, self.action("cvm:B"))),
            (r#""cbs:*""#, format!(r#""{}:*""#, self.services.1)),
            ("qcs::cvm:::i/*", format!("qcs::{}:::{}/*", self.services.0, self.item)),
            ("qcs::cvm:gz::*", format!("qcs::{}:{}::*", self.services.0, self.region.0)),
            ("qcs::cvm:::i/1", format!("qcs::{}:::{}/{}", self.services.0, self.item, self.ids.0)),
            ("k:x", self.key.clone()),
        ];
        // Placeholders come first, because a new name may be the old name of something else.
        let mark = |index: usize| format!("\u{1}{index}\u{2}");
        let marked = |text: String, (index, (old, _)): (usize, &(&str, String))| text.replace(old, &mark(index));
        let text = old.iter().enumerate().fold(statement.to_owned(), marked);
        old.iter().enumerate().fold(text, |text, (index, (_, new))| text.replace(&mark(index), new))
    }

    /// Returns the decisions on all questions, with these names.
    fn answers(&self, layers: &Layers<'_>) -> Vec<Decision> {
        let resources = [
            String::new(),
            format!("qcs::{}::uin/{}:{}/{}", self.services.0, self.owner, self.item, self.ids.0),
            format!("qcs::{}:{}:uin/{}:{}/{}", self.services.0, self.region.1, self.owner, self.item, self.ids.1),
        ];
        let caller = Variables { caller: &self.user, account: &self.owner, ..caller() };
        let mut answers = Vec::new();
        for action in ACTIONS {
            for resource in &resources {
                for entries in CONTEXTS {
                    let entries: Vec<_> = entries.iter().map(|(_, value)| (self.key.as_str(), *value)).collect();
                    let (context, names) = (context(&entries), [resource.as_str()]);
                    let resource = if resource.is_empty() { Resource::Operation } else { Resource::Named(&names) };
                    answers.push(decide(
                        layers,
                        &Question { action: &self.action(action), resource, context: &context, caller },
                    ));
                }
            }
        }
        answers
    }
}

/// Whether nothing is allowed that was not allowed before.
fn only_less(before: &[Effect], after: &[Effect]) -> bool {
    before.iter().zip(after).all(|(before, after)| *before == Effect::Allow || *after == Effect::Deny)
}

proptest! {
    #[test]
    fn adding_a_deny_never_grants(mut all in statements(), added in statement(), at in 0usize..6) {
        let before = effects(&Layers::of(&compile(&all)));
        all.insert(at.min(all.len()), added.replace(r#""effect":"allow""#, r#""effect":"deny""#));
        prop_assert!(only_less(&before, &effects(&Layers::of(&compile(&all)))));
    }

    #[test]
    fn removing_an_allow_never_grants(mut all in statements(), at in 0usize..6) {
        let before = effects(&Layers::of(&compile(&all)));
        if let Some(index) = (at..all.len()).find(|index| all[*index].contains(r#""effect":"allow""#)) {
            all.remove(index);
        }
        prop_assert!(only_less(&before, &effects(&Layers::of(&compile(&all)))));
    }

    #[test]
    fn boundary_and_session_only_shrink(identity in statements(), boundary in statements(), session in statements()) {
        let (identity, boundary, session) = (compile(&identity), compile(&boundary), compile(&session));
        let alone = Layers::of(&identity);
        let bound = Layers { boundary: Some(&boundary), ..alone };
        let both = Layers { session: Some(&session), ..bound };
        let (alone, bound, both) = (effects(&alone), effects(&bound), effects(&both));
        prop_assert!(only_less(&alone, &bound));
        prop_assert!(only_less(&bound, &both));
    }

    #[test]
    fn order_and_duplicates_do_not_matter(all in statements(), shuffled in statements().prop_shuffle(), turn in 0usize..6) {
        let mut other = all.clone();
        let middle = turn.min(other.len());
        other.rotate_left(middle);
        other.extend(all.iter().take(turn).cloned());
        prop_assert_eq!(effects(&Layers::of(&compile(&all))), effects(&Layers::of(&compile(&other))));
        let mut reversed = shuffled.clone();
        reversed.reverse();
        prop_assert_eq!(effects(&Layers::of(&compile(&shuffled))), effects(&Layers::of(&compile(&reversed))));
    }

    #[test]
    fn renaming_is_neutral(all in statements(), names in names()) {
        let renamed: Vec<String> = all.iter().map(|statement| names.statement(statement)).collect();
        let rules = Rules::new(DocumentKind::Identity, &names.owner, APP);
        let parsed = |chunk: &[String]| parse(&document(&chunk.join(",")), &rules).unwrap();
        let renamed = PolicySet::compile(renamed.chunks(2).map(|chunk| attach(parsed(chunk), "q", Via::Role)).collect());
        prop_assert_eq!(answers(&Layers::of(&compile(&all))), names.answers(&Layers::of(&renamed)));
    }

    #[test]
    fn nobody_is_allowed_without_an_allow(all in statements()) {
        let denies: Vec<String> = all.into_iter().filter(|s| s.contains(r#""effect":"deny""#)).collect();
        prop_assert!(effects(&Layers::of(&compile(&denies))).iter().all(|effect| *effect == Effect::Deny));
    }

    #[test]
    fn decide_and_explain_agree(identity in statements(), boundary in prop::option::of(statements()), session in prop::option::of(statements())) {
        let identity = compile(&identity);
        let (boundary, session) = (boundary.map(|s| compile(&s)), session.map(|s| compile(&s)));
        let layers = Layers { boundary: boundary.as_ref(), session: session.as_ref(), ..Layers::of(&identity) };
        for_all_questions(|question| agree(&layers, question));
    }

    #[test]
    fn no_text_stops_the_reader(text in "\\PC{0,80}") {
        let _ = parse(&text, &rules(DocumentKind::Identity));
        let loaded = load(&document(&text), &rules(DocumentKind::Trust));
        prop_assert_eq!(loaded.text(), document(&text));
    }

    #[test]
    fn no_element_stops_the_reader(a in "[a-z/*:${}0-9.]{0,30}", b in "(qcs)?[:a-z/*${}0-9]{0,40}", k in "[a-z_:]{0,30}", v in "[-0-9a-z:.TZ/${}*]{0,30}") {
        let text = document(&format!(r#"{{"effect":"deny","action":"{a}","resource":"{b}","condition":{{"string_like":{{"{k}":"{v}"}},"{k}":{{"a:b":"{v}"}}}}}}"#));
        for kind in [DocumentKind::Identity, DocumentKind::Trust, DocumentKind::Session, DocumentKind::Strategy] {
            let refused = parse(&text, &rules(kind));
            let set = PolicySet::compile(vec![attach(load(&text, &rules(kind)), "p", Via::Own)]);
            for_all_questions(|question| agree(&Layers::of(&set), question));
            for problem in refused.err().unwrap_or_default() {
                prop_assert!(problem.span.offset + problem.span.len <= text.len());
            }
        }
    }
}

/// Tests that `decide` and `explain` agree, and that the decision follows from the explanation alone.
fn agree(layers: &Layers<'_>, question: &Question<'_>) {
    let decision = decide(layers, question);
    let explanation = explain(layers, question);
    assert_eq!((decision.effect, decision.reason), (explanation.decision, explanation.reason));
    let matched = |effect| explanation.considered.iter().position(|c| c.matched && c.effect == effect);
    let allowed =
        |layer| explanation.considered.iter().any(|c| c.matched && c.effect == Effect::Allow && c.layer == layer);
    let expected = if matched(Effect::Deny).is_some() {
        Reason::ExplicitDeny
    } else if !allowed(Layer::Identity) {
        Reason::ImplicitDeny
    } else if layers.boundary.is_some() && !allowed(Layer::Boundary) {
        Reason::Boundary
    } else if layers.session.is_some() && !allowed(Layer::Session) {
        Reason::SessionPolicy
    } else {
        Reason::Allow
    };
    assert_eq!(decision.reason, expected);
    let deciding = match decision.reason {
        Reason::ExplicitDeny => matched(Effect::Deny),
        Reason::Allow => matched(Effect::Allow),
        _ => None,
    };
    assert_eq!(explanation.deciding, deciding);
    for considered in &explanation.considered {
        assert_eq!(considered.matched, considered.failed.is_none());
    }
}

/// A set of up to three statements decides as its statements do one by one, in any order. It denies if one of them
/// denies, else it allows if one allows.
#[test]
fn all_small_sets_decide_as_their_statements() {
    let mut all = Vec::new();
    for effect in EFFECTS {
        for action in ["\"*\"", "\"cvm:A\"", "\"cvm:*\""] {
            for resource in ["\"*\"", "\"qcs::cvm:::i/1\""] {
                for condition in ["{}", r#"{"string_not_equal":{"k:x":"1"}}"#] {
                    all.push(write((effect, action, resource, condition)));
                }
            }
        }
    }
    let singles: Vec<Vec<Decision>> =
        all.iter().map(|one| answers(&Layers::of(&compile(std::slice::from_ref(one))))).collect();
    let documents: Vec<Arc<Document>> =
        all.iter().map(|one| Arc::new(parse(&document(one), &rules(DocumentKind::Identity)).unwrap())).collect();
    let mut sets = 0;
    for a in 0..all.len() {
        for b in 0..all.len() {
            for c in b..all.len() {
                let policies = [a, b, c].map(|index| Attached {
                    policy: PolicyLabel { id: String::new(), name: String::new() },
                    via: Via::Own,
                    document: Arc::clone(&documents[index]),
                });
                let together = answers(&Layers::of(&PolicySet::compile(policies.into())));
                for (index, decision) in together.iter().enumerate() {
                    let reasons = [a, b, c].map(|statement| singles[statement][index].reason);
                    let expected = if reasons.contains(&Reason::ExplicitDeny) {
                        Reason::ExplicitDeny
                    } else if reasons.contains(&Reason::Allow) {
                        Reason::Allow
                    } else {
                        Reason::ImplicitDeny
                    };
                    assert_eq!(decision.reason, expected, "{} {} {}", all[a], all[b], all[c]);
                }
                sets += 1;
            }
        }
    }
    assert_eq!(sets, 24 * 24 * 25 / 2);
}
