//! The Chinese sentences, in the words of Tencent's console and documents.
//!
//! Some faults bring a clause that was written in English: the rule of a parameter, the reason why a credential or a JSON
//! text cannot be read, the message about a policy document. [`PHRASES`] translates the clauses; where it knows none, the
//! sentence says what is wrong without it and keeps the identifiers.

use super::quoted::{brief, identifiers, no_permission};
use crate::dialect::tencent::{operations, v1};
use crate::engine::fault::{
    Fault, FormFlaw, Kind, Limit, Malformed, Parameter, PasswordFlaw, Refusal, Unauthenticated, Unrouted, Why,
};
use crate::engine::model::Manager;
use crate::policy::{Defect, Problem, Reason};

/// English clauses and their translations; each `{}` stands for the same text in both, in the same order.
const PHRASES: &[(&str, &str)] = &[
    // The rules of parameters.
    ("{} to {} letters, digits or {}", "长度为 {} 至 {} 个字符，只能包含字母、数字和 {}"),
    ("{} to {} characters, no control characters", "长度为 {} 至 {} 个字符，不能包含控制字符"),
    (
        "{} to {} characters, of at least three kinds out of lower case, upper case, digits and punctuation",
        "长度为 {} 至 {} 个字符，至少包含小写字母、大写字母、数字和标点符号中的三种",
    ),
    ("{} to {} characters", "长度为 {} 至 {} 个字符"),
    ("at most {} characters", "最多 {} 个字符"),
    ("at most {} bytes", "最多 {} 字节"),
    ("{} to {} seconds", "取值范围为 {} 至 {} 秒"),
    ("{} second or more", "不少于 {} 秒"),
    ("{} to attach or {} to detach", "{} 表示绑定，{} 表示解除绑定"),
    ("{} to {}", "取值范围为 {} 至 {}"),
    ("{}, {}, {} or {}", "应为 {}、{}、{} 或 {}"),
    ("{}, {} or {}", "应为 {}、{} 或 {}"),
    ("{} or {}", "应为 {} 或 {}"),
    ("{} to {} bytes", "长度为 {} 至 {} 字节"),
    ("`{}`", "应为 `{}`"),
    ("one of TargetUin, RoleId and GroupId", "`TargetUin`、`RoleId` 和 `GroupId` 只能指定一个"),
    ("the marker of an earlier answer", "应为之前返回的标记"),
    ("addresses that do not overlap", "IP 范围不能重叠"),
    (
        "an address, a network such as {}, or two addresses with a hyphen between them",
        "应为 IP 地址、网段（如 {}）或用连字符连接的两个 IP 地址",
    ),
    ("out of range", "超出取值范围"),
    ("only {}", "只能为 {}"),
    ("at most {} bytes that begin with {} and a host", "最多 {} 字节，以 {} 和主机名开头"),
    ("a name like {}", "应为形如 {} 的名称"),
    ("a provider of the role's account", "应为角色所属账号的身份提供商"),
    ("at least one client", "至少一个客户端"),
    ("a document, which {} needs", "{} 要求提供文档"),
    ("a decimal number", "应为十进制数字"),
    ("a JSON text or an object", "应为 JSON 文本或对象"),
    ("a text, a whole number, or true or false, as this action's stub needs", "该接口的桩要求文本、整数或布尔值"),
    ("a service and a suffix of letters, digits, _ or -", "应由服务名和后缀组成，后缀只能包含字母、数字、_ 和 -"),
    ("only preset policies have an alias, and they cannot be changed", "只有预设策略有别名，且预设策略不能修改"),
    ("one of GroupId and RelateUin, the other being {}", "`GroupId` 和 `RelateUin` 必须且只能指定一个，另一个为 {}"),
    ("a key of its own; `{}` is given twice", "键 `{}` 重复"),
    ("a name such as `{}`", "应为资源六段式，例如 `{}`"),
    ("a role, user or policy of this account, such as `{}`", "应为本账号的角色、用户或策略，例如 `{}`"),
    ("the `{}` of the page before", "应为上一页返回的 `{}`"),
    ("`{}`", "应为 `{}`"),
    // Why a credential cannot be read.
    ("`{}` in Credential not valid", "`Credential` 中的 `{}` 无效"),
    ("`{}` not valid", "`{}` 无效"),
    ("`{}` names a header that the request does not have", "`{}` 包含请求中不存在的请求头"),
    // Why a text is not JSON.
    ("the key `{}` is given twice", "键 `{}` 重复"),
    ("the character U+0000 is not allowed in a text", "文本中不允许出现字符 U+0000"),
];

