"""No false refusal: ten thousand random sets of parameters, signed by the clients' own signers.

The signers are called directly, and what they sign is sent over one connection, so that the endpoint may be any host.
Most parameters do not exist; the answer then is `UnknownParameter`, which only a request with a right signature gets.
"""

import collections
import http.client
import json
import random
import shutil
import subprocess
import urllib.parse

import pytest
from conftest import REPOSITORY, profile
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal

SETS = 10_000
HOSTS = [
    "cam.tencentcloudapi.com",
    "cam.intl.tencentcloudapi.com",
    "cam.ap-guangzhou.tencentcloudapi.com",
    "CAM.TencentCloudAPI.com",
    "cam.tencentcloudapi.com:443",
    "cam.tencentcloudapi.com.",
    "127.0.0.1:4580",
    "127.0.0.1",
    "localhost:65535",
    "[::1]:4580",
    "[fe80::1]",
    "http://127.0.0.1:4580",
    "https://cam.localhost:1",
    "cam.localhost:4580",
    "Cam.Internal.Example:80",
    "x",
    "a-b_c.d:8",
    "xn--e1afmkfd.test:1",
]
TEXTS = [
    "",
    " ",
    "test",
    "a b",
    " padded ",
    "a+b",
    "a%2Bb",
    "%",
    "%zz",
    "&",
    "=",
    "a=b&c=d",
    "/?#;:@",
    "~!*'()-._",
    '{}[]"\\|^`<>',
    "日本語",
    "é",
    "É",
    "İ",
    "\U0001f600",
    "\u202e",
    "\ufeff",
    "e\u0301",
    "line\nbreak",
    "\r\n",
    "\t",
    "0",
    "-1",
    "1.50",
    "true",
    "null",
    "x" * 1000,
    '{"version": "2.0"}',
]
NAMES = ["RoleName", "Description", "Tags", "a", "A_b", "a_b_c", "x-y", "Größe", "名", "Z9"]
MODES = {
    "TC3, body": {},
    "TC3, query": {"method": "GET"},
    "TC3, body not signed": {"unsigned": True},
    "TC3, query, nothing else signed": {"method": "GET", "unsigned": True},
    "TC3, multipart": {},
    "version 1, form, SHA-1": {"signature": "HmacSHA1"},
    "version 1, form, SHA-256": {"signature": "HmacSHA256"},
    "version 1, query, SHA-1": {"method": "GET", "signature": "HmacSHA1"},
    "version 1, query, SHA-256": {"method": "GET", "signature": "HmacSHA256"},
}


