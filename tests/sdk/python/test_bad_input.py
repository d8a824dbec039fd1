"""Bad input of every kind gets one clear error, in the envelope that clients read, and has no side effects."""

import json
import socket
import time

import pytest
import tc3
from conftest import allow, trust

MEBIBYTE = 1024 * 1024
INVALID_AUTHORIZATION = "AuthFailure.InvalidAuthorization"


def test_the_signer_agrees_with_the_published_vector():
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    digest = tc3.hashlib.sha256(body).hexdigest()
    canonical = tc3.canonical_request("POST", "", headers, sorted(headers), digest)
    text = tc3.string_to_sign(1551113065, "2019-02-25/cvm/tc3_request", canonical)
    assert (
        tc3.signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "2019-02-25", "cvm", text)
        == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def contents(tenant):
    """Everything that the lists of an account show."""
    return {
        action: tenant.raw("cam", action, parameters).response[key]
        for action, parameters, key in (
            ("DescribeRoleList", {"Page": 1, "Rp": 200}, "List"),
            ("ListUsers", {}, "Data"),
            ("ListPolicies", {"Scope": "Local", "Rp": 200}, "List"),
            ("ListAccessKeys", {}, "AccessKeys"),
        )
    }


@pytest.fixture
def unchanged(tenant):
    """An account with a role, a user and a policy, and a check that the test leaves it unchanged."""
    tenant.role("r")
    tenant.user("u", allow("cvm:*"))
    before = contents(tenant)
    yield tenant
    assert contents(tenant) == before, "something was left behind"


def expect(reply, *codes):
    assert reply.status == 200 and reply.headers["content-type"] == "application/json", reply
    assert reply.code in codes, reply
    assert reply.message and "panicked" not in reply.message, reply
    assert tc3.is_request_id(reply.response["RequestId"])
    return reply


def role(**changes):
    return {"RoleName": "new", "PolicyDocument": trust("qcs::cam::uin/OWN:root")} | changes


def own(tenant, parameters):
    return json.loads(json.dumps(parameters).replace("OWN", tenant.id))


# ------------------------------------------------------------------------------------------------ parameters


@pytest.mark.parametrize(
    "parameters, name",
    [
        (role(Colour="red"), "Colour"),
        (role(roleName="new"), "roleName"),
        (role(Tags=[{"Key": "a", "Value": "b", "Colour": "red"}]), "Colour"),
        (role(**{"$schema": "x"}), "$schema"),
    ],
    ids=["unknown", "letter case", "nested", "odd"],
)
def test_an_unknown_parameter(unchanged, parameters, name):
    reply = expect(unchanged.raw("cam", "CreateRole", own(unchanged, parameters)), "UnknownParameter")
    assert f"{name}` is not recognized." in reply.message, reply.message


@pytest.mark.parametrize("missing", ["RoleName", "PolicyDocument"])
def test_a_missing_parameter(unchanged, missing):
    parameters = own(unchanged, role())
    del parameters[missing]
    reply = expect(unchanged.raw("cam", "CreateRole", parameters, language="en-US"), "MissingParameter")
    assert reply.message == f"The request is missing a required parameter `{missing}`."


def test_a_null_for_a_required_parameter(unchanged):
    expect(unchanged.raw("cam", "CreateRole", own(unchanged, role(RoleName=None))), "MissingParameter")


@pytest.mark.parametrize(
    "change",
    [
        {"RoleName": 5},
        {"RoleName": ["new"]},
        {"RoleName": {"Name": "new"}},
        {"RoleName": True},
        {"ConsoleLogin": "yes"},
        {"ConsoleLogin": 1.5},
        {"ConsoleLogin": -1},
        {"ConsoleLogin": [1]},
        {"ConsoleLogin": True},
        {"SessionDuration": "7200s"},
        {"SessionDuration": 10**30},
        {"SessionDuration": "9" * 40},
        {"SessionDuration": " "},
        {"PolicyDocument": {"version": "2.0"}},
        {"Tags": "team=ops"},
        {"Tags": {"Key": "a", "Value": "b"}},
        {"Tags": ["a"]},
        {"Tags": [{"Key": 1, "Value": "b"}]},
        {"Tags": [None]},
    ],
    ids=json.dumps,
)
def test_a_wrong_type(unchanged, change):
    expect(
        unchanged.raw("cam", "CreateRole", own(unchanged, role(**change))),
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidParameter.ParamError",
    )