/// The sentence for a fault.
pub fn message(fault: &Fault, request_id: &str) -> String {
    match fault {
        Fault::Malformed(malformed) => malformed_message(malformed),
        Fault::Unrouted(unrouted) => unrouted_message(unrouted),
        Fault::Unauthenticated(how) => unauthenticated_message(how),
        Fault::RateLimited { seen, limit } => {
            format!("您当前每秒请求 `{seen}` 次，超过了每秒频率上限 `{limit}`，请稍后重试。")
        }
        Fault::Parameter(parameter) => parameter_message(parameter),
        Fault::Document(problem) => document_message(problem),
        Fault::Denied(denial) => {
            let asked = &denial.evidence.asked;
            denied(denial.reason, &asked.action, asked.resource(), request_id)
        }
        Fault::NotFound(kind, name) => format!("{} `{}` 不存在。", kind_name(*kind), brief(name)),
        Fault::Exists(kind, name) => format!("{} `{name}` 已存在，请使用其他名称。", kind_name(*kind)),
        Fault::Quota(limit, most) => {
            format!("{}数量已达上限 {most}，请先删除不再使用的部分。", limit_name(*limit))
        }
        Fault::Refused(refusal) => refusal_message(refusal),
        Fault::Internal(_) => format!("内部错误，请根据请求 ID `{request_id}` 在服务端日志中查看原因。"),
    }
}

/// The sentence for a caller that may not do something, by the side that refused.
pub fn denied(reason: Reason, action: &str, resource: &str, request_id: &str) -> String {
    match reason {
        Reason::Trust => format!("角色 ({resource}) 的信任策略不允许该身份执行 ({action})。"),
        Reason::Root
        | Reason::Allow
        | Reason::ExplicitDeny
        | Reason::ImplicitDeny
        | Reason::Boundary
        | Reason::SessionPolicy => {
            format!("操作未授权，请检查CAM策略。{}", no_permission(action, resource, request_id))
        }
    }
}

fn malformed_message(malformed: &Malformed) -> String {
    match malformed {
        Malformed::Method(method) => format!("不支持的请求方法 `{method}`，请使用 `GET` 或 `POST`。"),
        Malformed::ContentType(kind) => {
            format!("此处不支持 Content-Type `{kind}`，请使用 `application/json` 与签名方法 `TC3-HMAC-SHA256`。")
        }
        Malformed::TooLarge { limit: v1::LARGEST_FORM } => {
            "请求超过大小限制，签名验证失败，请使用新的签名方法 `TC3-HMAC-SHA256`。".to_owned()
        }
        Malformed::TooLarge { limit } => format!("请求超过上限 {limit} 字节。"),
        Malformed::Unfinished => "请求体不完整或未及时到达，请重新发送。".to_owned(),
        Malformed::Busy => "服务器正在接收过多的请求体，请稍后重试。".to_owned(),
        Malformed::Json(why) => format!("请求体不是合法的 JSON：{}。", syntax(why)),
        Malformed::Form(FormFlaw::NoDivider) => "请求参数的键和值应以 `=` 分隔。".to_owned(),
        Malformed::Form(FormFlaw::Unreadable) => {
            "查询或表单中的参数不是 `UTF-8` 编码，或含有字符 `U+0000`。".to_owned()
        }
        Malformed::Form(FormFlaw::Repeated(name)) => format!("参数 `{name}` 重复，请只传一次。"),
        Malformed::Multipart => {
            "无法读取 `multipart` 请求体：需要 `boundary`、`UTF-8` 的值以及每个部分的名称。".to_owned()
        }
        Malformed::MissingHeader(name) => missing(name),
        Malformed::RepeatedHeader(name) => format!("请求头 `{name}` 重复，请只发送一次。"),
        Malformed::UnreadableHeader(name) => format!("请求头 `{name}` 不是 UTF-8 编码。"),
        Malformed::Header { name: name @ "Timestamp", .. } => wrong_type(name, "integer"),
        Malformed::Header { name: "Nonce", .. } => "参数 `Nonce` 类型错误。".to_owned(),
        Malformed::Header { name, .. } => format!("参数 `{name}` 取值错误。"),
    }
}

