#!/usr/bin/env python3
"""Writes `tests/wire/tc3_vectors.json`: signed requests with the expected verdict, and why.

    python3 tests/signatures/generate.py           # write it
    python3 tests/signatures/generate.py --check   # fail if it is not what would be written

Every expectation is written here by hand, case by case, and compared with `verifier.py` before it is written.
"""

import base64
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import signed as made  # noqa: E402
import verifier  # noqa: E402
from signed import FORM, JSON, NOW, add, authorization, edit, encoded, field, header, newer, older, text_of, with_fields  # noqa: E402
from verifier import EXPIRED, FAILURE, INVALID, MISSING, NO_KEY, NO_TOKEN, PARAMETER, Key  # noqa: E402

FILE = pathlib.Path(__file__).parents[1] / "wire/tc3_vectors.json"
LEAST, LEAST_REFUSED = 400, 250

PUBLISHED, PUBLISHED_OLDER = 1_551_113_065, 1_465_185_768
PUBLISHED_BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
EXAMPLE, STARS, SEVEN = (
    "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    "AKID" + "*" * 32,
    "AKIDz8krbsJ5yKBZQpn74WFkmLPx3" + "*" * 7,
)
OLDER = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA"
PLAIN, SESSION, UNICODE, LONG = "AKIDplain0001", "AKIDsession-0001_x", "AKIDunicode", "AKID" + "x" * 124