class Wire:
    """Sends requests exactly as they are, over one connection."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, timeout=30)
        self.codes = collections.Counter()

    def send(self, method, target, headers, body, shown):
        self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            self.connection.putheader(name, str(value))
        if method == "POST":
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body if method == "POST" else None)
        answer = json.loads(self.connection.getresponse().read())["Response"]
        code = answer.get("Error", {}).get("Code", "ok")
        assert not code.startswith("AuthFailure"), (code, answer, shown, method, target, headers, body)
        self.codes[code] += 1

    def check(self, count):
        """All were answered, and nearly all got past what is checked before the signature."""
        assert sum(self.codes.values()) == count, self.codes
        assert self.codes["UnknownParameter"] + self.codes["ok"] > count * 0.8, self.codes


def value(dice, depth):
    kind = dice.randrange(8) if depth else 0
    if kind < 5:
        return dice.choice(
            [text(dice), text(dice), text(dice), dice.randrange(-5, 10**18), dice.random(), True, False, None]
        )
    if kind < 7:
        return [value(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {name(dice): value(dice, depth - 1) for _ in range(dice.randrange(3))}


def text(dice):
    if dice.random() < 0.7:
        return dice.choice(TEXTS)
    letters = [*range(32, 127), *range(0xA0, 0x180), 0x65E5, 0x672C, 0x1F600, 0x10FFFF]
    return "".join(chr(dice.choice(letters)) for _ in range(dice.randrange(12)))


def name(dice):
    return dice.choice(NAMES) + (str(dice.randrange(10)) if dice.random() < 0.3 else "")


def parameters(dice):
    return {name(dice): value(dice, dice.randrange(6)) for _ in range(dice.randrange(6))}


def python(dice, tenant, wire, mode):
    host = dice.choice(HOSTS)
    options = MODES[mode]
    made = profile(host, language=dice.choice([None, "zh-CN", "en-US"]), **options)
    client = AbstractClient(Credential(tenant.secret_id, tenant.secret_key), dice.choice(["", "ap-guangzhou"]), made)
    client._apiVersion, client._service = "2019-01-16", "cam"
    given = parameters(dice)
    request = RequestInternal(client._get_endpoint(), made.httpProfile.reqMethod, client._requestPath, header={})
    if "multipart" in mode:
        # The client writes these as they are; other types it cannot write.
        given = {key: text for key, text in given.items() if isinstance(text, (str, list, dict))}
        given = {key: text for key, text in given.items() if key.isascii()}
    client._build_req_inter("listUsers", given, request, {"IsMultipart": True} if "multipart" in mode else None)
    request.header.setdefault("Host", host)
    data = request.data.encode() if isinstance(request.data, str) else request.data
    target = "/?" + request.data if request.method == "GET" else "/"
    wire.send(request.method, target, request.header, data, (mode, given))


def test_the_python_client(tenant):
    dice, wire = random.Random(1), Wire(tenant.server)
    modes = list(MODES)
    for place in range(SETS):
        python(dice, tenant, wire, modes[place % len(modes)])
    wire.check(SETS)
    print(wire.codes)


def test_the_client_of_cos(tenant, monkeypatch):
    sts = pytest.importorskip("sts.sts", reason="qcloud-python-sts is not installed")
    dice, wire = random.Random(2), Wire(tenant.server)

    class Sent(Exception):
        pass

    def post(url, proxies=None, data=None):
        assert proxies is None
        body = urllib.parse.urlencode({key: given for key, given in data.items() if given is not None}).encode()
        headers = {"Host": urllib.parse.urlsplit(url).netloc, "Content-Type": "application/x-www-form-urlencoded"}
        wire.send("POST", "/", headers, body, data)
        raise Sent

    monkeypatch.setattr(sts.requests, "post", post)
    count = SETS // 20
    for _ in range(count):
        host = dice.choice([host for host in HOSTS if "://" not in host])
        resource = [f"qcs::cos:ap-guangzhou:uid/1250000000:b-1250000000/{text(dice)}*" for _ in range(3)]
        policy = {"version": "2.0", "statement": [{"effect": "allow", "action": "cos:*", "resource": resource}]}
        config = {
            "url": f"http://{host}/",
            "domain": dice.choice([host, "sts.tencentcloudapi.com"]),
            "policy": policy,
            "region": "ap-guangzhou",
            "secret_id": tenant.secret_id,
            "secret_key": tenant.secret_key,
            "duration_seconds": dice.choice([1, 1800, 7200]),
        }
        with pytest.raises(Exception, match="result"):
            sts.Sts(config).get_credential()
    assert sum(wire.codes.values()) == count, wire.codes
    print(wire.codes)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_node_client(tenant):
    folder = REPOSITORY / "tests/sdk/node"
    if not (folder / "node_modules").is_dir():
        pytest.skip("run `npm ci` in tests/sdk/node first")
    dice, wire, count = random.Random(3), Wire(tenant.server), SETS // 5
    # The client takes the service from the endpoint, and the cloud knows no service in capitals.
    plain = [host for host in HOSTS if "://" not in host and host == host.lower()]
    asked = [
        {
            "method": dice.choice(["POST", "GET"]),
            "endpoint": dice.choice(plain),
            "data": parameters(dice),
            "secretId": tenant.secret_id,
            "secretKey": tenant.secret_key,
            "signature": dice.choice(["TC3", "HmacSHA1", "HmacSHA256"]),
        }
        for _ in range(count)
    ]
    run = subprocess.run(
        ["node", "sign.mjs"],
        cwd=folder,
        input="".join(json.dumps(one) + "\n" for one in asked),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == count
    for one, line in zip(asked, lines):
        request = json.loads(line)
        wire.send(request["method"], request["target"], request["headers"], request["body"].encode(), one)
    wire.check(count)
    print(wire.codes)
