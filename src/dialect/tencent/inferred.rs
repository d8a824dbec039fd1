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
//! | `RoleArn` | `qcs::cam::uin/<owner>:roleName/<name>` |
//! | `AddTime` and its like | China Standard Time without a zone |
//! | the root account's `GetCallerIdentity` | type `CAMUser`, its own uin in every place |
//! | tags of a role | at most 50 |
//! | a principal's account unknown to this emulator | `InvalidParameter.PrincipalQcsNotExist` |
//! | actions without a documented rate | 20 a second |
//! | the key actions by a role's session without `TargetUin` | `InvalidParameter.ParamError`: a role has no keys |
//! | this emulator's own actions (CreateCamStrategy, OperateCamStrategy, ListRoles, UpdateRole) | asked under their own names, whatever they have in common with others |
//! | CreatePolicy, CreateCamStrategy with `principal` | attached to the users and groups named, for which `cam:AttachUserPolicy` and `cam:AttachGroupPolicy` are asked too; what a later version names is checked and attached to nobody |
//! | a resource of another account | refused, whoever asks and whatever is attached, but for roles to be assumed |
//! | a session policy | decoded once more, whatever it looks like; what cannot be decoded is `StrategyFormatError` |
//! | a session whose opener is deleted, or whose opener's key is disabled | lives until it ends, with the rights that are left |
//! | a federation session of the root account | is the root for a trust policy |
//! | condition keys of a session | `qcs:principal_tag` for its tags and its role's, `sts:source_identity`, which a role assumed from it keeps and cannot change |
//! | UntagRole and `qcs:request_tag` | the tags as the role has them |
//! | hexadecimal digits of a signature in upper case | accepted |