KEYS = {
    EXAMPLE: Key("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
    SEVEN: Key("Gu5t9xGARNpq86cd98joQYCN3*******"),
    STARS: Key("*" * 32),
    OLDER: Key("Gu5t9xGARNpq86cd98joQYCN3Cozk1qA"),
    PLAIN: Key("secret-of-the-plain-key"),
    SESSION: Key("q9/+temporary==", "token+/=0123456789abcdef"),
    UNICODE: Key("ключ 密钥 \U0001f511"),
    LONG: Key("k" * 200),
}


class Vectors:
    def __init__(self):
        self.list = []

    def add(self, note, request, verdict="ok", now=NOW, signature=None):
        found, canonical, text, right = verifier.judge(request, now, KEYS)
        assert found == verdict, (note, verdict, found, request)
        assert signature in (None, right), (note, signature, right)
        vector = {"note": note, "now": now, "method": request.method, "target": request.target}
        vector["headers"] = [[name, shown(value)] for name, value in request.headers]
        vector["body"] = shown(request.body)
        vector["verdict"] = verdict
        if verdict == "ok":
            vector |= {"canonical_request": canonical, "string_to_sign": text, "signature": right}
        self.list.append(vector)


def shown(data):
    """Text, or an object with base64 when it is not text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def plain(**options):
    return newer(PLAIN, KEYS[PLAIN], **options)


def form(
    parameters=(("RoleName", "test"),),
    key=PLAIN,
    *,
    algorithm=None,
    timestamp=NOW,
    service="cam",
    action="GetRole",
    **options,
):
    versioned = options.get("path", "/") == "/"
    fields = made.fields_of(
        key,
        KEYS[key],
        parameters,
        service=service,
        action=action,
        algorithm=algorithm,
        timestamp=timestamp,
        versioned=versioned,
    )
    return older(KEYS[key], fields, **options)


# ------------------------------------------------------------------------------------------------ accepted

# What is sent as Host, what is signed, the service in the scope, and the client that does so.
HOSTS = [
    ("cam.tencentcloudapi.com", None, "cam", "the cloud's own"),
    ("cam.intl.tencentcloudapi.com", None, "cam", "international"),
    ("cam.ap-guangzhou.tencentcloudapi.com", None, "cam", "regional"),
    ("cam.tencentcloudapi.com.", None, "cam", "with the root's dot"),
    ("cam.tencentcloudapi.com:443", None, "cam", "with a port"),
    ("CAM.TencentCloudAPI.com", None, "cam", "in capitals, signed as sent"),
    ("CAM.TencentCloudAPI.com", "cam.tencentcloudapi.com", "cam", "in capitals, signed in lower case"),
    ("127.0.0.1:4580", None, "cam", "Python, Go"),
    ("127.0.0.1:4580", "127.0.0.1", "127", "Node"),
    ("localhost:4580", "localhost", "localhost:4580", "Node, by name"),
    ("127.0.0.1:4580", None, "127", "Java"),
    ("http://127.0.0.1:4580", None, "cam", "the command line"),
    ("http://127.0.0.1:4580", "127.0.0.1:4580", "cam", "the command line, without the scheme"),
    ("127.0.0.1:4580", "cam.tencentcloudapi.com", "cam", "COS"),
    ("cam.localhost:4580", None, "cam", "Terraform"),
    ("[::1]:4580", None, "cam", "IPv6"),
    ("[::1]:4580", "[::1]", "cam", "IPv6 without the port"),
    ("service.internal", None, "cam", "a name of one's own"),
    ("Service.Internal:80", "Service.Internal", "cam", "capitals without the port"),
    ("\u043f\u0440\u0438\u043c\u0435\u0440.test", None, "cam", "a name in Unicode"),
]
BODIES = [
    b"",
    b"{}",
    b" { } ",
    b"\n{\r\n}\t",
    b'{"RoleName":"test"}',
    b'{"RoleName": ""}',
    b'{"Tags": []}',
    '{"Description":"日本語 \U0001f600 é"}'.encode(),
    rb'{"Description":"\u65e5\ud83d\ude00"}',
    b'{"RoleName":"a\\nb\\u0000"}',
    b'{"A":[[[[[["x"]]]]]]}',
    b'{"Description":"' + b"x" * 5000 + b'"}',
    b"[1,2]",
    b"\xff\xfe\x00",
    b"UNSIGNED-PAYLOAD",
    b"Action=GetRole&Version=1",
]
QUERIES = [
    "RoleName=test",
    "",
    "RoleName=",
    "RoleName",
    "RoleName=a%20b",
    "RoleName=a+b",
    "RoleName=a%2Bb",
    "RoleName=%e6%97%a5",
    "RoleName=%E6%97%A5",
    "Z=1&A=2&M=3",
    "A=2&Z=1&A=2",
    "Tags.0.Key=k&Tags.0.Value=v&Tags.1.Key=&Tags.1.Value=",
    "&&RoleName=test&",
    "RoleName=a/b?c",
    "RoleName=a=b==",
    "RoleName=%zz%",
    "A=~!*'()-._",
]
VALUES = [
    "test",
    "",
    "a b",
    "a+b",
    "a%20b",
    "%",
    "日本語",
    "\U0001f600",
    "a=b&c=d",
    "a/b?c#d",
    " padded ",
    "line\nbreak",
    "~!*'()-._",
    '{}[]"\\',
    "x" * 3000,
]


def published(vectors):
    def cvm(key, **options):
        kind = "application/json; charset=utf-8"
        return newer(
            key,
            KEYS[key],
            service="cvm",
            action="DescribeInstances",
            host="cvm.tencentcloudapi.com",
            kind=kind,
            body=PUBLISHED_BODY,
            timestamp=PUBLISHED,
            **options,
        )

    def put(note, request, signature, at=PUBLISHED):
        vectors.add(note, request, now=at, signature=signature)

    put("published: the page of TC3", cvm(EXAMPLE), "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")
    put(
        "published: the page of TC3, 2021",
        cvm(SEVEN),
        "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c",
    )
    signature = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    put("published: the page of TC3, with the action signed", cvm(STARS, signing=["x-tc-action"]), signature)
    example = {"timestamp": PUBLISHED}
    request = newer(EXAMPLE, KEYS[EXAMPLE], body=b'{"RoleName": "test"}', **example)
    put("the Python client's signer: POST", request, "d45d21edc0ca00023c6431f92bd8d7947d14dd005f81ac196646386f3c4440cb")
    request = newer(EXAMPLE, KEYS[EXAMPLE], method="GET", query="RoleName=test", **example)
    put("the Python client's signer: GET", request, "ed6f6390ee5739204d8a6c376c8bfacb6d00c65bf444f22212e4811cfcd76f85")
    request = newer(EXAMPLE, KEYS[EXAMPLE], unsigned=True, host="sts.tencentcloudapi.com", service="sts", **example)
    put(
        "the Python client's signer: no payload",
        request,
        "87d1c75708f5dfbe22775ae3e395c7eba745f8da7f89683f413dea6346ac68da",
    )
    instances = [("InstanceIds.0", "ins-09dx96dg"), ("Limit", "20"), ("Offset", "0")]
    request = form(
        instances,
        EXAMPLE,
        service="cvm",
        action="DescribeInstances",
        timestamp=PUBLISHED_OLDER,
        method="GET",
        host="cvm.tencentcloudapi.com",
    )
    put("published: the page of version 1", request, "EliP9YW3pW28FpsEdkXt/+WcGeI=", PUBLISHED_OLDER)
    for algorithm, signature in [
        ("HmacSHA256", "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s="),
        ("HmacSHA1", "nPVnY6njQmwQ8ciqbPl5Qe+Oru4="),
    ]:
        request = form(
            instances[:1],
            OLDER,
            action="DescribeInstances",
            timestamp=PUBLISHED_OLDER,
            method="GET",
            algorithm=algorithm,
            host="cvm.api.qcloud.com",
            path="/v2/index.php",
        )
        put(f"published: API 2.0, {algorithm}", request, signature, PUBLISHED_OLDER)
    for algorithm, signature in [
        ("HmacSHA256", "e1jPkuODV+Fn5JrReK4WCkCVTqGqllHIV2D6ULTuM6I="),
        ("HmacSHA1", "CrOJXtIe3/Rzz+/hxLFjY6XyuAM="),
    ]:
        fields = made.fields_of(
            EXAMPLE, KEYS[EXAMPLE], [("RoleName", "test")], algorithm=algorithm, timestamp=PUBLISHED_OLDER
        )
        fields = [pair for pair in fields if pair[0] != "Region"]
        put(f"version 1 as a form, {algorithm}", older(KEYS[EXAMPLE], fields), signature, PUBLISHED_OLDER)


def accepted_newer(vectors):
    for sent, signed, service, who in HOSTS:
        vectors.add(f"host: {who}", plain(host=sent, signed_host=signed, service=service, version="2019-01-16"))
        request = plain(
            method="GET", query="RoleName=test", host=sent, signed_host=signed, service=service, version="2019-01-16"
        )
        vectors.add(f"host over GET: {who}", request)
    for sent, signed in [
        (JSON, None),
        ("application/json; charset=utf-8", None),
        ("application/json;charset=UTF-8", None),
        ("application/json;charset=UTF-8", "application/json;charset=utf-8"),
        ("Application/JSON", None),
        ("Application/JSON", JSON),
        ("application/octet-stream", None),
        ("multipart/form-data; boundary=0123456789abcdef", None),
        ("multipart/form-data; boundary=AbC", None),
    ]:
        vectors.add(f"content type: {sent} signed as {signed or sent}", plain(kind=sent, signed_kind=signed))
    for place, body in enumerate(BODIES):
        vectors.add(f"body {place}", plain(body=body))
        vectors.add(f"body {place}, not signed", plain(body=body, unsigned=True))
    for query in QUERIES:
        vectors.add(f"query as received: {query}", plain(method="GET", query=query))
    vectors.add("a query over GET, no payload", plain(method="GET", query="RoleName=test", unsigned=True))
    action, version, region, language = (f"x-tc-{name}" for name in ("action", "version", "region", "language"))
    trace = [
        ("X-TC-Language", "zh-CN"),
        ("X-TC-RequestClient", "SDK_GO_1.3.166"),
        ("X-Other", "  some  Text\t"),
        ("X-Unicode", "日 É"),
    ]
    for names in (
        [action],
        [action, version],
        [action, region, version],
        [action, region, version, "x-tc-timestamp"],
        [language],
        ["x-tc-requestclient"],
        ["x-other"],
        ["x-unicode"],
        [action, language, region, version, "x-other", "x-tc-requestclient", "x-tc-timestamp", "x-unicode"],
    ):
        vectors.add(f"signed too: {';'.join(names)}", plain(signing=names, extra=trace))
        vectors.add(
            f"signed too over GET: {';'.join(names)}", plain(method="GET", query="A=1", signing=names, extra=trace)
        )
    vectors.add("the token is signed too", newer(SESSION, KEYS[SESSION], signing=["x-tc-token"]))
    vectors.add("the digest's header is signed too", plain(unsigned=True, signing=["x-tc-content-sha256"]))
    vectors.add("the names of headers in another order", plain(names="host;content-type"))
    many = [(f"X-Many-{number}", str(number)) for number in range(30)]
    vectors.add("32 signed headers", plain(extra=many, signing=[name.lower() for name, _ in many]))
    for key in (SESSION, UNICODE, LONG):
        vectors.add(f"the key {key[:16]}", newer(key, KEYS[key]))
        vectors.add(f"the key {key[:16]} over GET", newer(key, KEYS[key], method="GET", query="RoleName=test"))
    for offset in (-300, -299, 299, 300):
        vectors.add(f"signed {offset} s from now", plain(timestamp=NOW + offset))
    vectors.add("the last second of a day", plain(timestamp=NOW - 1), now=NOW)
    vectors.add("a leap day", plain(timestamp=1_709_210_000), now=1_709_210_000)
    vectors.add("without spaces after the commas", plain(separator=","))
    vectors.add("more spaces after the commas", plain(separator=",   "))
    signed = plain()
    right = header(signed, "Authorization")[-64:]
    vectors.add("the signature in capitals", authorization(signed, right, right.upper()))
    credential, names, signature = header(signed, "Authorization").removeprefix(verifier.TC3 + " ").split(", ")
    vectors.add(
        "the parts in another order",
        edit(signed, "Authorization", f"{verifier.TC3} {signature}, {credential}, {names}"),
    )
    for name, value in [
        ("X-TC-Action", "ListUsers"),
        ("X-TC-Action", "NoSuchAction"),
        ("X-TC-Version", "2018-08-13"),
        ("X-TC-Region", "ap-shanghai"),
        ("X-TC-Region", None),
        ("X-TC-Language", "en-US"),
        ("X-TC-TraceId", "7c0f"),
        ("X-Forwarded-Host", "elsewhere"),
        ("X-TC-Content-SHA256", "unsigned-payload"),
        ("Accept", "*/*"),
    ]:
        vectors.add(f"not signed, so free: {name} becomes {value}", edit(signed, name, value))
    vectors.add("a body with GET is not read", plain(method="GET", query="A=1")._replace(body=b"anything"))
    vectors.add("a query with POST is not read", plain(target="/?RoleName=other"))
    vectors.add("another path, as the Go client sends its endpoint's", plain(target="/base/path"))
    vectors.add("a body that is not signed", plain(unsigned=True)._replace(body=b'{"RoleName":"other"}'))
    vectors.add(
        "headers' names in capitals", signed._replace(headers=[(name.upper(), value) for name, value in signed.headers])
    )
    vectors.add("headers in another order", signed._replace(headers=signed.headers[::-1]))
    vectors.add(
        "white space around values",
        signed._replace(headers=[(name, b" " + value + b"\t ") for name, value in signed.headers]),
    )


def accepted_older(vectors):
    for method in ("GET", "POST"):
        for algorithm in (None, "HmacSHA1", "HmacSHA256", "HmacMD5"):
            vectors.add(f"version 1: {method}, SignatureMethod {algorithm}", form(method=method, algorithm=algorithm))
        for sent, signed, _, who in HOSTS:
            request = form(
                method=method, host=sent, signed_host=signed, algorithm="HmacSHA256" if method == "GET" else None
            )
            vectors.add(f"version 1: {method}, host: {who}", request)
        for place, value in enumerate(VALUES):
            vectors.add(
                f"version 1: {method}, value {place}", form([("Description", value), ("RoleName", "x")], method=method)
            )
        for key in (SESSION, UNICODE, LONG):
            vectors.add(f"version 1: {method}, the key {key[:16]}", form(key=key, method=method))
        for name, quote in {
            "lower-case hexadecimal": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
            "upper-case hexadecimal": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
            "spaces as %20": lambda text: urllib.parse.quote(text, safe=""),
        }.items():
            request = form(
                [("Description", "a b+c/d")], method=method, write=lambda fields, quote=quote: encoded(fields, quote)
            )
            vectors.add(f"version 1: {method}, {name}", request)
        for name, order in {
            "sorted": sorted,
            "backwards": lambda fields: fields[::-1],
            "by length": lambda fields: sorted(fields, key=lambda pair: len(pair[1])),
        }.items():
            vectors.add(
                f"version 1: {method}, fields {name}",
                form([("a", "1"), ("B", "2"), ("A.0", "3")], method=method, order=order),
            )
        for dotted in (True, False):
            note = f"version 1: {method}, underscores signed as {'dots' if dotted else 'they are'}"
            vectors.add(
                note, form([("Some_Name", "1"), ("Other.Name", "2"), ("a_b_c", "3")], method=method, dotted=dotted)
            )
        for offset in (-300, 300):
            vectors.add(f"version 1: {method}, signed {offset} s from now", form(method=method, timestamp=NOW + offset))
        path = {"path": "/v2/index.php", "host": "cam.api.qcloud.com", "method": method}
        for algorithm in (None, "HmacSHA256"):
            vectors.add(
                f"API 2.0: {method}, SignatureMethod {algorithm}",
                form([("roleName", "test")], algorithm=algorithm, **path),
            )
        vectors.add(f"API 2.0: {method}, signed two hours ago", form(timestamp=NOW - 7200, **path))
        local = path | {"host": "127.0.0.1:4580", "signed_host": "cam.api.qcloud.com"}
        vectors.add(f"API 2.0: {method}, the cloud's name signed for any host", form([("roleName", "test")], **local))
    vectors.add("version 1: a form that calls itself JSON", form(kind=JSON))
    one = form([("Description", "a&Duration=b")])
    vectors.add("version 1: a divider in a value", one)
    other = with_fields(one, text_of(one).replace("a%26Duration%3Db", "a&Duration=b"))
    vectors.add("version 1: the same text from other fields, a weakness of version 1 itself", other)
    vectors.add(
        "version 1: a policy that is encoded twice (COS)",
        form([("Policy", "%7B%22version%22%3A%20%222.0%22%7D")], method="POST"),
    )
    vectors.add("version 1: a link without a content type", form(method="GET", kind=None))


# ------------------------------------------------------------------------------------------------ refused


def refused_newer(vectors):
    local = {"host": "127.0.0.1:4580"}
    kinds = {
        "POST": plain(**local),
        "Node": plain(signed_host="127.0.0.1", service="127", version="2019-01-16", **local),
        "GET": plain(method="GET", query="RoleName=test&Page=1", **local),
        "no payload": plain(unsigned=True, **local),
        "action signed": plain(signing=["x-tc-action"], **local),
        "session": newer(SESSION, KEYS[SESSION], **local),
    }
    for kind, good in kinds.items():

        def put(note, request, code, kind=kind):
            vectors.add(f"{kind}: {note}", request, code)

        scope = header(good, "Authorization").split("Credential=")[1].split(",")[0]
        key_id, date, service, _ = scope.split("/")
        names = header(good, "Authorization").split("SignedHeaders=")[1].split(",")[0]
        signature = header(good, "Authorization")[-64:]
        other = "1" if signature[0] == "0" else "0"
        for note, old, new, code in [
            ("the first digit of the signature", signature, other + signature[1:], FAILURE),
            (
                "the last digit of the signature",
                signature,
                signature[:-1] + ("1" if signature[-1] == "0" else "0"),
                FAILURE,
            ),
            ("zeros for a signature", signature, "0" * 64, FAILURE),
            ("a short signature", signature, signature[:-1], INVALID),
            ("a long signature", signature, signature + "0", INVALID),
            ("an empty signature", signature, "", INVALID),
            ("another service", f"/{service}/", "/cvm/", FAILURE),
            ("no service", f"/{service}/", "//", INVALID),
            ("the day before", date, "2025-12-31", INVALID),
            ("the day after", date, "2026-01-02", INVALID),
            ("a date in another form", date, "20260101", INVALID),
            ("an unknown key", key_id, "AKIDnobody", NO_TOKEN if kind == "session" else NO_KEY),
            ("another key", key_id, LONG, NO_TOKEN if kind == "session" else FAILURE),
            ("no key", key_id, "", INVALID),
            ("another end of the scope", "tc3_request", "aws4_request", INVALID),
            ("no host among the signed headers", names, names.replace("host", "x-tc-version"), INVALID),
            ("no content type among the signed headers", names, names.replace("content-type;", ""), INVALID),
            ("one more signed header", names, f"{names};x-tc-version", FAILURE),
            ("a signed header that is not there", names, f"{names};x-not-there", INVALID),
            ("a signed header twice", names, f"{names};host", INVALID),
            ("signed headers in capitals", names, names.replace("host", "Host"), INVALID),
            ("a further signed header in capitals", names, f"{names};X-TC-Version", INVALID),
            ("signed headers in another order", names, ";".join(names.split(";")[::-1]), FAILURE),
            ("another algorithm", verifier.TC3, "TC3-HMAC-SHA1", INVALID),
            ("the algorithm in lower case", verifier.TC3, "tc3-hmac-sha256", INVALID),
            ("a part twice", "SignedHeaders", "Signature=0, SignedHeaders", INVALID),
            ("an unknown part", "SignedHeaders", "More=1, SignedHeaders", INVALID),
        ]:
            put(note, authorization(good, old, new), code)
        for name, value, code in [
            ("X-TC-Timestamp", str(NOW + 1), FAILURE),
            ("X-TC-Timestamp", str(NOW - 1), INVALID),
            ("X-TC-Timestamp", f"0{NOW}", PARAMETER),
            ("X-TC-Timestamp", f"{NOW}.0", PARAMETER),
            ("X-TC-Timestamp", None, MISSING),
            (
                "X-TC-Action",
                None if kind != "GET" else "",
                MISSING if kind == "GET" else INVALID if kind == "action signed" else None,
            ),
            ("X-TC-Version", None, MISSING),
            ("Authorization", None, MISSING),
            ("Authorization", "SKIP", INVALID),
            ("Host", "127.0.0.2:4580", FAILURE),
            ("Host", "127.0.0.1.evil.example:4580", FAILURE),
            ("Host", "evil.example", FAILURE),
            ("Host", None, FAILURE),
            ("Content-Type", None, PARAMETER),
            ("Content-Type", "text/plain", PARAMETER),
            ("Content-Type", (FORM if kind == "GET" else JSON) + "; charset=x", FAILURE),
            ("X-TC-Content-SHA256", None if kind == "no payload" else verifier.UNSIGNED, FAILURE),
            ("X-TC-Token", "x", NO_TOKEN),
            ("X-TC-Token", None, NO_TOKEN if kind == "session" else None),
            ("X-TC-Token", KEYS[SESSION].token.upper(), NO_TOKEN),
        ]:
            if code:
                put(f"{name} becomes {value}", edit(good, name, value), code)
        for name in ("Host", "Authorization", "X-TC-Action", "X-TC-Token"):
            put(f"{name} twice", add(add(edit(good, name, None), name, "a"), name, "b"), PARAMETER)
        put("a region that is not text", edit(good, "X-TC-Region", b"\xff"), PARAMETER)
        put("an authorization that is not text", edit(good, "Authorization", b"TC3-HMAC-SHA256 \xff"), INVALID)
        put("another method", good._replace(method="GET" if good.method == "POST" else "POST"), PARAMETER)
        put("a method that is not served", good._replace(method="PUT"), "UnsupportedProtocol")
        if kind == "GET":
            for query in (
                "RoleName=test&Page=2",
                "RoleName=test&Page=%31",
                "Page=1&RoleName=test",
                "RoleName=test&Page=1&",
                "",
            ):
                put(f"the query becomes {query}", good._replace(target="/?" + query), FAILURE)
        elif kind != "no payload":
            for body in (b"", b"{} ", b"{ }", b'{"RoleName":"other"}', b"\xff"):
                put(f"the body becomes {body!r}", good._replace(body=body), FAILURE)
    put = vectors.add
    put("the action was signed", edit(kinds["action signed"], "X-TC-Action", "ListUsers"), FAILURE)
    for offset in (-301, 301, -86_400, 86_400):
        put(f"signed {offset} s from now", plain(timestamp=NOW + offset), EXPIRED)
    put("a host of the cloud for another service", plain(host="sts.tencentcloudapi.com"), INVALID)
    put("a regional host for another service", plain(host="sts.ap-guangzhou.tencentcloudapi.com"), INVALID)
    put("an international host for another service", plain(host="STS.intl.TencentCloudAPI.com:443"), INVALID)
    put("the public name of another service was signed", plain(signed_host="sts.tencentcloudapi.com", **local), FAILURE)
    put("the words were signed and not their digest", plain(unsigned=True, payload=verifier.UNSIGNED), FAILURE)
    put("the digest of another body", plain(payload=verifier.digest("[]")), FAILURE)
    put("the digest in capitals", plain(payload=verifier.digest("{}").upper()), FAILURE)
    put("signed with another secret", newer(PLAIN, KEYS[LONG]), FAILURE)
    put("signed with an empty secret", newer(PLAIN, Key("")), FAILURE)
    put("signed with another time than sent", plain(signed_timestamp=NOW + 1), FAILURE)
    put("signed with a leading zero", plain(timestamp=f"0{NOW}"), PARAMETER)
    put(
        "33 signed headers",
        plain(extra=[(f"X-{n}", "1") for n in range(31)], signing=[f"x-{n}" for n in range(31)]),
        INVALID,
    )
    put("a permanent key with a token", newer(PLAIN, Key(KEYS[PLAIN].secret, "token")), NO_TOKEN)
    put("a temporary key without its token", newer(SESSION, Key(KEYS[SESSION].secret)), NO_TOKEN)
    put(
        "a temporary key with a part of its token",
        newer(SESSION, Key(KEYS[SESSION].secret, KEYS[SESSION].token[:-1])),
        NO_TOKEN,
    )
    put("a query over GET in another order", plain(method="GET", query="A=1&B=2", target="/?B=2&A=1"), FAILURE)
    put("POST signed, GET sent", plain(kind=FORM, body=b"")._replace(method="GET"), FAILURE)
    put("a form with TC3", plain(kind=FORM), PARAMETER)
    put("JSON over GET", plain(method="GET", kind=JSON), PARAMETER)


def refused_older(vectors):
    local = {"host": "127.0.0.1:4580"}
    kinds = {
        "version 1 GET": form([("Description", "a b"), ("RoleName", "test")], method="GET", **local),
        "version 1 POST": form([("Description", "a b"), ("RoleName", "test")], algorithm="HmacSHA256", **local),
        "API 2.0": form([("roleName", "test"), ("description", "x")], method="GET", path="/v2/index.php", **local),
        "version 1 session": form(key=SESSION, **local),
    }
    for kind, good in kinds.items():

        def put(note, request, code, kind=kind):
            vectors.add(f"{kind}: {note}", request, code)

        session, api2 = kind == "version 1 session", kind == "API 2.0"
        window = 7200 if api2 else 300
        for name, value, code in [
            ("Action", "ListUsers", FAILURE),
            ("Action", None, MISSING),
            ("Region", "ap-shanghai", FAILURE),
            ("Region", None, FAILURE),
            ("Language", "zh-CN", FAILURE),
            ("Version", "2018-08-13", FAILURE),
            ("Nonce", "11887", FAILURE),
            ("Nonce", "011886", FAILURE),
            ("Nonce", "x", PARAMETER),
            ("Nonce", "-1", PARAMETER),
            ("Nonce", None, MISSING),
            ("Timestamp", str(NOW + 1), FAILURE),
            ("Timestamp", f"0{NOW}", FAILURE),
            ("Timestamp", str(NOW - window - 1), EXPIRED),
            ("Timestamp", str(NOW + window + 1), EXPIRED),
            ("Timestamp", "x", PARAMETER),
            ("Timestamp", None, MISSING),
            ("SecretId", "AKIDnobody", NO_TOKEN if session else NO_KEY),
            ("SecretId", LONG, NO_TOKEN if session else FAILURE),
            ("SecretId", None, MISSING),
            ("SecretId", "x" * 129, INVALID),
            ("Signature", None, MISSING),
            ("Signature", "", MISSING),
            ("Signature", "AAAA", FAILURE),
            ("Signature", "0" * 64, FAILURE),
            ("SignatureMethod", "HmacSHA512", FAILURE),
            ("SignatureMethod", "TC3-HMAC-SHA256", FAILURE),
            ("Token", "x", NO_TOKEN),
            ("Token", None, NO_TOKEN if session else None),
            ("New", "1", FAILURE),
            ("roleName" if api2 else "RoleName", "other", FAILURE),
            ("roleName" if api2 else "RoleName", None, FAILURE),
        ]:
            if code and not (name in ("roleName", "RoleName") and value is None and session):
                put(f"{name} becomes {str(value)[:24]}", field(good, name, value), code)
        text = text_of(good)
        put("a field twice", with_fields(good, text + "&Action=GetRole"), PARAMETER)
        put("a field twice, once encoded", with_fields(good, text + "&%41ction=GetRole"), PARAMETER)
        put("a field without a value", with_fields(good, text + "&New"), PARAMETER)
        put("a value that is not text", with_fields(good, text + "&New=%ff"), PARAMETER)
        put("a value with a null", with_fields(good, text + "&New=%00"), PARAMETER)
        put("a name in other letters", with_fields(good, text.replace("Region=", "region=")), FAILURE)
        for host in ("127.0.0.2:4580", "evil.example", "127.0.0.1.evil.example"):
            put(f"the host becomes {host}", edit(good, "Host", host), FAILURE)
        if not api2:
            skipped = edit(edit(good, "Content-Type", JSON), "Authorization", "SKIP")
            put("an authorization appears", skipped, PARAMETER if good.method == "GET" else MISSING)
    put = vectors.add
    for method in ("GET", "POST"):
        other = older(KEYS[LONG], made.fields_of(PLAIN, KEYS[PLAIN], []), method=method)
        put(f"version 1 {method}: another secret", other, FAILURE)
        put(
            f"version 1 {method}: another method was signed",
            form(method=method, signed_method="POST" if method == "GET" else "GET"),
            FAILURE,
        )
        put(f"version 1 {method}: another path was signed", form(method=method, signed_path="/v2/index.php"), FAILURE)
        put(
            f"version 1 {method}: the other algorithm",
            field(form(method=method, algorithm="HmacSHA1"), "SignatureMethod", "HmacSHA256"),
            FAILURE,
        )
        put(
            f"version 1 {method}: encoded values were signed",
            older(
                KEYS[PLAIN],
                made.fields_of(PLAIN, KEYS[PLAIN], [("Description", "a%20b")]),
                method=method,
                write=lambda fields: encoded([(name, value.replace("%20", " ")) for name, value in fields]),
            ),
            FAILURE,
        )
        put(
            f"version 1 {method}: the public name of another service",
            form(method=method, signed_host="sts.tencentcloudapi.com", **local),
            FAILURE,
        )
        put(
            f"API 2.0 {method}: the path of API 3.0 was signed",
            form(method=method, path="/v2/index.php", signed_path="/"),
            FAILURE,
        )
        put(
            f"version 1 {method}: a path that nobody serves",
            form(method=method)._replace(target="/other?" + text_of(form(method=method))),
            "NotFound",
        )
    put("version 1: a form that calls itself octets", form(kind="application/octet-stream"), PARAMETER)
    put("version 1: JSON without headers", form()._replace(body=b' {"Action":"GetRole"}'), MISSING)
    put("version 1: an empty form", form()._replace(body=b""), MISSING)
    put(
        "version 1: an unencoded plus",
        with_fields(form([("A", "b+c")]), text_of(form([("A", "b+c")])).replace("%2B", "+")),
        FAILURE,
    )


def vectors():
    made = Vectors()
    published(made)
    accepted_newer(made)
    accepted_older(made)
    refused_newer(made)
    refused_older(made)
    for number, vector in enumerate(made.list, 1):
        made.list[number - 1] = {"id": number} | vector
    return made.list


def write():
    listed = vectors()
    assert len({vector["note"] for vector in listed}) == len(listed)
    accepted = sum(vector["verdict"] == "ok" for vector in listed)
    assert len(listed) >= LEAST and len(listed) - accepted >= LEAST_REFUSED, (len(listed), accepted)
    lines = [
        "{",
        '"about": "Signed requests and whether they are accepted; tests/signatures/README.md describes the members.",',
        f'"counts": {{"vectors": {len(listed)}, "accepted": {accepted}, "refused": {len(listed) - accepted}}},',
    ]
    keys = {
        key_id: {"secret_key": key.secret} | ({"token": key.token} if key.token else {}) for key_id, key in KEYS.items()
    }
    lines.append(f'"keys": {json.dumps(keys, ensure_ascii=False)},')
    lines.append('"vectors": [')
    lines.append(",\n".join(json.dumps(vector, ensure_ascii=False) for vector in listed))
    return "\n".join([*lines, "]", "}", ""]), len(listed), accepted


def main():
    text, count, accepted = write()
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text:
            sys.exit(f"{FILE} is not what tests/signatures/generate.py writes")
    else:
        FILE.write_text(text)
    print(f"{count} vectors, {accepted} accepted, {count - accepted} refused")


if __name__ == "__main__":
    main()