fn unrouted_message(unrouted: &Unrouted) -> String {
    match unrouted {
        Unrouted::Action { service, version, action } => {
            let service = service.as_deref().unwrap_or("<服务>");
            let remedy = match operations::version_of(service) {
                Some(_) => String::new(),
                None => format!("其他服务的接口可通过 `PUT /_camulator/v1/stubs/{service}/{action}` 设置桩。"),
            };
            format!(
                "请求的 `Action` 不正确或不存在，本模拟器不提供版本 `{version}` 的接口 `{service}:{action}`。{remedy}"
            )
        }
        Unrouted::Version { service, version } => format!("服务 `{service}` 不存在版本 `{version}`。"),
    }
}

fn unauthenticated_message(how: &Unauthenticated) -> String {
    match how {
        Unauthenticated::Claim(why) => {
            let why = phrase(why).unwrap_or_else(|| "无法解析".to_owned() + &named_in(why, ""));
            return format!("请求头部的 `Authorization` 不符合腾讯云标准：{why}。");
        }
        Unauthenticated::Uncovered(free) => {
            return format!(
                "请求的 `Authorization` 不符合要求：本服务器以 `--signature strict` 启动，签名还必须覆盖 `{}`。",
                free.join("`、`")
            );
        }
        Unauthenticated::Unsigned => return missing("Authorization"),
        Unauthenticated::Stale { .. } => "签名已过期，请重新请求。",
        Unauthenticated::UnknownKey => "SecretId不存在，请输入正确的密钥。",
        Unauthenticated::Token(_) => "Token 校验失败，请检查您的 Token 是否正确。",
        Unauthenticated::Signature { .. } => "请求签名验证失败，请检查您的签名计算是否正确。",
    }
    .to_owned()
}

fn parameter_message(parameter: &Parameter) -> String {
    let path: &str = &brief(&parameter.path);
    match &parameter.why {
        Why::Missing => missing(path),
        Why::Unknown => format!("未知参数 `{path}`。"),
        Why::Type(expected) => wrong_type(path, expected),
        Why::Illegal(rule) => {
            let rule = phrase(rule).unwrap_or_else(|| "不符合要求".to_owned() + &named_in(rule, ""));
            format!("参数 `{path}` 取值错误：{rule}。")
        }
        Why::TooLong(most) => format!("参数 `{path}` 过长，最多 {most} 字节。"),
        Why::TooMany(most) => format!("参数 `{path}` 的元素过多，最多 {most} 个。"),
        Why::NoneOf(_) => format!("参数 `{}` 至少需要一个。", path.replace("`, `", "`、`")),
    }
}

fn missing(name: &str) -> String {
    format!("请求缺少必要参数 `{name}`。")
}

fn wrong_type(name: &str, expected: &str) -> String {
    match (name, expected) {
        ("", "object") => "请求体不是 JSON 对象。".to_owned(),
        ("", _) => "请求体的 JSON 类型错误。".to_owned(),
        // The gateway's sentence ends so.
        _ => format!("参数 `{name}` 取值类型错误。参数类型应为 `{expected}` "),
    }
}

