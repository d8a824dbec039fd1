//! Policies and questions in a neutral form, which each side translates to its own language.
//!
//! They contain only what both languages express identically, so a different answer is a bug and not a matter of
//! interpretation. Absent: operators that only one of the two has, groups, permission boundaries and session policies.

/// The account that owns everything.
pub const OWNER: &str = "100000000001";
/// The application id of that account.
pub const APP: u64 = 1_250_000_000;
/// The caller.
pub const USER: &str = "100000000002";
/// The condition key for the caller's address.
pub const IP: &str = "qcs:ip";
/// A condition key with a text value.
pub const ENV: &str = "cvm:env";

const SERVICES: [&str; 10] = ["cvm", "cos", "cbs", "vpc", "clb", "cdb", "redis", "scf", "tke", "monitor"];
const NEAR: &str = "ap-guangzhou";
const FAR: &str = "ap-shanghai";

/// The statements of a policy.
pub type Policy = Vec<Statement>;

/// The content of one statement.
pub struct Statement {
    /// Whether it denies instead of allowing.
    pub deny: bool,
    /// The actions that it applies to.
    pub actions: Vec<Action>,
    /// The resources that it applies to.
    pub target: Target,
    /// The condition under which it applies.
    pub condition: Option<Condition>,
}

/// The actions of a statement.
pub enum Action {
    /// `cvm:StartInstances`.
    One(String),
    /// Those whose name has this prefix, such as `cvm:Describe`.
    Beginning(String),
}

/// The resources of a statement.
pub enum Target {
    /// Every resource.
    Everything,
    /// A single resource.
    One(Place),
    /// Those of the caller's account whose item has a prefix.
    Own {
        /// The service of the resources.
        service: &'static str,
        /// The prefix of the item.
        item: String,
    },
    /// Those of the caller's account in one region whose item has a prefix.
    Regional {
        /// The service of the resources.
        service: &'static str,
        /// The region of the resources.
        region: &'static str,
        /// The prefix of the item.
        item: String,
    },
}

/// The condition of a statement.
pub enum Condition {
    /// The address lies in one of these ranges.
    AddressIn(&'static [&'static str]),
    /// The text is one of these.
    TextIs(&'static [&'static str]),
    /// The text has this prefix.
    TextBegins(&'static str),
}

/// One resource of the account.
#[derive(Clone)]
pub struct Place {
    /// The service, such as `cvm`.
    pub service: &'static str,
    /// The region, such as `ap-guangzhou`.
    pub region: &'static str,
    /// The item, such as `instance/ins-1`.
    pub item: String,
}

impl Place {
    /// Returns its full name.
    pub fn name(&self) -> String {
        format!("qcs::{}:{}:uin/{OWNER}:{}", self.service, self.region, self.item)
    }
}

/// A question in the neutral form.
#[derive(Clone)]
pub struct Question {
    /// The action, such as `cvm:StartInstances`.
    pub action: String,
    /// The requested resource.
    pub place: Place,
    /// Condition keys with their values.
    pub context: &'static [(&'static str, &'static str)],
}

/// The answers that both languages distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Allowed.
    Allow,
    /// A statement denies.
    ExplicitDeny,
    /// No statement allows.
    ImplicitDeny,
}

/// The ways in which a set of policies is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One policy per duty: five statements on operations of their own, two of them with a wildcard, one of them a
    /// deny.
    Duties,
    /// The same, with a condition on three statements of each policy.
    ConditionalDuties,
    /// Every statement on `cvm:*`, where no index by action helps.
    OneAction,
    /// Every statement on `cvm:*` and with a condition.
    ConditionalOneAction,
    /// Every statement on one operation of its own.
    OwnOperation,
}

/// Builds `count` policies of five statements each.
pub fn policies(shape: Shape, count: usize) -> Vec<Policy> {
    (0..count)
        .map(|k| match shape {
            Shape::Duties => duties(k, false),
            Shape::ConditionalDuties => duties(k, true),
            Shape::OneAction => one_action(k, false),
            Shape::ConditionalOneAction => one_action(k, true),
            Shape::OwnOperation => own_operation(k),
        })
        .collect()
}

fn service_of(k: usize) -> &'static str {
    SERVICES.iter().cycle().nth(k % SERVICES.len()).copied().unwrap_or_default()
}

