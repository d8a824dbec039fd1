//! Inferred behaviour: what this dialect does where no document and no client says what Tencent does. The rows stand in
//! one place, so that a recording of the real service can settle them one by one.
//!
//! | case | what this dialect does |
//! | --- | --- |
//! | several things are wrong | The first failed check answers, in this order: method; decisive headers not repeated and readable; content type; action, version and timestamp present; `Authorization` readable; timestamp fresh; key known; body complete and not too large; token; signature; version and action; rate; parameters; permission; the action itself. What the head decides is answered without the body. |
//! | where the common parameters are | A request with `Authorization` or `X-TC-Action` has them in headers. Any other has them in the query of a `GET` or in the form of a `POST`, also if that calls itself JSON, and is signed with the older signature. `POST` ignores a query, and `GET` a body. |
//! | a body of a request that is signed with TC3 | `application/json` and `application/octet-stream` are read as JSON, `multipart/form-data` as one text or JSON value a part; a `GET` is a form without a body. Any other type, such as a form, is `InvalidParameter`. |
//! | a parameter of a query or form is given twice, or once as a value and once in parts | The code is `InvalidParameter`. |
//! | lists of a query or form | They are numbered from 0, or from 1, without a gap. |
//! | the older signature's `Nonce` | It must be a whole number. One that was used before is accepted: no code for it is known in API 3.0. |
//! | a query longer than 32 KB | The code is `RequestSizeLimitExceeded`. A form of more than 1 MB has the documented text, with `AuthFailure.SignatureFailure`. |
//! | API 2.0 | An action has the number of its class of errors, the documented name of API 2.0 where there is one, and what API 3.0 answers with names in lower case. Sessions last 1800 seconds by default and 7200 at most. |
//! | the component interface | It is signed with the headers of TC3, without `X-TC-Action`. `returnCode` and `returnValue` are the number that API 2.0 has for the class of error, and the message begins with the code of API 3.0. `data` is `{}` where there is nothing to say. Only the five strategy interfaces are served. |
//! | `Authorization` is missing | The code is `MissingParameter`. When the header is not UTF-8, it is `AuthFailure.InvalidAuthorization`. |
//! | another decisive header is not UTF-8 | The code is `InvalidParameter`. |
//! | signed headers | At most 32 are accepted, each once and in lower case. Their values are signed in lower case, by the rules of Unicode. |
//! | `X-TC-Timestamp` with leading zeros | The code is `InvalidParameter`: the number would be signed in another way than it was sent. |
//! | the older signature covers decoded values, with `&` and `=` between them | Two requests can have the same text to sign, and so the same signature. That lies in the algorithm; both are accepted. |
//! | key id and service in the credential | Each may have at most 128 bytes. |
//! | the scope's service | On a host of `tencentcloudapi.com` it must be the host's first label. On any other host it may be any service. |
//! | the body ends early or takes longer than 20 s | The code is `InvalidRequest`. |
//! | the server holds as many bodies as it can | The code is `ServiceUnavailable`. |
//! | the scope's date is not the day of the timestamp | The code is `AuthFailure.InvalidAuthorization`. |
//! | a permanent key comes with a token | The code is `AuthFailure.TokenFailure`. |
//! | `X-TC-Language` is missing | Messages are in English. |
//! | the body is empty | It is read as `{}`. |
//! | a member is `null` | It is read as absent. |
//! | an optional parameter is an empty text | It is read as absent, for every operation (`dialect::decode`): the clients send it for what was not set. `Remark`, `PhoneNum` and `Email` of UpdateUser, `Remark` of UpdateGroup, and `Description` of UpdatePolicy and UpdateRole are cleared instead. A required parameter may be as empty as its form allows. |
//! | an optional id is 0 | It is read as absent, since no id is 0. Any other number has its own meaning: `StrategyType` 0 means both kinds of policies, and a page or a number of rows of 0 is refused. |
//! | id and name are both given | The id counts. |
//! | neither id nor name is given | The code is `InvalidParameter.ParamError`. |
//! | CreateRole without `SessionDuration` | GetRole shows 0. |
//! | `SessionDuration` is 0 | The role has no limit of its own; its sessions last at most 7200 seconds. |
//! | GetAccountSummary | `Idps` and `IdentityProviders` are both the number of SAML and OIDC providers. |
//! | AssumeRole without `DurationSeconds` | The session lasts 7200 seconds, or the role's limit when that is shorter. |
//! | the trust policy refuses AssumeRole | The code is `UnauthorizedOperation`. |
//! | attaching what is attached, detaching what is not, removing a tag that is not there | The request succeeds. |
//! | `RoleArn` in replies | It is `qcs::cam::uin/<owner>:roleName/<name>`, or `…:role/tencentcloudServiceRoleName/<name>` for a service-linked role. |
//! | names of a role | A role has the two names of its kind: `roleName/<name>` and `role/<id>`, or the two of a service-linked role. A name of the other kind finds no role, and a policy on such a name does not apply to it. |
//! | `AddTime` and other times of CAM | They are China Standard Time, without a zone. |
//! | GetCallerIdentity of the root account | The type is `CAMUser`, and every id is the account's uin. |
//! | tags of a role, user or policy | At most 50 are accepted. With more, CreatePolicy returns `InvalidParameter.ParamError`, since no code is documented. |
//! | what TAG tags | Roles, users and policies of the caller's account, by every name that CAM has for them; a region in the name means nothing, and an account segment without a number is the caller's own. TagResources and UnTagResources list any other resource under `FailedResources`; GetResources leaves it out. |
//! | error codes of TAG | They are public ones, since its published model has none. |
//! | permission to tag through TAG | The caller needs that of TAG's action, and besides `cam:TagRole` or `cam:UntagRole` for a role, `cam:UpdateUser` for a user, `cam:UpdatePolicy` for a policy: conditions ask for tags, so a deny of these must hold. |
//! | tags of a user | They are values of `qcs:principal_tag` for the user's requests, and of `qcs:resource_tag` when a key is created for the user. |
//! | a principal names an account that this emulator does not have | The code is `InvalidParameter.PrincipalQcsNotExist`. |
//! | an action has no documented rate | It is limited to 20 requests per second. |
//! | the order of lists | ListUsers, ListAccessKeys and the members of a group come oldest first, ListPolicies newest first, as recorded; versions of a policy by their numbers. Every other list comes newest first, like ListPolicies. Those made by one request are ordered by id. |
//! | the end of the year 9999 | No clock can be set later than `9999-12-30T00:00:00Z`, and a running clock stops there. The longest session opened then still ends in a year that clients can read. |
//! | a role's session calls a key action without `TargetUin` | The code is `InvalidParameter.ParamError`, because a role has no keys. |
//! | extensions of this emulator | Each needs permission under its own name, and under the name of every action whose work the request does: CreatePolicy for CreateCamStrategy, the Attach- or Detach- action for OperateCamStrategy, DescribeRoleList for ListRoles, and for UpdateRole the action for each part that changes. |
//! | CreatePolicy or CreateCamStrategy with a `principal` | The policy is attached to the users and groups named, which needs `cam:AttachUserPolicy` and `cam:AttachGroupPolicy` too. The principals of a later version are checked but attached to nobody. |
//! | that `principal` names a user or group of another account | The code is `InvalidParameter.PrincipalQcsNotExist`, whether or not the account or the user exists. |
//! | that `principal` names a root account, a role, a service, a provider or everybody | The code is `InvalidParameter.PrincipalError`: none of these can be given a policy this way, so success would have attached nothing. |
//! | a preset whose text is not published | It permits what its name and its published description say. `presets.json` marks it with `documented_statement: false`. Where no time is known, `AddTime` is that of the account. |
//! | an action that `qcs:read_only_action` calls reading | The registry decides for the server's own actions; others read when their names begin with `Describe`, `List` or `Get`, except those of `sts`. |
//! | a resource of another account | The request is denied, whoever asks and whatever policies are attached, unless the resource is a role to be assumed. |
//! | a session policy | It is percent-decoded once more, whatever it looks like. One that cannot be decoded is `StrategyFormatError`. |
//! | the opener of a session is deleted, or its key is disabled or revoked | The session lives until it expires, with the rights that are left. |
//! | a federation session of the root account | A trust policy treats it as the root account. |
//! | condition keys of a session | `qcs:principal_tag` has the tags of the session, and of its role or user. `sts:source_identity` is kept by every role assumed from the session and cannot be changed. |
//! | the name of a service-linked role | It is `<PRODUCT>_QCSLinkedRoleIn<Feature>`, and `_<suffix>` with a suffix. The product is the second label of the service's name and the feature its first, with a capital letter; a name of one label has the product twice. |
//! | a user without a country code | Replies show `86`, with and without a telephone number. |
//! | a denial by another service | The code and the message are the gateway's, also for CVM, which is known to answer `UnauthorizedOperation` itself for some actions. The name of a resource of CVM has the project `id/0` there, as CVM prints it. |
//! | messages of STS and of a taken role name | The words of the service come first, in English in every language; then comes what is wrong. |
//! | UntagRole and `qcs:request_tag` | The values are the tags as the role has them. |
//! | a permanent key was revoked from outside (`/credentials/{id}/revoke`) | It is treated as after DeleteAccessKey: not listed, not counted and not to be activated. Its id cannot be used again. |
//! | a stub's condition key | It is absent when one of its fields is missing, `null` or an empty list. The request is refused when a field is not a text, a whole number or a truth value. |
//! | names of identity providers | They have the form of a role's name, and are unique among the account's providers of their protocol. |
//! | the number of identity providers | An account may have 100 of each protocol. |
//! | `IdentityKey` | It is a JSON Web Key Set in base64, as in the published examples. Keys that cannot verify are skipped; at least one must be left. A private or symmetric key is refused. |
//! | `IdentityUrl` | It must begin with `https://`. Nothing is fetched from it, and `AutoRotateKey` is only stored and shown. |
//! | a SAML provider's certificates | Their dates are not checked. RSA keys need 2048 bits. |
//! | a document in base64 | White space in it is ignored. |
//! | a second configuration of user sign-on while one is enabled | With the same `IdentityUrl`, or of SAML, the code is `InvalidParameter.IdentityNameInUse`; with another one it is `LimitExceeded.IdentityFull`. A disabled one is replaced. |
//! | DisableUserSSO | It disables both kinds, and succeeds where none is enabled. A disabled configuration is kept and shown with status 2. |
//! | `SAMLAssertion` | It is a whole response with one assertion. A bare assertion is refused, and so is an encrypted one. |
//! | what a SAML response must say | Audience, recipient, times, status and the attribute with the role and its provider are all required; `docs/sso.md` lists the rules. |
//! | SHA-1 in a SAML signature | It is refused. |
//! | times of responses and tokens | They are compared with the account's clock, without tolerance. A proof may be used again while it is valid. |
//! | a token without `kid` | It is accepted only if the provider has a key without one. |
//! | what is wrong with a proof | The code is `InvalidParameter.ParamError` for a SAML response and `InvalidParameter.WebIdentityTokenError` for a token. The proof is checked before the role is looked for. |
//! | a trust policy and a provider | The action must be `sts:AssumeRoleWithSAML` or `sts:AssumeRoleWithWebIdentity`; `sts:AssumeRole` does not include it. |
//! | a signed request for AssumeRoleWithSAML or AssumeRoleWithWebIdentity | The signature is checked, but the request is treated like an anonymous one. |
//! | GetCallerIdentity of a session that a provider vouched for | `PrincipalId` is empty, and so is `qcs:uin`. |
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
//! | `SetMfaFlag` | `Phone` needs a telephone number of the user, and `Wechat` a messenger, which the admin API binds. `Stoken` needs nothing: a device is bound at the next sign-in. A flag that is left out of a given object is 0. |
//! | `CreateSubAccountLoginIpPolicy` | `PolicyType` 1, or none, replaces the rules that are given; 2 sets whether unusual places are verified, which `OffsiteFlag.VerifyFlag` shows. There is no sign-in that asks the rules. |
//! | `ListAccounts` | The root account comes first, then sub-users, people of WeChat Work, collaborators and receivers. There are no accounts of the kinds `CICUser` and `AgentIdentity`. A marker whose account is gone is refused. Without `MaxItems` a page has 100. |
//! | receivers of messages | An account has at most 200, and at most 1000 with its sub-users. |
//! | a token of a custom MFA | The admin API begins a sign-in; its token is good for one use within 300 seconds. |
//! | `BuildDataFlowAuthToken` | The token is the password itself, which changes every 12 hours. A resource account that the admin API has not registered is `FailedOperation.FlowAuthIllegal`. |
//! | `ListPoliciesGrantingServiceAccess` | It looks at allow statements alone, without resources, conditions and denials. Actions are listed for one service at a time, if all of its actions are known. The name of a service is its prefix. |
//! | UpdateAccessKey or DeleteAccessKey names a key of another identity of the account | The code is `OperationDenied.UinNotMatch`. |