fn document_message(problem: &Problem) -> String {
    let path = if problem.path.is_empty() { String::new() } else { format!("，`{}`", problem.path) };
    let what = match problem.defect {
        Defect::NotJson => "不是合法的 JSON",
        Defect::NotObject => "不是 JSON 对象",
        Defect::DuplicateElement => "元素重复",
        Defect::TooLong => "文档过长",
        Defect::UnknownElement => "存在无法识别的元素",
        Defect::Version => "版本缺失或取值错误",
        Defect::Statement => "语句缺失、为空或格式错误",
        Defect::Effect => "效力缺失或取值错误",
        Defect::ActionMissing => "缺少操作",
        Defect::ActionForm => "操作的格式错误",
        Defect::ActionUnknown => "操作不存在",
        Defect::ActionServiceUnknown => "操作所属的服务不存在",
        Defect::ActionNotAllowed => "此类策略不允许使用该操作",
        Defect::PermissionSetUnknown => "权限集的内容未知",
        Defect::ResourceMissing => "缺少资源",
        Defect::ResourceForm => "资源的格式错误",
        Defect::ResourceSegments => "资源不符合六段式",
        Defect::ResourceProject => "资源的项目信息错误",
        Defect::ResourceServiceUnknown => "资源所属的服务不存在",
        Defect::ResourceRegion => "资源的地域不存在",
        Defect::ResourceOwner => "资源的账号信息错误，或资源属于其他账号",
        Defect::ResourceContent => "资源的详细信息错误",
        Defect::ResourceNotAllowed => "此类策略不允许指定资源",
        Defect::ConditionForm => "生效条件的格式错误",
        Defect::ConditionOperator => "条件运算符不存在",
        Defect::ConditionContent => "条件键或条件值错误",
        Defect::PrincipalMissing => "缺少委托人",
        Defect::PrincipalForm => "委托人的格式错误",
        Defect::PrincipalName => "委托人的名称错误",
        Defect::PrincipalServiceUnknown => "作为委托人的服务不存在",
        Defect::PrincipalNotAllowed => "此类策略不允许指定委托人",
    };
    let named = named_in(&problem.message, &problem.path);
    format!("策略文档错误，第 {} 行第 {} 列{path}：{what}{named}。", problem.span.line, problem.span.column)
}

fn refusal_message(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UserHasKeys => "用户存在未删除的密钥，请先删除密钥，或将 `Force` 设为 1。",
        Refusal::KeysOfAnother => "子用户只能操作子用户的密钥，不能操作主账号的密钥。",
        Refusal::KeyOfOther => "该密钥不属于 `TargetUin` 指定的用户。",
        Refusal::PresetPolicy => "预设策略不能修改或删除。",
        Refusal::BoundaryInUse => "该策略正被用作用户或角色的权限边界，请先移除权限边界。",
        Refusal::ServiceLinkedRole => "该角色是服务相关角色，只能通过 `DeleteServiceLinkedRole` 操作。",
        Refusal::NotServiceLinked => "该角色不是服务相关角色，请使用 `DeleteRole`。",
        Refusal::DefaultVersion => "该版本已是策略的默认版本。",
        Refusal::SessionTooLong { limit } => return format!("`DurationSeconds` 超过上限 {limit} 秒。"),
        Refusal::OtherSource { inherited } => {
            return format!("`SourceIdentity` 应为 `{inherited}`，即当前会话的来源身份。");
        }
        Refusal::TemporaryKey => "此处不支持临时密钥，请使用永久密钥签名。",
        Refusal::SecondFactor => "不支持该 MFA 类型。",
        Refusal::Assertion { why } => return format!("断言未通过校验{}。", named_in(why, "")),
        Refusal::Metadata { why } => {
            return format!("`SAMLMetadataDocument` 不是有效的身份提供商元数据{}。", named_in(why, ""));
        }
        Refusal::Keys { why } => return format!("`IdentityKey` 不是有效的签名公钥{}。", named_in(why, "")),
        Refusal::Token { why } => return format!("令牌未通过校验{}。", named_in(why, "")),
        Refusal::WrongCode => "MFA 校验码错误，或调用者未绑定 MFA 设备。",
        Refusal::NoPhone => "用户没有手机号。",
        Refusal::NoChat => "用户未绑定微信。",
        Refusal::FactorRequired => "该账号要求每个身份都开启 MFA，请至少保留一种。",
        Refusal::Suspended => "账号已被停用。",
        Refusal::Unverified => "账号未完成实名认证。",
        Refusal::NoNewUsers => "该账号不允许创建子用户。",
        Refusal::Risky => "该账号禁止高危操作：拥有密钥的子用户不能登录控制台。",
        Refusal::Managed(_, manager) => return format!("该对象由{}管理，请在那里修改。", manager_name(*manager)),
        Refusal::TagConditions => "按标签授权的策略不能使用标签条件。",
        Refusal::Password(flaw) => return password_message(flaw),
        Refusal::FlowClosed => "该资源账号未开启 CAM 验证，请先开启。",
        Refusal::FlowWithoutSecret => "该资源账号没有密钥。",
    }
    .to_owned()
}

