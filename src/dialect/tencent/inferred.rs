//! What is inferred: behaviour of this dialect that no document or client states. One place, so that a recording of the
//! real service can settle it line by line.
//!
//! | where | what is done here |
//! | --- | --- |
//! | order of checks | method; headers once and readable; content type; action, version, timestamp present; authorization readable; time; key; body whole and not too large; token; signature; version and action; rate; parameters; permission; the action. Whatever a head settles is settled without its body |
//! | `Authorization` missing | `MissingParameter` for `Authorization`; one that is not UTF-8 is `AuthFailure.InvalidAuthorization` |
//! | another deciding header that is not UTF-8 | `InvalidParameter` |
//! | signed headers | at most 32, each once in any letter case |
//! | key id and service in the credential | at most 128 bytes each |
//! | the scope's service | the first label of the host, if that is one of `tencentcloudapi.com`; any, if it is another |
//! | a body that breaks off or takes longer than 20 s | `InvalidRequest` |
//! | more bodies at once than the server holds | `ServiceUnavailable` |
//! | scope date is not the timestamp's day | `AuthFailure.InvalidAuthorization` |
//! | permanent key with a token | `AuthFailure.TokenFailure` |
//! | no `X-TC-Language` | messages in English |
//! | an empty body | read as `{}` |
//! | a member that is `null` | read as not given |
//! | id and name both given | the id counts |
//! | neither given | `InvalidParameter.ParamError` |
//! | CreateRole without `SessionDuration` | 7200 |
//! | `SessionDuration` 0 | no limit of the role's own, 43200 as always |
//! | AssumeRole without `DurationSeconds` | 7200, or the role's own limit when that is shorter |
//! | AssumeRole refused by the trust policy | `UnauthorizedOperation` |
//! | attaching again, detaching what is not attached, removing a tag that is not there | success |
//! | `RoleArn` | `qcs::cam::uin/<owner>:roleName/<name>`; of a service-linked role `…:role/tencentcloudServiceRoleName/<name>` |
//! | names of a role | those of its kind, `roleName/<name>` and `role/<id>`, or the two of a service's role; under a name of the other kind there is no such role, and a policy on one says nothing about it |
//! | `AddTime` and its like | China Standard Time without a zone |
//! | the root account's `GetCallerIdentity` | type `CAMUser`, its own uin in every place |
//! | tags of a role, of a policy | at most 50; CreatePolicy with more is `InvalidParameter.ParamError`, since it documents no code for that |
//! | a principal's account unknown to this emulator | `InvalidParameter.PrincipalQcsNotExist` |
//! | actions without a documented rate | 20 a second |
//! | the order of lists | oldest first; what one request made, by id |
//! | the end of the year 9999 | no clock is set later than `9999-12-30T00:00:00Z`, and one that runs on stands there: the longest session that is opened then still ends in a year that clients can read |
//! | the key actions by a role's session without `TargetUin` | `InvalidParameter.ParamError`: a role has no keys |
//! | this emulator's own actions | asked under their own names, and under that of each action whose work this request makes them do: CreateCamStrategy as CreatePolicy, OperateCamStrategy as the Attach- or Detach- action, ListRoles as DescribeRoleList, UpdateRole as the action for each part it changes |
//! | CreatePolicy, CreateCamStrategy with `principal` | attached to the users and groups named, for which `cam:AttachUserPolicy` and `cam:AttachGroupPolicy` are asked too; what a later version names is checked and attached to nobody |
//! | `principal` of CreatePolicy, CreateCamStrategy that names somebody of another account | `InvalidParameter.PrincipalQcsNotExist`, whether or not there is such an account or user |
//! | one that names a root account, a role, a service, a provider or everybody | `InvalidParameter.PrincipalError`: such a one cannot be given a policy this way, and a success would have attached nothing |
//! | a resource of another account | refused, whoever asks and whatever is attached, but for roles to be assumed |
//! | a session policy | decoded once more, whatever it looks like; what cannot be decoded is `StrategyFormatError` |
//! | a session whose opener is deleted, or whose opener's key is disabled or revoked | lives until it ends, with the rights that are left |
//! | a federation session of the root account | is the root for a trust policy |
//! | condition keys of a session | `qcs:principal_tag` for its tags and its role's, `sts:source_identity`, which a role assumed from it keeps and cannot change |
//! | UntagRole and `qcs:request_tag` | the tags as the role has them |
//! | a permanent key that was ended from outside (`/credentials/{id}/revoke`) | as after DeleteAccessKey: not listed, not counted, not to be activated; its id cannot be given again |
//! | a stub's condition key | absent when a field that it is made of is missing, `null` or an empty list; refused when the field is no text, whole number or truth value |
//! | hexadecimal digits of a signature in upper case | accepted |