def test_a_wrong_type_is_named(unchanged):
    reply = unchanged.raw("cam", "CreateRole", own(unchanged, role(RoleName=5)), language="en-US")
    expect(reply, "InvalidParameter")
    assert "`RoleName`" in reply.message, reply.message


def test_a_list_item_without_a_required_member(unchanged):
    expect(unchanged.raw("cam", "CreateRole", own(unchanged, role(Tags=[{"Value": "b"}]))), "MissingParameter")


@pytest.mark.parametrize(
    "body",
    [
        b'{"RoleName": "new", "RoleName": "newer", "PolicyDocument": "{}"}',
        b'{"RoleName": "new", "\\u0052oleName": "newer", "PolicyDocument": "{}"}',
        b'{"RoleName": "new", "PolicyDocument": "{}", "Tags": [{"Key": "a", "Key": "b", "Value": "c"}]}',
    ],
    ids=["plain", "escaped", "nested"],
)
def test_a_duplicate_key(unchanged, body):
    expect(unchanged.raw("cam", "CreateRole", body=body), "InvalidParameter")


@pytest.mark.parametrize("where", ["role", "policy"])
def test_a_duplicate_key_in_a_document(unchanged, where):
    if where == "role":
        text = trust(unchanged.root)[:-1] + ', "version": "2.0"}'
        reply = unchanged.raw("cam", "CreateRole", {"RoleName": "new", "PolicyDocument": text})
    else:
        text = '{"version":"2.0","statement":[{"effect":"deny","effect":"allow","action":"*","resource":"*"}]}'
        reply = unchanged.raw("cam", "CreatePolicy", {"PolicyName": "new", "PolicyDocument": text})
    assert expect(reply, reply.code or "").code.startswith("InvalidParameter."), reply


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"RoleName": "new"',
        b'{"RoleName": "new",}',
        b"{'RoleName': 'new'}",
        b'{"RoleName": "new"} trailing',
        b'{"RoleName": "new"}{"RoleName": "new"}',
        b"RoleName=new",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b"\x00",
        b'{"RoleName": "a\x01b"}',
        b'{"RoleName": "\\ud800"}',
        b'{"RoleName": NaN}',
        b"\xef\xbb\xbf{}{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_broken_json(unchanged, body):
    expect(
        unchanged.raw("cam", "CreateRole", body=body),
        "InvalidParameter",
        "InvalidRequest",
        "UnknownParameter",
        "MissingParameter",
        "InvalidParameterValue",
    )


@pytest.mark.parametrize(
    "body",
    [b'{"RoleName": "\xff\xfe"}', b"\xff\xfe\x00", b'{"RoleName": "\xc0\xaf"}', b'{"RoleName": "\xed\xa0\x80"}'],
    ids=repr,
)
def test_bad_utf8(unchanged, body):
    expect(unchanged.raw("cam", "CreateRole", body=body), "InvalidParameter", "InvalidRequest")


@pytest.mark.parametrize("name", ["a\x00b", "../../etc", "a/b", "a'b", 'a"b', "a;--", "角色", "a\nb", ""])
def test_a_bad_role_name(unchanged, name):
    reply = unchanged.raw("cam", "CreateRole", own(unchanged, role(RoleName=name)))
    expect(reply, "InvalidParameter.RoleNameError", "InvalidParameter", "MissingParameter", "InvalidParameter.ParamError")


@pytest.mark.parametrize("remark", ["a\x00b", "\x7f", "‮", "x" * 10_000], ids=["nul", "del", "bidi", "long"])
def test_a_strange_remark_never_breaks_the_server(tenant, remark):
    reply = tenant.raw("cam", "AddUser", {"Name": "strange", "Remark": remark})
    assert not (reply.code or "").startswith("InternalError"), reply
    if reply.code is None:
        assert tenant.raw("cam", "GetUser", {"Name": "strange"}).response["Remark"] == remark


