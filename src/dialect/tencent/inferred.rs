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
