//! Every situation in both languages: the Chinese is Chinese, and both name the same things.

use super::quoted::identifiers;
use super::{en, zh};
use crate::engine::fault::{
    Fault, FormFlaw, Internal, Kind, Limit, Malformed, Parameter, PasswordFlaw, Refusal, TokenFailure, Unauthenticated,
    Unrouted, Why,
};
use crate::engine::model::{ManagedKind, Manager};
use crate::policy::{self, Defect, Problem, Reason, Rules, Span};

/// Words that Chinese sentences keep in Latin letters.
const TERMS: &[&str] =
    &["APPID", "CAM", "Content-Type", "ID", "IP", "JSON", "MFA", "POST", "SecretId", "Token", "U+0000", "UTF-8"];

/// Clauses that faults bring along in English: rules of parameters, then reasons why a credential cannot be read.
const RULES: &[&str] = &[
    "1 to 128 letters, digits or +=,.@_-",
    "2 to 128 letters, digits or _+=,.@:/-",
    "1 to 64 characters, no control characters",
    "8 to 32 characters, of at least three kinds out of lower case, upper case, digits and punctuation",
    "1 to 128 characters",
    "at most 256 characters",
    "at most 300 bytes",
    "0 to 43200 seconds",
    "only `id_token`",
    "at most 1024 bytes that begin with `https://` and a host",
    "a name like `qcs::cam::uin/<account>:saml-provider/<name>`",
    "a provider of the role's account",
    "at least one client",
    "a document, which `updateSAML` needs",
    "1 second or more",
    "1 to attach or 2 to detach",
    "1 to 200",
    "`All`, `User`, `Group` or `Role`",
    "`All`, `QCS` or `Local`",
    "0, 1 or 2",
    "`User` or `QCS`",
    "0 or 1",
    "`qcs::cam::uin/<account>:roleName/<name>` or `qcs::cam::uin/<account>:role/<id>`",
    "out of range",
    "a decimal number",
    "a JSON text or an object",
    "a text, a whole number, or true or false, as this action's stub needs",
    "a service and a suffix of letters, digits, _ or -",
    "only preset policies have an alias, and they cannot be changed",
    "one of GroupId and RelateUin, the other being -1",
    "a key of its own; `k` is given twice",
    "a name such as `qcs::cam::uin/<account>:role/<id>`",
    "a role, user or policy of this account, such as `qcs::cam::uin/<account>:role/<id>`",
    "the `PaginationToken` of the page before",
    "`Custom`",
    "1 to 128 bytes",
    "`SubAccountLoginLimitApproval`",
    "one of TargetUin, RoleId and GroupId",
    "the marker of an earlier answer",
    "addresses that do not overlap",
    "an address, a network such as 10.0.0.0/8, or two addresses with a hyphen between them",
];
const CLAIMS: &[&str] = &[
    "`Authorization` not valid",
    "`SecretId` in Credential not valid",
    "`SignedHeaders` names a header that the request does not have",
];

/// One value of each variant. A variant that is left out does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident $(($($value:expr),*))? $({$($field:ident: $inner:expr),*})?),* $(,)?) => {{
        let _complete = |it: &$type| match it { $($type::$variant { .. } => {})* };
        [$($type::$variant $(($($value),*))? $({$($field: $inner),*})?),*]
    }};
}

fn kinds() -> impl Iterator<Item = Kind> {
    every!(Kind: Account, Application, User, NamedUser, Group, Role, AssumedRole, Policy, PolicyVersion, Key, DeletionTask,
        Principal, Provider, ForeignPrincipal, Member, FactorToken, DataFlow)
        .into_iter()
}

fn illegal() -> impl Iterator<Item = Why> {
    RULES.iter().copied().chain(["a rule that nobody has translated; `x`"]).map(|rule| Why::Illegal(rule.to_owned()))
}

fn problems() -> impl Iterator<Item = Problem> {
    let defects = every!(Defect:
        NotJson, NotObject, DuplicateElement, TooLong, UnknownElement, Version, Statement, Effect, ActionMissing,
        ActionForm, ActionUnknown, ActionServiceUnknown, ActionNotAllowed, PermissionSetUnknown, ResourceMissing,
        ResourceForm, ResourceSegments, ResourceProject, ResourceServiceUnknown, ResourceRegion, ResourceOwner,
        ResourceContent, ResourceNotAllowed, ConditionForm, ConditionOperator, ConditionContent, PrincipalMissing,
        PrincipalForm, PrincipalName, PrincipalServiceUnknown, PrincipalNotAllowed,
    );
    defects.into_iter().flat_map(|defect| {
        ["", "statement[0].effect"].map(|path| Problem {
            defect,
            path: path.to_owned(),
            span: Span { line: 2, column: 14, offset: 20, len: 5 },
            message: "there is no element `efect` here; did you mean `effect`?".to_owned(),
        })
    })
}