@pytest.mark.parametrize(
    "action, parameters",
    [
        ("CreateRole", role(Description="a\x00b")),
        ("CreateRole", role(Tags=[{"Key": "a\x00b", "Value": "c"}])),
        ("CreateRole", role(Tags=[{"Key": "a", "Value": "b\x00c"}])),
        ("CreateRole", role(PolicyDocument="{\x00}")),
        ("GetRole", {"RoleName": "a\x00b"}),
        ("GetRole", {"RoleId": "\x00"}),
        ("ListRoles", {"Keyword": "a\x00b"}),
        ("DescribeRoleList", {"Page": 1, "Rp": 20, "Tags": [{"Key": "\x00", "Value": "\x00"}]}),
        ("UntagRole", {"RoleName": "r", "TagKeys": ["\x00"]}),
        ("AddUser", {"Name": "new", "Email": "a\x00b"}),
        ("AddUser", {"Name": "new", "PhoneNum": "\x00"}),
        ("UpdateUser", {"Name": "u", "Remark": "\x00"}),
        ("GetUser", {"Name": "\x00"}),
        ("CreateAccessKey", {"Description": "a\x00b"}),
        ("UpdateAccessKey", {"AccessKeyId": "\x00", "Status": "Active"}),
        ("CreatePolicy", {"PolicyName": "new", "Description": "\x00", "PolicyDocument": "{}"}),
        ("ListPolicies", {"Scope": "Local", "Keyword": "\x00"}),
        ("AttachRolePolicy", {"PolicyName": "a\x00b", "AttachRoleName": "r"}),
        ("CreateCamStrategy", {"StrategyName": "\x00", "StrategyInfo": "\x00"}),
        ("AssumeRole", {"RoleArn": "qcs::cam::uin/OWN:roleName/\x00", "RoleSessionName": "session"}),
        ("AssumeRole", {"RoleArn": "qcs::cam::uin/\x00:roleName/r", "RoleSessionName": "session"}),
        ("AssumeRole", {"RoleArn": "qcs::cam::uin/OWN:roleName/r", "RoleSessionName": "session", "SourceIdentity": "a\x00b"}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_nul_in_any_text(unchanged, action, parameters):
    """PostgreSQL cannot store NUL, so it must be refused before."""
    service = "sts" if action == "AssumeRole" else "cam"
    reply = unchanged.raw(service, action, own(unchanged, parameters))
    assert not (reply.code or "").startswith("InternalError"), reply
    if action.startswith(("Describe", "List")) and reply.code is None:
        assert reply.response["List"] == [], reply
        return
    assert reply.code is not None, reply


# ------------------------------------------------------------------------------------------------ size


def oversize(size):
    return b'{"Name": "big", "Remark": "' + b"x" * size + b'"}'


def test_a_body_over_ten_megabytes(unchanged):
    expect(unchanged.raw("cam", "AddUser", body=oversize(11 * MEBIBYTE), timeout=60), "RequestSizeLimitExceeded")


def test_a_body_that_claims_to_be_huge(unchanged):
    """The request is refused by its `Content-Length` alone, without waiting for the body."""
    started = time.monotonic()
    reply = unchanged.raw("cam", "AddUser", body=b"{}", extra=[("Content-Length", str(2**40))], timeout=20)
    expect(reply, "RequestSizeLimitExceeded")
    assert time.monotonic() - started < 10


def test_a_long_header(unchanged):
    reply = unchanged.raw("cam", "ListUsers", extra=[("X-TC-TraceId", "x" * 6000)])
    assert reply.status == 200 and reply.code is None, reply


# ------------------------------------------------------------------------------------------------ the transport


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/html", "application/xml", "multipart/form-data", ""],
)
def test_a_wrong_content_type(unchanged, content_type):
    reply = unchanged.raw("cam", "AddUser", {"Name": "typed"}, content_type=content_type)
    expect(
        reply,
        "InvalidParameter",
        "InvalidRequest",
        "UnsupportedProtocol",
        "InvalidParameterValue",
        "MissingParameter",
        "AuthFailure.SignatureFailure",
        INVALID_AUTHORIZATION,
    )


def test_without_a_content_type(unchanged):
    reply = unchanged.raw("cam", "AddUser", {"Name": "typed"}, drop=["Content-Type"])
    assert reply.code is not None, reply


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_wrong_method(unchanged, method):
    reply = unchanged.raw("cam", "AddUser", {"Name": "typed"}, method=method)
    assert expect(reply, "UnsupportedProtocol", "InvalidAction", "AuthFailure.SignatureFailure")


def test_an_unknown_path(server):
    reply = tc3.exchange(server.url, "GET", "/favicon.ico", [("Host", server.host)], None)
    assert reply.status == 404, reply


@pytest.mark.parametrize("header", ["X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "Authorization"])
def test_a_missing_header(unchanged, header):
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, drop=[header], language="en-US")
    assert reply.code is not None and not reply.code.startswith("InternalError"), reply
    if header in ("X-TC-Version", "X-TC-Timestamp"):
        name = header.removeprefix("X-TC-")
        assert expect(reply, "MissingParameter").message == f"The request is missing a required parameter `{name}`."


@pytest.mark.parametrize("header", ["X-TC-Action", "X-TC-Timestamp", "X-TC-Token", "Authorization", "Host"])
def test_a_header_twice(unchanged, header):
    """Parsers differ in which of the two headers they use, so the request is refused."""
    second = {
        "X-TC-Action": "CreateRole",
        "X-TC-Timestamp": str(int(time.time()) - 5),
        "X-TC-Token": "second",
        "Authorization": "TC3-HMAC-SHA256 Credential=x/2019-02-25/cam/tc3_request, SignedHeaders=host, Signature=0",
        "Host": "example.com",
    }[header]
    extra = [(header, second)] + ([(header, "first")] if header == "X-TC-Token" else [])
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, extra=extra)
    assert reply.status == 400 or reply.code is not None, reply
    assert reply.status == 400 or not reply.code.startswith("InternalError"), reply


def test_a_region_that_sts_needs(tenant):
    reply = tenant.raw("sts", "GetCallerIdentity", region=None, language="en-US")
    expect(reply, "MissingParameter")


# ------------------------------------------------------------------------------------------------ the signature


def test_another_service_in_the_scope_is_accepted(tenant):
    """Node and Java put part of the endpoint into the scope, so at a local endpoint its service is not compared."""
    assert tenant.raw("cam", "ListUsers", scope_service="cvm").code is None


@pytest.mark.parametrize(
    "options",
    [
        {"scope_date": "2019-02-25"},
        {"scope_date": "not-a-date"},
        {"scope_date": ""},
        {"scope_service": ""},
        {"terminator": "aws4_request"},
        {"terminator": ""},
    ],
    ids=lambda options: "-".join(f"{k}={v}" for k, v in options.items()),
)
def test_a_wrong_scope(unchanged, options):
    expect(unchanged.raw("cam", "AddUser", {"Name": "new"}, **options), INVALID_AUTHORIZATION)


def authorization(tenant, **parts):
    date = tc3.utc_date(time.time())
    fields = {
        "algorithm": "TC3-HMAC-SHA256",
        "credential": f"{tenant.secret_id}/{date}/cam/tc3_request",
        "signed": "content-type;host",
        "signature": "0" * 64,
    } | parts
    return "{algorithm} Credential={credential}, SignedHeaders={signed}, Signature={signature}".format(**fields)


@pytest.mark.parametrize(
    "header",
    [
        "garbage",
        "Bearer token",
        "TC3-HMAC-SHA256",
        "TC3-HMAC-SHA256 ",
        "TC3-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
        "TC3-HMAC-SHA256 Credential=a/b/c, SignedHeaders=content-type;host, Signature=0",
        "TC3-HMAC-SHA256 Credential Signature",
        "TC3-HMAC-SHA256 " + "," * 5000,
        "=" * 5000,
    ],
    ids=lambda text: text[:40],
)
def test_a_malformed_authorization(unchanged, header):
    expect(unchanged.raw("cam", "AddUser", {"Name": "new"}, authorization=header), INVALID_AUTHORIZATION)


@pytest.mark.parametrize(
    "parts",
    [
        {"algorithm": "AWS4-HMAC-SHA256"},
        {"algorithm": "tc3-hmac-sha256"},
        {"signed": "host"},
        {"signed": "content-type"},
        {"signed": ""},
        {"signed": "content-type;host;x-not-sent"},
    ],
    ids=str,
)
def test_authorization_with_a_wrong_part(unchanged, parts):
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, authorization=authorization(unchanged, **parts))
    expect(reply, INVALID_AUTHORIZATION, "AuthFailure.SignatureFailure")


@pytest.mark.parametrize(
    "mutate",
    [
        lambda text: "0" * 64,
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: "",
        lambda text: "z" * 64,
        lambda text: text[32:] + text[:32],
    ],
    ids=["zeros", "last digit", "short", "long", "empty", "not hex", "halves swapped"],
)
def test_a_forged_signature(unchanged, mutate):
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, mutate_signature=mutate)
    expect(reply, "AuthFailure.SignatureFailure", INVALID_AUTHORIZATION)


