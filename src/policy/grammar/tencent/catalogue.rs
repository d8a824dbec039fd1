//! The known services, regions and operations of the cloud.
//!
//! This is data only. Service prefixes are those of the public API (tccli) and those in published policies. Operations
//! are listed only for services whose operations are all known, so that a misspelt one can be detected.

/// Whether the cloud has a service with this prefix.
pub(super) fn is_service(prefix: &str) -> bool {
    services().any(|service| service == prefix)
}

/// Returns a service prefix as the list has it. `SMS` is the only one that published policies also write in capitals.
pub(super) fn service(prefix: &str) -> &str {
    if prefix == "SMS" { "sms" } else { prefix }
}

/// Returns all known service prefixes.
pub fn services() -> impl Iterator<Item = &'static str> {
    include_str!("services.txt").split_ascii_whitespace()
}

/// Returns all operations of a service, if they are known.
pub fn operations(service: &str) -> Option<&'static [&'static str]> {
    match service {
        "cam" => Some(CAM),
        "sts" => Some(STS),
        _ => None,
    }
}

/// Returns the long name of a region, given by its long or short name.
pub(super) fn long_region(name: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(long, short)| *long == name || *short == name).map(|(long, _)| *long)
}

/// Returns the long names of all regions.
pub(super) fn long_regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(long, _)| *long)
}

/// Long and short names. Of the region `st` only the short name is published (CMQ notes). `cn-east` is what COS called
/// Shanghai before its regions had the names of the other services.
const REGIONS: &[(&str, &str)] = &[
    ("st", "st"),
    ("ap-guangzhou", "gz"),
    ("ap-guangzhou-open", "gzopen"),
    ("ap-shenzhen", "szx"),
    ("ap-shenzhen-fsi", "szjr"),
    ("ap-shanghai", "sh"),
    ("ap-shanghai", "cn-east"),
    ("ap-shanghai-fsi", "shjr"),
    ("ap-shanghai-adc", "shadc"),
    ("ap-beijing", "bj"),
    ("ap-beijing-fsi", "bjjr"),
    ("ap-beijing-1", "tj"),
    ("ap-tianjin", "tsn"),
    ("ap-shijiazhuang", "sjw"),
    ("ap-nanjing", "nj"),
    ("ap-hangzhou", "hz"),
    ("ap-hangzhou-ec", "hzec"),
    ("ap-jinan-ec", "jnec"),
    ("ap-fuzhou-ec", "fzec"),
    ("ap-wuhan-ec", "whec"),
    ("ap-changsha-ec", "csec"),
    ("ap-hefei-ec", "hfeec"),
    ("ap-shenyang-ec", "sheec"),
    ("ap-zhengzhou-ec", "cgoec"),
    ("ap-xian-ec", "xiyec"),
    ("ap-xibei-ec", "xbec"),
    ("ap-shijiazhuang-ec", "sjwec"),
    ("ap-qingyuan", "qy"),
    ("ap-qingyuan-xinan", "qyxa"),
    ("ap-chengdu", "cd"),
    ("ap-chongqing", "cq"),
    ("ap-guiyang", "gy"),
    ("ap-zhongwei", "zw"),
    ("ap-hongkong", "hk"),
    ("ap-taipei", "tpe"),
    ("ap-singapore", "sg"),
    ("ap-bangkok", "th"),
    ("ap-jakarta", "jkt"),
    ("ap-mumbai", "in"),
    ("ap-seoul", "kr"),
    ("ap-tokyo", "jp"),
    ("na-siliconvalley", "usw"),
    ("na-ashburn", "use"),
    ("na-toronto", "ca"),
    ("sa-saopaulo", "sao"),
    ("eu-frankfurt", "de"),
    ("eu-moscow", "ru"),
    ("me-saudi-arabia", "ruh"),
];