fn duties(k: usize, conditional: bool) -> Policy {
    let service = service_of(k);
    let name = |what: &str| format!("{service}:{what}{k}");
    let one = |what: &str| Action::One(name(what));
    let when = |condition: Condition| conditional.then_some(condition);
    vec![
        Statement {
            deny: false,
            actions: vec![one("Create"), one("Modify"), one("Attach")],
            target: Target::Regional { service, region: NEAR, item: format!("instance/team{k}-") },
            condition: None,
        },
        Statement {
            deny: false,
            actions: vec![Action::Beginning(name("Describe"))],
            target: Target::Everything,
            condition: when(Condition::AddressIn(&["10.0.0.0/8", "172.16.0.0/12"])),
        },
        Statement {
            deny: false,
            actions: vec![one("Start"), one("Stop")],
            target: Target::One(Place { service, region: FAR, item: format!("instance/ins-{k}") }),
            condition: when(Condition::TextIs(&["test", "staging"])),
        },
        Statement {
            deny: true,
            actions: vec![Action::Beginning(name("Delete"))],
            target: Target::Own { service, item: "instance/prod-".into() },
            condition: when(Condition::TextBegins("prod")),
        },
        Statement {
            deny: false,
            actions: vec![one("Delete"), one("Get")],
            target: Target::Own { service, item: "instance/".into() },
            condition: None,
        },
    ]
}

fn one_action(k: usize, conditional: bool) -> Policy {
    let service = "cvm";
    let condition = |j: usize| {
        conditional.then_some(if j.is_multiple_of(2) {
            Condition::AddressIn(&["10.0.0.0/8", "172.16.0.0/12"])
        } else {
            Condition::TextIs(&["test", "staging"])
        })
    };
    let statement = |j: usize| Statement {
        deny: j == 4,
        actions: vec![Action::Beginning(format!("{service}:"))],
        target: Target::Regional {
            service,
            region: NEAR,
            item: if j == 4 { format!("instance/team{k}x0-locked") } else { format!("instance/team{k}x{j}-") },
        },
        condition: condition(j),
    };
    (0..5).map(statement).collect()
}

fn own_operation(k: usize) -> Policy {
    let service = service_of(k);
    let statement = |j: usize| Statement {
        deny: j == 4,
        actions: vec![Action::One(format!("{service}:Work{k}x{j}"))],
        target: Target::Own { service, item: format!("instance/team{k}-") },
        condition: None,
    };
    (0..5).map(statement).collect()
}

/// Builds questions about `count` policies: for each policy, its operations and one that no policy names, on its
/// resources and on one that no policy names, in several contexts.
pub fn questions(shape: Shape, count: usize) -> Vec<Question> {
    const CONTEXTS: [&[(&str, &str)]; 4] = [
        &[(IP, "10.1.2.3"), (ENV, "test")],
        &[(IP, "192.0.2.1"), (ENV, "production")],
        &[(IP, "172.20.0.9")],
        &[(ENV, "staging")],
    ];
    let mut found = Vec::new();
    for k in 0..count {
        let (service, operations, items): (_, Vec<String>, Vec<String>) = match shape {
            Shape::Duties | Shape::ConditionalDuties => (
                service_of(k),
                ["Create", "Modify", "Describe", "Stop", "Delete", "Get", "Reboot"]
                    .map(|what| format!("{what}{k}"))
                    .into(),
                vec![format!("team{k}-1"), format!("ins-{k}"), "prod-7".into(), "other".into()],
            ),
            Shape::OneAction | Shape::ConditionalOneAction => (
                "cvm",
                vec!["DescribeInstances".into(), "RebootInstances".into()],
                vec![format!("team{k}x0-1"), format!("team{k}x1-1"), format!("team{k}x0-locked1"), "other".into()],
            ),
            Shape::OwnOperation => (
                service_of(k),
                (0..6).map(|j| format!("Work{k}x{j}")).collect(),
                vec![format!("team{k}-1"), "other".into()],
            ),
        };
        for (operation, item) in operations.iter().flat_map(|one| items.iter().map(move |item| (one, item))) {
            for (region, context) in
                [NEAR, FAR].into_iter().flat_map(|region| CONTEXTS.map(|context| (region, context)))
            {
                let place = Place { service, region, item: format!("instance/{item}") };
                found.push(Question { action: format!("{service}:{operation}"), place, context });
            }
        }
    }
    found
}