/// Every situation but a denial, which needs a whole engine: see `denials_are_said_in_both_languages`.
fn faults() -> Vec<Fault> {
    let _complete = |fault: &Fault| match fault {
        Fault::Malformed(_)
        | Fault::Unrouted(_)
        | Fault::Unauthenticated(_)
        | Fault::RateLimited { .. }
        | Fault::Parameter(_)
        | Fault::Document(_)
        | Fault::Denied(_)
        | Fault::NotFound(..)
        | Fault::Exists(..)
        | Fault::Quota(..)
        | Fault::Refused(_)
        | Fault::Internal(_) => {}
    };
    let text = str::to_owned;
    let mut faults: Vec<Fault> = vec![Fault::RateLimited { seen: 4, limit: 2 }, Fault::Internal(Internal::Bug("x"))];
    let malformed = every!(Malformed:
        Method(text("PUT")), ContentType(text("text/plain")), TooLarge { limit: 10 }, Unfinished, Busy,
        Json(text("EOF while parsing an object at line 1 column 11")), Form(FormFlaw::NoDivider), Multipart, MissingHeader("Region"),
        RepeatedHeader(text("x-tc-action")), UnreadableHeader(text("x-tc-region")),
        Header { name: "Timestamp", value: text("soon") },
    );
    let more = [
        Malformed::TooLarge { limit: crate::dialect::tencent::v1::LARGEST_FORM },
        Malformed::Form(FormFlaw::Unreadable),
        Malformed::Form(FormFlaw::Repeated(text("RoleName"))),
        Malformed::Header { name: "Nonce", value: text("-1") },
        Malformed::Header { name: "X-TC-Region", value: text("A B") },
        Malformed::Json(text("the key `Role Name` is given twice at line 1 column 18")),
        Malformed::Json(text("the character U+0000 is not allowed in a text at line 3 column 4")),
    ];
    faults.extend(malformed.into_iter().chain(more).map(Fault::Malformed));
    let unrouted = every!(Unrouted:
        Action { service: None, version: text("2019-01-16"), action: text("Fly") },
        Version { service: text("cam"), version: text("2000-01-01") },
    );
    let more = ["cam", "cvm"].map(|service| Unrouted::Action {
        service: Some(text(service)),
        version: text("2019-01-16"),
        action: text("Fly"),
    });
    faults.extend(unrouted.into_iter().chain(more).map(Fault::Unrouted));
    let unauthenticated = every!(Unauthenticated:
        Unsigned, Uncovered(vec!["x-tc-action", "body"]), Claim(text("something that nobody has translated in `Authorization`")), Stale { seconds: 301 }, UnknownKey,
        Token(TokenFailure::Missing), Signature { canonical_request: text("POST"), string_to_sign: text("TC3") },
    );
    let claims = CLAIMS.iter().map(|why| Unauthenticated::Claim(text(why)));
    faults.extend(unauthenticated.into_iter().chain(claims).map(Fault::Unauthenticated));
    let whys = every!(Why:
        Missing, Unknown, Type("string"), Illegal(text("0 or 1")), TooLong(128), TooMany(50), NoneOf(&["RoleId"]),
    );
    let parameter = |path: &str, why: Why| Fault::Parameter(Parameter { path: path.to_owned(), why });
    faults.extend(whys.into_iter().chain(illegal()).map(|why| parameter("Tags.0.Key", why)));
    faults.extend(["object", "list"].map(|kind| parameter("", Why::Type(kind))));
    faults.push(Fault::none_of(&["PolicyId", "PolicyName"]));
    faults.extend(problems().map(Fault::Document));
    faults.extend(kinds().map(|kind| Fault::NotFound(kind, text("Widex"))));
    faults.extend(kinds().map(|kind| Fault::Exists(kind, text("Widex"))));
    let limits = every!(Limit:
        Roles, Users, UsersPerDay, Receivers, Identities, Groups, GroupMembers, UserGroups, Policies, PolicyVersions,
        Attachments, Keys, Tags, Providers, SignOns,
    );
    faults.extend(limits.map(|limit| Fault::Quota(limit, 10)));
    let refusals = every!(Refusal:
        UserHasKeys, KeysOfAnother, KeyOfOther, PresetPolicy, BoundaryInUse, ServiceLinkedRole, NotServiceLinked, DefaultVersion,
        SessionTooLong { limit: 3600 }, OtherSource { inherited: text("carol") }, TemporaryKey, SecondFactor,
        Metadata { why: text("`entityID` must have 1 to 1024 bytes") }, Keys { why: text("it is not base64") },
        Assertion { why: text("`Recipient` is another address than that of this service") }, Token { why: text("`iss` is wrong") },
        WrongCode, NoPhone, NoChat, FactorRequired, Suspended, Unverified, NoNewUsers, Risky,
        Managed(ManagedKind::Policy, Manager::Organization), TagConditions, Password(PasswordFlaw::TooShort(9)),
        FlowClosed, FlowWithoutSecret,
    );
    faults.extend(refusals.map(Fault::Refused));
    let flaws = [PasswordFlaw::Lacks(text("A")), PasswordFlaw::UsedBefore(3)].map(Refusal::Password);
    let managers = [Manager::IdentityCenter, Manager::Service, Manager::Tags];
    let managed = managers.map(|manager| Refusal::Managed(ManagedKind::Role, manager));
    faults.extend(flaws.into_iter().chain(managed).map(Fault::Refused));
    faults
}

