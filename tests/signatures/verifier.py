"""Verifies signed requests, from the published description of the signatures and from what the clients send.

A second implementation beside `src/dialect/tencent`, with which it shares no code; `differential.py` compares the two.
`judge` gives a verdict: `ok`, or the error code of the refusal. It looks at the signature alone: whether the action
exists and the caller may call it is another question.
"""

import base64
import collections
import datetime
import hashlib
import hmac
import re
import urllib.parse

TC3 = "TC3-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
DOMAIN = "tencentcloudapi.com"
INVALID, FAILURE, EXPIRED = (
    f"AuthFailure.{name}" for name in ("InvalidAuthorization", "SignatureFailure", "SignatureExpire")
)
NO_KEY, NO_TOKEN = "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure"
MISSING, PARAMETER = "MissingParameter", "InvalidParameter"

# The services of the actions that are asked for here, by version.
ACTIONS = {
    "2019-01-16": ("cam", {"GetRole", "CreateRole", "ListUsers", "AddUser", "UpdateRoleDescription", "TagRole"}),
    "2018-08-13": ("sts", {"GetCallerIdentity", "AssumeRole", "GetFederationToken"}),
}

Request = collections.namedtuple("Request", "method target headers body")
Key = collections.namedtuple("Key", "secret token", defaults=(None,))
Claim = collections.namedtuple("Claim", "secret_id token timestamp scope names signature")


class Refused(Exception):
    """The error code is the first argument."""


def need(condition, code):
    if not condition:
        raise Refused(code)


# ------------------------------------------------------------------------------------------------ signing


def digest(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_request(method, query, names, values, payload):
    """`values` maps the names of signed headers to their values as they are signed."""
    lines = "".join(f"{name}:{values[name]}\n" for name in sorted(names.split(";")))
    return "\n".join([method, "/", query, lines, names, payload])


def string_to_sign(timestamp, scope, canonical):
    return "\n".join([TC3, timestamp, scope, digest(canonical)])


def sign(secret, scope, text):
    key = ("TC3" + secret).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    return mac(key, text).hex()


def older_string(method, host, path, fields):
    """The string to sign of version 1; `fields` are decoded, without the signature."""
    return f"{method}{host}{path}?" + "&".join(f"{name}={value}" for name, value in sorted(fields))


def older_sign(secret, method, text):
    hashed = hashlib.sha256 if method == "HmacSHA256" else hashlib.sha1
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashed).digest()).decode()


