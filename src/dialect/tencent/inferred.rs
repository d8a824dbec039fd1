//! Inferred behaviour: what this dialect does where no document and no client says what Tencent does. The rows stand in
//! one place, so that a recording of the real service can settle them one by one.
//!
//! | case | what this dialect does |
//! | --- | --- |
//! | several things are wrong | The first failed check answers, in this order: method; decisive headers not repeated and readable; content type; action, version and timestamp present; `Authorization` readable; timestamp fresh; key known; body complete and not too large; token; signature; version and action; rate; parameters; permission; the action itself. What the head decides is answered without the body. |
//! | `Authorization` is missing | The code is `MissingParameter`. When the header is not UTF-8, it is `AuthFailure.InvalidAuthorization`. |
//! | another decisive header is not UTF-8 | The code is `InvalidParameter`. |
//! | signed headers | At most 32 are accepted, each once, compared without letter case. |
//! | key id and service in the credential | Each may have at most 128 bytes. |
//! | the scope's service | On a host of `tencentcloudapi.com` it must be the host's first label. On any other host it may be any service. |
//! | the body ends early or takes longer than 20 s | The code is `InvalidRequest`. |
//! | the server holds as many bodies as it can | The code is `ServiceUnavailable`. |
//! | the scope's date is not the day of the timestamp | The code is `AuthFailure.InvalidAuthorization`. |
//! | a permanent key comes with a token | The code is `AuthFailure.TokenFailure`. |
//! | `X-TC-Language` is missing | Messages are in English. |
//! | the body is empty | It is read as `{}`. |
//! | a member is `null` | It is read as absent. |
//! | id and name are both given | The id counts. |
//! | neither id nor name is given | The code is `InvalidParameter.ParamError`. |
//! | CreateRole without `SessionDuration` | The role's limit is 7200 seconds. |
//! | `SessionDuration` is 0 | The role has no limit of its own; the general limit of 43200 seconds holds. |
//! | AssumeRole without `DurationSeconds` | The session lasts 7200 seconds, or the role's limit when that is shorter. |
//! | the trust policy refuses AssumeRole | The code is `UnauthorizedOperation`. |
//! | attaching what is attached, detaching what is not, removing a tag that is not there | The request succeeds. |
//! | `RoleArn` in replies | It is `qcs::cam::uin/<owner>:roleName/<name>`, or `…:role/tencentcloudServiceRoleName/<name>` for a service-linked role. |
//! | names of a role | A role has the two names of its kind: `roleName/<name>` and `role/<id>`, or the two of a service-linked role. A name of the other kind finds no role, and a policy on such a name does not apply to it. |
//! | `AddTime` and other times of CAM | They are China Standard Time, without a zone. |
//! | GetCallerIdentity of the root account | The type is `CAMUser`, and every id is the account's uin. |
//! | tags of a role or policy | At most 50 are accepted. With more, CreatePolicy returns `InvalidParameter.ParamError`, since no code is documented. |
//! | a principal names an account that this emulator does not have | The code is `InvalidParameter.PrincipalQcsNotExist`. |
//! | an action has no documented rate | It is limited to 20 requests per second. |
//! | the order of lists | The oldest come first. Those made by one request are ordered by id. |
//! | the end of the year 9999 | No clock can be set later than `9999-12-30T00:00:00Z`, and a running clock stops there. The longest session opened then still ends in a year that clients can read. |
//! | a role's session calls a key action without `TargetUin` | The code is `InvalidParameter.ParamError`, because a role has no keys. |
//! | extensions of this emulator | Each needs permission under its own name, and under the name of every action whose work the request does: CreatePolicy for CreateCamStrategy, the Attach- or Detach- action for OperateCamStrategy, DescribeRoleList for ListRoles, and for UpdateRole the action for each part that changes. |
//! | CreatePolicy or CreateCamStrategy with a `principal` | The policy is attached to the users and groups named, which needs `cam:AttachUserPolicy` and `cam:AttachGroupPolicy` too. The principals of a later version are checked but attached to nobody. |
//! | that `principal` names a user or group of another account | The code is `InvalidParameter.PrincipalQcsNotExist`, whether or not the account or the user exists. |
//! | that `principal` names a root account, a role, a service, a provider or everybody | The code is `InvalidParameter.PrincipalError`: none of these can be given a policy this way, so success would have attached nothing. |
//! | a resource of another account | The request is denied, whoever asks and whatever policies are attached, unless the resource is a role to be assumed. |
//! | a session policy | It is percent-decoded once more, whatever it looks like. One that cannot be decoded is `StrategyFormatError`. |
//! | the opener of a session is deleted, or its key is disabled or revoked | The session lives until it expires, with the rights that are left. |
//! | a federation session of the root account | A trust policy treats it as the root account. |
//! | condition keys of a session | `qcs:principal_tag` has the tags of the session and of its role. `sts:source_identity` is kept by every role assumed from the session and cannot be changed. |
//! | UntagRole and `qcs:request_tag` | The values are the tags as the role has them. |
//! | a permanent key was revoked from outside (`/credentials/{id}/revoke`) | It is treated as after DeleteAccessKey: not listed, not counted and not to be activated. Its id cannot be used again. |
//! | a stub's condition key | It is absent when one of its fields is missing, `null` or an empty list. The request is refused when a field is not a text, a whole number or a truth value. |
//! | a signature with upper-case hexadecimal digits | It is accepted. |
//! | GetSecurityLastUsed | A use is shown at once, although the real value lags by a day. A key that the account does not have is `InvalidParameter`. The date is China Standard Time. |
//! | DescribeSubAccounts names an account that does not exist | It is left out; the others come in the order of the request. |
//! | the codes of an MFA device | They are RFC 6238 with SHA-1, six digits and steps of 30 seconds, at the account's clock. The code of the step before is accepted too, and a code may be used more than once. Other serial numbers than `mfa/softToken` are `FailedOperation.MFATypeNotSupported`. |
//! | a session of GetSessionToken | It has no name, acts as whoever opened it, and has `qcs:mfa` true. So has a session of AssumeRole with `SerialNumber` and `TokenCode`, and the request that opens it. |
//! | a suspended account | No session is opened by it or for a role of it. Everything else works. |
//! | an account whose holder is not verified | It creates at most 10 sub-users in 24 hours, no receivers of messages, and sets no flags of its root. |
//! | `FailedOperation.ExistHighRiskOperations` | It guards, where the state of the account says so, against a sub-user that has both keys and console sign-in. |
//! | policies and roles that an organisation manages | Every change, attachment and detachment by the account is refused; being a boundary is not. |
//! | the account of a trust policy is on another site | The code is `InvalidParameter.PrincipalQcsCrossError`. Without a site of its own an account is on the usual one. |
//! | password rules | They come on top of the default rule (8 to 32 characters of three kinds). Each character of `MustContain` stands for its kind: upper case, lower case, digit or other. `UpdatePasswordRules` replaces all rules. Ages of passwords and wrong attempts are kept and shown; there is no sign-in that they could end. |
//! | `SetMfaFlag` | `Phone` needs a telephone number of the user, `Wechat` and `Stoken` something bound by the admin API; a flag that is left out of a given object is 0. Without `Stoken`'s device the code is `InvalidParameter.MFATokenError`. |
//! | `CreateSubAccountLoginIpPolicy` | `PolicyType` 1, or none, replaces the rules that are given; 2 sets whether unusual places are verified, which `OffsiteFlag.VerifyFlag` shows. There is no sign-in that asks the rules. |
//! | `ListAccounts` | Sub-users come first, then people of WeChat Work, collaborators and receivers. `UserType` is `SubAccount`, `WeWorkSubAccount`, `Collaborator` or `MessageReceiver`. Without `MaxItems` a page has 100. |
//! | receivers of messages | An account has at most 200, and at most 1000 with its sub-users. |
//! | a token of a custom MFA | The admin API begins a sign-in; its token is good for one use within 300 seconds. |
//! | `BuildDataFlowAuthToken` | The token is the password itself, which changes every 12 hours. A resource account that the admin API has not registered is `FailedOperation.FlowAuthIllegal`. |
//! | `ListPoliciesGrantingServiceAccess` | It looks at allow statements alone, without resources, conditions and denials. Actions are listed for one service at a time, if all of its actions are known. The name of a service is its prefix. |
//! | UpdateAccessKey or DeleteAccessKey names a key of another identity of the account | The code is `OperationDenied.UinNotMatch`. |
