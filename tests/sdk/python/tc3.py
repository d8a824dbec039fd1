"""TC3-HMAC-SHA256 according to the published description, with the standard library only.

A deliberate second implementation: it shares no code with the vendor's SDK or the server, so it cannot repeat a mistake
of either. It also sends what no SDK would: every part of a request can be overridden.

    reply = tc3.call(url, "cam", "GetRole", {"RoleName": "x"}, secret_id=…, secret_key=…)
    reply.code      # the error code, or None
    reply.response  # the content of `Response`
"""

import datetime
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse
import uuid

ALGORITHM = "TC3-HMAC-SHA256"
VERSIONS = {"cam": "2019-01-16", "sts": "2018-08-13", "cvm": "2017-03-12", "tag": "2018-08-13"}
UNSIGNED = "UNSIGNED-PAYLOAD"


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_request(method, query, headers, signed, payload_hash):
    """Builds the canonical request; `headers` maps lower-case names to values."""
    block = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in signed)
    return "\n".join([method, "/", query, block, ";".join(signed), payload_hash])


def string_to_sign(timestamp, scope, canonical):
    return "\n".join([ALGORITHM, str(timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()])


def signature(secret_key, date, service, text):
    key = _hmac(("TC3" + secret_key).encode(), date)
    key = _hmac(key, service)
    key = _hmac(key, "tc3_request")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def utc_date(timestamp):
    return datetime.datetime.fromtimestamp(int(timestamp), datetime.timezone.utc).strftime("%Y-%m-%d")


class Reply:
    """An HTTP response: status, headers (with lower-case names), and body as bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def response(self):
        return self.json["Response"]

    @property
    def code(self):
        return self.response.get("Error", {}).get("Code")

    @property
    def message(self):
        return self.response.get("Error", {}).get("Message")

    def __repr__(self):
        return f"Reply({self.status}, {self.body[:600]!r})"


def exchange(url, method, target, headers, body, timeout=30):
    """Sends exactly these headers (a list of pairs, duplicates included) and reads one response."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None and not any(name.lower() == "content-length" for name, _ in headers):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if body:
            try:
                connection.send(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the server may answer and close the connection before it has read an oversize body
        answer = connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def call(
    url,
    service,
    action,
    params=None,
    *,
    secret_id,
    secret_key,
    token=None,
    region="ap-guangzhou",
    version=None,
    method="POST",
    body=None,  # bytes to send instead of `params` as JSON
    send_body=None,  # bytes to send instead of the signed body
    query=None,  # for GET: the text after `?`
    content_type=None,
    host=None,  # the Host header
    signed_host=None,  # the host to sign instead
    scope_service=None,
    scope_date=None,
    terminator="tc3_request",
    timestamp=None,
    signed_timestamp=None,
    unsigned_payload=False,
    language=None,
    sign_action=False,
    authorization=None,  # replaces the header; "" omits it
    mutate_signature=None,
    drop=(),  # names of headers to omit
    extra=(),  # pairs of headers to add
    timeout=30,
):
    netloc = urllib.parse.urlsplit(url).netloc
    host = netloc if host is None else host
    version = VERSIONS.get(service, "2017-03-12") if version is None else version
    timestamp = int(time.time()) if timestamp is None else timestamp
    date = utc_date(timestamp) if scope_date is None else scope_date
    scoped = service if scope_service is None else scope_service
    if method == "GET":
        query = urllib.parse.urlencode(flatten(params or {})) if query is None else query
        content_type = "application/x-www-form-urlencoded" if content_type is None else content_type
        payload, target = b"", "/?" + query
    else:
        payload = json.dumps(params or {}).encode() if body is None else body
        content_type = "application/json" if content_type is None else content_type
        target = "/" if query is None else "/?" + query
        query = ""
    values = {"content-type": content_type, "host": host if signed_host is None else signed_host}
    if sign_action:
        values["x-tc-action"] = action
    names = sorted(values)
    digest = hashlib.sha256(UNSIGNED.encode() if unsigned_payload else payload).hexdigest()
    scope = f"{date}/{scoped}/{terminator}"
    stamp = timestamp if signed_timestamp is None else signed_timestamp
    text = string_to_sign(stamp, scope, canonical_request(method, query, values, names, digest))
    signed = signature(secret_key, date, scoped, text)
    if mutate_signature:
        signed = mutate_signature(signed)
    if authorization is None:
        authorization = (
            f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={';'.join(names)}, Signature={signed}"
        )
    headers = [
        ("Host", host),
        ("Content-Type", content_type),
        ("X-TC-Action", action),
        ("X-TC-Version", version),
        ("X-TC-Timestamp", str(timestamp)),
    ]
    if authorization:
        headers.append(("Authorization", authorization))
    if region:
        headers.append(("X-TC-Region", region))
    if token is not None:
        headers.append(("X-TC-Token", token))
    if language:
        headers.append(("X-TC-Language", language))
    if unsigned_payload:
        headers.append(("X-TC-Content-SHA256", UNSIGNED))
    headers = [pair for pair in headers if pair[0].lower() not in {name.lower() for name in drop}] + list(extra)
    sent = None if method == "GET" else (payload if send_body is None else send_body)
    return exchange(url, method, target, headers, sent, timeout)


def flatten(value, prefix=""):
    """Flattens nested parameters as in a query string: `Tags.0.Key=…`."""
    pairs = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        path = f"{prefix}.{name}" if prefix else str(name)
        if isinstance(item, (dict, list)):
            pairs += flatten(item, path)
        elif item is not None:
            pairs.append((path, str(item).lower() if isinstance(item, bool) else str(item)))
    return pairs


def is_request_id(text):
    return str(uuid.UUID(text)) == text