def test_skip_is_for_the_documented_calls_only(unchanged):
    for action in ("AddUser", "GetUser"):
        reply = unchanged.raw("cam", action, {"Name": "new"}, authorization="SKIP")
        assert reply.code is not None and reply.code.startswith("AuthFailure."), reply
    reply = unchanged.raw("sts", "GetCallerIdentity", authorization="SKIP")
    assert reply.code is not None and reply.code.startswith("AuthFailure."), reply


@pytest.mark.parametrize("seconds", [-310, -86_400, 310, 86_400])
def test_a_timestamp_out_of_the_window(unchanged, seconds):
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, timestamp=int(time.time()) + seconds, language="en-US")
    expect(reply, "AuthFailure.SignatureExpire")
    assert reply.message == "The signature is expired, please request again."


@pytest.mark.parametrize("seconds", [-280, 280])
def test_a_timestamp_within_the_window(tenant, seconds):
    assert tenant.raw("cam", "ListUsers", timestamp=int(time.time()) + seconds).code is None


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1.5", "9" * 30, "0x10", "+5", " 5"])
def test_a_malformed_timestamp(unchanged, timestamp):
    today = tc3.utc_date(time.time())
    reply = unchanged.raw("cam", "AddUser", {"Name": "new"}, timestamp=timestamp, scope_date=today)
    assert reply.code is not None and not reply.code.startswith("InternalError"), reply