def utc_date(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d")


# ------------------------------------------------------------------------------------------------ what clients may sign


def without_scheme(host):
    return host.split("://", 1)[1] if "://" in host else host


def without_port(host):
    return re.sub(r":[0-9]*\Z", "", host)


def hosts(received, service, domain):
    """The header as it is or in lower case; without the scheme (the command line); without the port (Node); and the
    public name of the service, whatever was called (COS)."""
    bare = without_port(without_scheme(received))
    forms = [received.lower(), received, without_scheme(received).lower(), bare.lower(), bare, f"{service}.{domain}"]
    return list(dict.fromkeys(forms))


def service_of(host):
    """The service that a host of the cloud stands for; None for any other host."""
    name = without_port(without_scheme(host)).removesuffix(".")
    service, dot, domain = name.partition(".")
    if dot and (domain.lower() == DOMAIN or domain.lower().endswith("." + DOMAIN)):
        return service.lower()
    return None


# ------------------------------------------------------------------------------------------------ verifying


class Headers:
    def __init__(self, pairs):
        self.values = collections.defaultdict(list)
        for name, value in pairs:
            self.values[name.lower()].append(value)

    def __contains__(self, name):
        return name in self.values

    def get(self, name):
        """Returns the trimmed value; None when it is absent, empty or not text."""
        if name not in self.values:
            return None
        try:
            return self.values[name][0].decode().strip() or None
        except UnicodeDecodeError:
            return None

    def check(self):
        """Nothing that decides may be there twice or be unreadable."""
        for name, values in self.values.items():
            if name in ("host", "authorization", "content-type") or name.startswith("x-tc-"):
                need(len(values) == 1, PARAMETER)
                if name != "authorization":
                    need(readable(values[0]), PARAMETER)


def readable(value):
    try:
        value.decode()
        return True
    except UnicodeDecodeError:
        return False


def judge(request, now, keys):
    """Returns the verdict, and of an accepted request the canonical request, the string to sign and the signature. The
    canonical request of version 1 is empty."""
    try:
        return ("ok", *verify(request, now, keys))
    except Refused as refused:
        return (refused.args[0], None, None, None)


def verify(request, now, keys):
    path, _, query = request.target.partition("?")
    headers = Headers(request.headers)
    older = path == "/v2/index.php" and "x-tc-action" not in headers
    need(older or path == "/" or "x-tc-action" in headers, "NotFound")
    need(request.method in ("GET", "POST"), "UnsupportedProtocol")
    need(len(query) <= 32 * 1024, "RequestSizeLimitExceeded")
    headers.check()
    if older:
        return verify_older(request, path, query, headers, now, keys, 7200, "api.qcloud.com", False)
    # The component interface has no action in its headers, and the same signature.
    component = (
        path == "/"
        and request.method == "POST"
        and "x-tc-action" not in headers
        and (headers.get("authorization") or "").startswith(TC3)
    )
    newer = "authorization" in headers or "x-tc-action" in headers
    if not component:
        check_type(request, headers, newer)
    if newer:
        if not component:
            need(headers.get("x-tc-action"), MISSING)
            need(headers.get("x-tc-version"), MISSING)
        return verify_tc3(request, query, headers, now, keys)
    return verify_older(request, path, query, headers, now, keys, 300, DOMAIN, True)


def check_type(request, headers, newer):
    kind = (headers.get("content-type") or "").split(";")[0].strip().lower()
    form, json = "application/x-www-form-urlencoded", "application/json"
    if request.method == "GET":
        served = kind == form or (not newer and "content-type" not in headers)
    elif newer:
        served = kind in (json, "application/octet-stream", "multipart/form-data")
    else:
        served = kind in (form, json)
    need(served, PARAMETER)


def verify_tc3(request, query, headers, now, keys):
    timestamp = headers.get("x-tc-timestamp")
    need(timestamp, MISSING)
    if "authorization" in headers:
        need(readable(headers.values["authorization"][0]), INVALID)
    authorization = headers.get("authorization")
    need(authorization, MISSING)
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", timestamp) and int(timestamp) < 1 << 63, PARAMETER)
    claim = parse(authorization, timestamp, headers)
    need(abs(now - int(timestamp)) <= 300, EXPIRED)
    key = find(claim.secret_id, claim.token, keys)
    for name in claim.names.split(";"):
        need(name in ("host", "content-type") or headers.get(name), INVALID)
    payload = digest(request.body)
    if headers.get("x-tc-content-sha256") == UNSIGNED:
        # The digest of the words, not the words themselves.
        payload = digest(UNSIGNED)
    elif request.method == "GET":
        payload = digest("")
    signed_query = query if request.method == "GET" else ""
    values = {name: (headers.get(name) or "").lower() for name in claim.names.split(";")}
    content_type = headers.get("content-type") or ""
    for host in hosts(headers.get("host") or "", claim.scope.split("/")[1], DOMAIN):
        for kind in dict.fromkeys([content_type.lower(), content_type]):
            signed = values | {"host": host, "content-type": kind}
            canonical = canonical_request(request.method, signed_query, claim.names, signed, payload)
            text = string_to_sign(timestamp, claim.scope, canonical)
            signature = sign(key.secret, claim.scope, text)
            if signature == claim.signature:
                return canonical, text, signature
    raise Refused(FAILURE)


def parse(authorization, timestamp, headers):
    need(authorization.startswith(TC3 + " "), INVALID)
    parts = {}
    for part in authorization.removeprefix(TC3 + " ").split(","):
        name, divider, value = part.strip().partition("=")
        need(divider and name in ("Credential", "SignedHeaders", "Signature") and name not in parts, INVALID)
        parts[name] = value
    need(len(parts) == 3, INVALID)
    credential, names, signature = parts["Credential"], parts["SignedHeaders"], parts["Signature"]
    scope = credential.split("/")
    need(len(scope) == 4 and scope[3] == "tc3_request", INVALID)
    secret_id, date, service, _ = scope
    need(0 < len(secret_id.encode()) <= 128, INVALID)
    try:
        need(date == utc_date(int(timestamp)), INVALID)
    except OverflowError:
        need(date == "9999-12-31", INVALID)
    need(0 < len(service.encode()) <= 128, INVALID)
    need(service_of(headers.get("host") or "") in (None, service), INVALID)
    listed = names.split(";")
    need(all(re.fullmatch(r"[!-@\[-~]+", name) for name in listed), INVALID)
    need(len(set(listed)) == len(listed) <= 32 and {"host", "content-type"} <= set(listed), INVALID)
    need(re.fullmatch(r"[0-9a-fA-F]{64}", signature), INVALID)
    token = headers.get("x-tc-token")
    return Claim(secret_id, token, timestamp, "/".join(scope[1:]), names, signature.lower())


def find(secret_id, token, keys):
    key = keys.get(secret_id)
    # Only temporary keys have tokens, and no permanent one is meant by a request with a token.
    need(key, NO_TOKEN if token else NO_KEY)
    need(key.token == token, NO_TOKEN)
    return key


def read_fields(text):
    """Names and values of a query or a form, decoded. Each name is there once."""
    fields = []
    for pair in filter(None, text.split(b"&")):
        name, divider, value = pair.partition(b"=")
        need(divider, PARAMETER)
        fields.append((decoded(name), decoded(value)))
    need(len({name for name, _ in fields}) == len(fields), PARAMETER)
    return fields


def decoded(text):
    data = urllib.parse.unquote_to_bytes(text.replace(b"+", b" "))
    need(readable(data) and b"\0" not in data, PARAMETER)
    return data.decode()


def verify_older(request, path, query, headers, now, keys, window, domain, versioned):
    if request.method == "GET":
        fields = read_fields(query.encode())
    else:
        need(len(request.body) <= 1024 * 1024, FAILURE)
        # JSON without the headers that belong to it.
        need(not (versioned and request.body.strip(b" \t\n\x0c\r").startswith(b"{")), MISSING)
        fields = read_fields(request.body)
    given = {name: value for name, value in fields if value}
    for name in ("Action", "Version", "Timestamp", "Nonce"):
        need(name in given or (name == "Version" and not versioned), MISSING)
    for name in ("Nonce", "Timestamp"):
        need(re.fullmatch(r"[0-9]+", given[name]) and int(given[name]) < 1 << 63, PARAMETER)
    need("SecretId" in given and "Signature" in given, MISSING)
    need(len(given["SecretId"].encode()) <= 128, INVALID)
    need(abs(now - int(given["Timestamp"])) <= window, EXPIRED)
    key = find(given["SecretId"], given.get("Token"), keys)
    signed = [(name, value) for name, value in fields if name != "Signature"]
    # The Python clients sign `_` in a name as `.`.
    dotted = [(name.replace("_", "."), value) for name, value in signed]
    for host in hosts(headers.get("host") or "", older_service(given, headers, versioned), domain):
        for form in (signed, dotted):
            text = older_string(request.method, host, path if not versioned else "/", form)
            signature = older_sign(key.secret, given.get("SignatureMethod"), text)
            if signature == given["Signature"]:
                return "", text, signature
    raise Refused(FAILURE)


def older_service(given, headers, versioned):
    action = given["Action"][0].upper() + given["Action"][1:]
    for version, (service, actions) in ACTIONS.items():
        if action in actions and (not versioned or given["Version"] == version):
            return service
    label = (headers.get("host") or "").split(".")[0]
    return label if versioned and re.fullmatch(r"[a-z][a-z0-9]*", label) and label != "localhost" else ""