/// The words of a Chinese sentence in Latin letters, identifiers and terms left out.
fn foreign_words(chinese: &str) -> Vec<&str> {
    let outside = chinese.split('`').step_by(2);
    let words = outside.flat_map(|part| {
        part.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '+' | '.' | '/')))
    });
    let is_latin = |word: &&str| word.bytes().any(|byte| byte.is_ascii_alphabetic());
    words.filter(is_latin).filter(|word| !TERMS.contains(word)).collect()
}

/// What is wrong with a sentence in its two languages.
fn check(english: &str, chinese: &str) {
    assert!(english.is_ascii(), "{english}");
    assert_eq!(foreign_words(chinese), [""; 0], "{chinese}");
    let lines_up = chinese.ends_with('。') || chinese.ends_with("` ");
    assert!(lines_up && !chinese.contains(", ") && !chinese.contains(": "), "{chinese}");
    let chinese = chinese.replace("<服务>", "<service>");
    for name in identifiers(english) {
        assert!(chinese.contains(name), "`{name}` of {english} is not in {chinese}");
    }
    for name in identifiers(&chinese) {
        assert!(english.contains(name), "`{name}` of {chinese} is not in {english}");
    }
}

#[test]
fn every_situation_is_said_in_both_languages() {
    for fault in faults() {
        check(&en::message(&fault, "a4bd89d0"), &zh::message(&fault, "a4bd89d0"));
    }
}

#[test]
fn denials_are_said_in_both_languages() {
    for reason in every!(Reason: Root, Allow, ExplicitDeny, ImplicitDeny, Boundary, SessionPolicy, Trust) {
        let (action, resource) = ("cam:GetRole", "qcs::cam::uin/1:roleName/r");
        let [english, chinese] = [en::denied, zh::denied].map(|denied| denied(reason, action, resource, "a4bd89d0"));
        for name in [action, resource] {
            assert!(english.contains(name) && chinese.contains(name), "{english}\n{chinese}");
        }
        // The service's own answer, which the gateway repeats, is in English.
        let own = chinese.split_once("[[").map_or(chinese.as_str(), |(own, _)| own);
        let own = own.replace(action, "").replace(resource, "");
        assert_eq!(foreign_words(&own), [""; 0], "{chinese}");
    }
}

#[test]
fn clauses_are_translated() {
    let said = |fault: &Fault| zh::message(fault, "");
    for rule in RULES {
        let chinese = said(&Fault::illegal("Name", *rule));
        assert!(!chinese.contains("不符合要求"), "{rule}: {chinese}");
    }
    for why in CLAIMS {
        let chinese = said(&Fault::Unauthenticated(Unauthenticated::Claim((*why).to_owned())));
        assert!(!chinese.contains("无法解析"), "{why}: {chinese}");
    }
    let check = |fault: Fault, expected: &str| assert_eq!(said(&fault), expected);
    check(
        Fault::illegal("RoleName", "1 to 128 letters, digits or +=,.@_-"),
        "参数 `RoleName` 取值错误：长度为 1 至 128 个字符，只能包含字母、数字和 +=,.@_-。",
    );
    check(Fault::illegal("Scope", "`All`, `QCS` or `Local`"), "参数 `Scope` 取值错误：应为 `All`、`QCS` 或 `Local`。");
    check(Fault::illegal("X", "a word or two, such as `x`"), "参数 `X` 取值错误：不符合要求（涉及 `x`）。");
    check(
        Fault::Malformed(Malformed::Json("the key `Name` is given twice at line 1 column 18".to_owned())),
        "请求体不是合法的 JSON：第 1 行第 18 列，键 `Name` 重复。",
    );
    check(
        Fault::Malformed(Malformed::Json("EOF while parsing an object at line 1 column 11".to_owned())),
        "请求体不是合法的 JSON：第 1 行第 11 列，存在语法错误。",
    );
}

#[test]
fn a_defect_says_where_it_is() {
    let text = r#"{"version":"2.0","statement":[{"effect":"maybe","action":"*","resource":"*"}]}"#;
    let problem = crate::policy::grammar::tencent::LANGUAGE
        .parse(text, &Rules::new(policy::DocumentKind::Identity, "100000000001", 0))
        .unwrap_err()
        .remove(0);
    assert_eq!(
        zh::message(&Fault::Document(problem), ""),
        "策略文档错误，第 1 行第 41 列，`statement[0].effect`：效力缺失或取值错误（涉及 `effect`、`\"maybe\"`、`allow`、`deny`）。"
    );
}