fn password_message(flaw: &PasswordFlaw) -> String {
    match flaw {
        PasswordFlaw::TooShort(least) => format!("密码至少需要 {least} 个字符。"),
        PasswordFlaw::Lacks(kinds) => format!("密码必须包含 `{kinds}` 中每个字符所属类型的字符。"),
        PasswordFlaw::UsedBefore(last) => format!("密码不能与最近 {last} 个密码相同。"),
    }
}

fn manager_name(manager: Manager) -> &'static str {
    match manager {
        Manager::Organization => "集团账号",
        Manager::IdentityCenter => "集团的身份中心",
        Manager::Service => "云服务",
        Manager::Tags => "标签授权规则",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "账号",
        Kind::Application => "APPID",
        Kind::User | Kind::NamedUser => "用户",
        Kind::Group => "用户组",
        Kind::Role | Kind::AssumedRole => "角色",
        Kind::Policy => "策略",
        Kind::PolicyVersion => "策略版本",
        Kind::Key => "密钥",
        Kind::DeletionTask => "删除任务",
        Kind::Principal => "授权对象",
        Kind::Provider => "身份提供商",
        Kind::ForeignPrincipal => "本站点的授权对象",
        Kind::Member => "成员",
        Kind::FactorToken => "MFA 票据",
        Kind::DataFlow => "资源的数据流",
    }
}

fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::Roles => "账号的角色",
        Limit::Users => "账号的子用户",
        Limit::UsersPerDay => "未实名认证的账号在 24 小时内新建的子用户",
        Limit::Receivers => "账号的消息接收人",
        Limit::Identities => "账号的子用户和消息接收人",
        Limit::Groups => "账号的用户组",
        Limit::GroupMembers => "用户组的用户",
        Limit::UserGroups => "用户加入的用户组",
        Limit::Policies => "账号的自定义策略",
        Limit::PolicyVersions => "策略的版本",
        Limit::Attachments => "已关联的策略",
        Limit::Keys => "用户的密钥",
        Limit::Tags => "资源的标签",
        Limit::Providers => "账号的身份提供商",
        Limit::SignOns => "用户单点登录配置",
    }
}

/// Where and why a text is not JSON.
fn syntax(why: &str) -> String {
    let (what, place) = why.rsplit_once(" at line ").unwrap_or((why, ""));
    let place = place.split_once(" column ").map(|(line, column)| format!("第 {line} 行第 {column} 列，"));
    place.unwrap_or_default() + &phrase(what).unwrap_or_else(|| "存在语法错误".to_owned())
}

/// The identifiers of an English clause, but for one that is named already.
fn named_in(clause: &str, named: &str) -> String {
    let mut others: Vec<String> = Vec::new();
    for identifier in identifiers(clause).filter(|identifier| *identifier != named).map(|it| format!("`{it}`")) {
        if !others.contains(&identifier) {
            others.push(identifier);
        }
    }
    if others.is_empty() { String::new() } else { format!("（涉及 {}）", others.join("、")) }
}

/// An English clause in Chinese.
fn phrase(english: &str) -> Option<String> {
    PHRASES.iter().find_map(|(from, to)| {
        let mut filled = String::new();
        let mut to = to.split("{}");
        filled.push_str(to.next()?);
        for (hole, next) in holes(from, english)?.into_iter().zip(to) {
            filled.extend([hole, next]);
        }
        Some(filled)
    })
}

/// What the holes of a template stand for in a text; none when the text is another one. A hole has no words outside of
/// backticks.
fn holes<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = template.split("{}").peekable();
    let mut before = parts.next()?;
    let mut rest = text.strip_prefix(before)?;
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        let (hole, after) = match parts.peek() {
            Some(_) => rest.split_once(part)?,
            None => (rest.strip_suffix(part)?, ""),
        };
        let outside = || hole.split('`').step_by(2).any(|piece| piece.bytes().any(|byte| byte.is_ascii_alphabetic()));
        if !before.ends_with('`') && outside() {
            return None;
        }
        found.push(hole);
        (before, rest) = (part, after);
    }
    rest.is_empty().then_some(found)
}