def test_the_emulators_clock_does_not_affect_signatures(serve):
    server = serve()
    tenant = server.tenant()
    server.admin.advance(86_400)
    assert tenant.raw("cam", "ListUsers").code is None
    expect(tenant.raw("cam", "ListUsers", timestamp=int(time.time()) + 86_400), "AuthFailure.SignatureExpire")


def test_a_query_beside_a_post_body_is_not_a_parameter(unchanged):
    reply = unchanged.raw("cam", "GetUser", {"Name": "u"}, query="Name=other")
    assert reply.code is None and reply.response["Name"] == "u", reply


# ------------------------------------------------------------------------------------------------ the socket


def talk(server, raw, wait=5.0):
    with socket.create_connection(server.host.split(":"), timeout=wait) as connection:
        connection.sendall(raw)
        try:
            return connection.recv(65536)
        except (TimeoutError, ConnectionResetError):
            return b""


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["garbage", "tls", "negative length", "two lengths", "version", "long target"],
)
def test_garbage_on_the_socket(tenant, raw):
    answer = talk(tenant.server, raw)
    assert not answer.startswith(b"HTTP/1.1 5"), answer[:200]
    assert tenant.raw("cam", "ListUsers").code is None


def test_a_client_that_goes_away(tenant):
    for _ in range(20):
        with socket.create_connection(tenant.server.host.split(":"), timeout=5) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
    assert tenant.raw("cam", "ListUsers").code is None


