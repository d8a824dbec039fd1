"""Builds signed requests: every part can differ between what is signed and what is sent."""

import urllib.parse

import verifier
from verifier import Request

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
VERSIONS = {"cam": "2019-01-16", "sts": "2018-08-13", "cvm": "2017-03-12"}


def newer(
    key_id,
    key,
    *,
    method="POST",
    target=None,
    query="",
    body=b"{}",
    host="cam.tencentcloudapi.com",
    signed_host=None,
    kind=None,
    signed_kind=None,
    service="cam",
    action="GetRole",
    version=None,
    region="ap-guangzhou",
    timestamp=NOW,
    signed_timestamp=None,
    date=None,
    unsigned=False,
    extra=(),
    signing=(),
    names=None,
    separator=", ",
    payload=None,
):
    """A request with TC3. `extra` are further headers, `signing` the names of further signed ones."""
    body = b"" if method == "GET" else body
    kind = kind or (FORM if method == "GET" else JSON)
    headers = {
        "Host": host,
        "Content-Type": kind,
        "X-TC-Action": action,
        "X-TC-Version": version or VERSIONS.get(service, VERSIONS["cam"]),
        "X-TC-Timestamp": str(timestamp),
    }
    if region:
        headers["X-TC-Region"] = region
    if key.token:
        headers["X-TC-Token"] = key.token
    if unsigned:
        headers["X-TC-Content-SHA256"] = verifier.UNSIGNED
    headers |= dict(extra)
    values = {name.lower(): value.strip().lower() for name, value in headers.items()}
    values |= {"host": host if signed_host is None else signed_host, "content-type": signed_kind or kind}
    names = names or ";".join(sorted({"content-type", "host", *signing}))
    if payload is None:
        payload = verifier.digest(verifier.UNSIGNED if unsigned else body)
    stamp = str(timestamp if signed_timestamp is None else signed_timestamp)
    scope = f"{date or verifier.utc_date(int(timestamp))}/{service}/tc3_request"
    canonical = verifier.canonical_request(method, query if method == "GET" else "", names, values, payload)
    signature = verifier.sign(key.secret, scope, verifier.string_to_sign(stamp, scope, canonical))
    parts = [f"Credential={key_id}/{scope}", f"SignedHeaders={names}", f"Signature={signature}"]
    headers["Authorization"] = f"{verifier.TC3} {separator.join(parts)}"
    if target is None:
        target = "/" + ("?" + query if query else "")
    return Request(method, target, [(name, value.encode()) for name, value in headers.items()], body)


def fields_of(
    key_id, key, parameters, *, service="cam", action="GetRole", algorithm=None, timestamp=NOW, versioned=True
):
    """The fields of version 1 in the order in which the Python client sends them."""
    fields = dict(parameters) | {"Action": action, "Nonce": "11886", "Timestamp": str(timestamp)}
    if versioned:
        fields["Version"] = VERSIONS[service]
    fields |= {"Region": "ap-guangzhou", "SecretId": key_id}
    if key.token:
        fields["Token"] = key.token
    if algorithm:
        fields["SignatureMethod"] = algorithm
    return list(fields.items())


def encoded(fields, quote=urllib.parse.quote_plus):
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in fields)


def older(
    key,
    fields,
    *,
    method="POST",
    host="cam.tencentcloudapi.com",
    signed_host=None,
    path="/",
    signed_path=None,
    kind=FORM,
    dotted=False,
    order=lambda fields: fields,
    write=encoded,
    signed_method=None,
):
    """A request with version 1 of these decoded fields."""
    signed = [(name.replace("_", "."), value) if dotted else (name, value) for name, value in fields]
    text = verifier.older_string(signed_method or method, signed_host or host, signed_path or path, signed)
    signature = verifier.older_sign(key.secret, dict(fields).get("SignatureMethod"), text)
    sent = write(order([*fields, ("Signature", signature)]))
    headers = [("Host", host.encode())]
    if kind and (method == "POST" or kind != FORM):
        headers.append(("Content-Type", kind.encode()))
    if method == "GET":
        return Request(method, f"{path}?{sent}", headers, b"")
    return Request(method, path, headers, sent.encode())


def edit(request, name, value):
    """Replaces a header; None removes it."""
    headers = [(known, old) for known, old in request.headers if known.lower() != name.lower()]
    if value is not None:
        headers.append((name, value if isinstance(value, bytes) else value.encode()))
    return request._replace(headers=headers)


def add(request, name, value):
    return request._replace(headers=[*request.headers, (name, value if isinstance(value, bytes) else value.encode())])


def header(request, name):
    return next((value.decode() for known, value in request.headers if known.lower() == name.lower()), None)


def authorization(request, old, new):
    """Replaces a part of `Authorization`."""
    before = header(request, "Authorization")
    assert old in before, (old, before)
    return edit(request, "Authorization", before.replace(old, new, 1))


def field(request, name, value):
    """Replaces a field of version 1 after signing; None removes it."""
    text = request.target.partition("?")[2] if request.method == "GET" else request.body.decode()
    fields = urllib.parse.parse_qsl(text, keep_blank_values=True)
    place = [known for known, _ in fields].index(name) if name in dict(fields) else len(fields)
    fields = [pair for pair in fields if pair[0] != name]
    if value is not None:
        fields.insert(place, (name, value))
    return with_fields(request, encoded(fields))


def with_fields(request, text):
    """Replaces the written fields of version 1."""
    if request.method == "GET":
        return request._replace(target=request.target.partition("?")[0] + "?" + text)
    return request._replace(body=text.encode())


def text_of(request):
    return request.target.partition("?")[2] if request.method == "GET" else request.body.decode()