/// The operations of API 3.0, the emulator's extensions, the older names, and others named in published policies.
const CAM: &[&str] = &[
    "AddUser",
    "AddUserToGroup",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "BatchOperateCamStrategy",
    "BuildDataFlowAuthToken",
    "CheckUserPolicyAttachment",
    "ConsumeCustomMFAToken",
    "CreateAccessKey",
    "CreateCamStrategy",
    "CreateGroup",
    "CreateMessageReceiver",
    "CreateOIDCConfig",
    "CreatePolicy",
    "CreatePolicyVersion",
    "CreateRole",
    "CreateSAMLProvider",
    "CreateServiceLinkedRole",
    "CreateSubAccountLoginIpPolicy",
    "CreateUserOIDCConfig",
    "CreateUserSAMLConfig",
    "DeleteAccessKey",
    "DeleteApiKey",
    "DeleteGroup",
    "DeleteMessageReceiver",
    "DeleteOIDCConfig",
    "DeletePolicy",
    "DeletePolicyVersion",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DeleteSAMLProvider",
    "DeleteServiceLinkedRole",
    "DeleteUser",
    "DeleteUserPermissionsBoundary",
    "DescribeCamRelatedStrategyList",
    "DescribeCamStrategyDetail",
    "DescribeOIDCConfig",
    "DescribeRoleList",
    "DescribeSafeAuthFlag",
    "DescribeSafeAuthFlagColl",
    "DescribeSafeAuthFlagIntl",
    "DescribeSubAccountContacts",
    "DescribeSubAccounts",
    "DescribeUserOIDCConfig",
    "DescribeUserSAMLConfig",
    "DetachGroupPolicy",
    "DetachRolePolicy",
    "DetachUserPolicy",
    "DisableUserSSO",
    "GetAccountSummary",
    "GetCustomMFATokenInfo",
    "GetGroup",
    "GetPasswordRules",
    "GetPolicy",
    "GetPolicyVersion",
    "GetPrincipalService",
    "GetRole",
    "GetRolePermissionBoundary",
    "GetSAMLProvider",
    "GetSecurityLastUsed",
    "GetServiceLinkedRoleDeletionStatus",
    "GetServiceRoleInfo",
    "GetUser",
    "GetUserAppId",
    "GetUserPermissionBoundary",
    "ListAccessKeys",
    "ListAccounts",
    "ListAttachedGroupPolicies",
    "ListAttachedRolePolicies",
    "ListAttachedUserAllPolicies",
    "ListAttachedUserPolicies",
    "ListCollaborators",
    "ListEntitiesForPolicy",
    "ListGroups",
    "ListGroupsForUser",
    "ListPolicies",
    "ListPoliciesGrantingServiceAccess",
    "ListPolicyVersions",
    "ListReceiver",
    "ListRoles",
    "ListSAMLProviders",
    "ListUsers",
    "ListUsersForGroup",
    "ListWeChatWorkSubAccounts",
    "OperateCamStrategy",
    "PassRole",
    "PutRolePermissionsBoundary",
    "PutUserPermissionsBoundary",
    "RemoveUserFromGroup",
    "SetDefaultPolicyVersion",
    "SetMfaFlag",
    "TagRole",
    "UntagRole",
    "UpdateAccessKey",
    "UpdateAssumeRolePolicy",
    "UpdateCamStrategy",
    "UpdateGroup",
    "UpdateOIDCConfig",
    "UpdatePasswordRules",
    "UpdatePolicy",
    "UpdateRole",
    "UpdateRoleConsoleLogin",
    "UpdateRoleDescription",
    "UpdateRoleSessionDuration",
    "UpdateRoleStatus",
    "UpdateSAMLProvider",
    "UpdateUser",
    "UpdateUserOIDCConfig",
    "UpdateUserSAMLConfig",
];

const STS: &[&str] = &[
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "GetCallerIdentity",
    "GetFederationToken",
    "GetSessionToken",
    "QueryApiKey",
];