# ------------------------------------------------------------------------------------------------ the admin API


@pytest.mark.parametrize("token", [None, "wrong", ""])
def test_the_admin_api_needs_its_token(server, token):
    for method, path in (("GET", "/_camulator/v1/accounts"), ("POST", "/_camulator/v1/clock/advance")):
        status, answer = server.admin.request(method, path, {} if method == "POST" else None, token=token)
        assert status == 401, (status, answer)
        assert answer["error"]["code"] and answer["error"]["message"]


def test_the_admin_api_refuses_a_foreign_origin(server):
    status, answer = server.admin.request("GET", "/_camulator/v1/accounts", headers={"Origin": "http://evil.example"})
    assert status == 403, (status, answer)
    assert answer["error"]["code"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"id": "not a number"}', b'{"id": "1234567\\u0000"}', b'{"name": "a\\u0000b"}', b'{"cloud": "nimbus"}', b'{"colour": "red"}', b'{"name": 5}', b"\xff"],
    ids=repr,
)
def test_an_invalid_account(server, body):
    before = len(server.admin.ok("GET", "/accounts")["accounts"])
    status, answer = server.admin.request("POST", "/_camulator/v1/accounts", body)
    assert 400 <= status < 500, (status, answer)
    assert answer["error"]["code"] and answer["error"]["message"]
    assert len(server.admin.ok("GET", "/accounts")["accounts"]) == before


def test_an_account_that_exists(tenant):
    status, answer = tenant.server.admin.request("POST", "/_camulator/v1/accounts", {"id": tenant.id})
    assert status == 409, (status, answer)


@pytest.mark.parametrize("path", ["accounts/%00", "accounts/none", "accounts/%FF", "requests/%00", "requests/none"])
def test_something_that_does_not_exist(server, path):
    status, answer = server.admin.request("GET", "/_camulator/v1/" + path)
    assert status in (400, 404), (status, answer)


def test_an_account_is_created_and_deleted(server):
    tenant = server.tenant(name="short-lived")
    tenant.role("r")
    listed = server.admin.ok("GET", f"/accounts/{tenant.id}")
    assert "secret_key" not in json.dumps(listed)
    server.admin.ok("DELETE", f"/accounts/{tenant.id}")
    assert tenant.raw("cam", "ListUsers").code == "AuthFailure.SecretIdNotFound"
    status, answer = server.admin.request("DELETE", f"/_camulator/v1/accounts/{tenant.id}")
    assert status == 404, (status, answer)


@pytest.mark.parametrize("path", ["/_camulator/livez", "/_camulator/readyz"])
def test_health_needs_no_token(server, path):
    status, answer = server.admin.request("GET", path, token=None)
    assert status == 200 and answer["status"] == "ok", (status, answer)


@pytest.mark.parametrize("body", [{"seconds": "soon"}, {}, {"seconds": 10**30}, {"second": 1}], ids=json.dumps)
def test_an_invalid_advance_of_the_clock(server, body):
    status, answer = server.admin.request("POST", "/_camulator/v1/clock/advance", body)
    assert 400 <= status < 500, (status, answer)


# ------------------------------------------------------------------------------------------------ the rate


def test_the_documented_rate(serve):
    tenant = serve(rate_limit="documented").tenant()
    replies = [
        tenant.raw("cam", "CreateRole", own(tenant, role(RoleName=f"r{n}")), language="en-US") for n in range(8)
    ]
    refused = [reply for reply in replies if reply.code is not None]
    assert refused, "eight requests at once exceed the documented rate of two per second"
    expect(refused[0], "RequestLimitExceeded")
    assert "frequency limit `2`" in refused[0].message, refused[0].message
    assert tenant.raw("cam", "DescribeRoleList", {"Page": 1, "Rp": 200}).response["TotalNum"] == 8 - len(refused)
    assert tenant.raw("cam", "ListUsers").code is None, "every action has its own rate"
    time.sleep(1.1)
    assert tenant.raw("cam", "CreateRole", own(tenant, role(RoleName="later"))).code is None
