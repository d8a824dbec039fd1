#!/usr/bin/env python3
"""Compares the server's verdict on signed requests with that of `verifier.py`.

    python3 tests/signatures/differential.py --requests 1000000 [--seed 1] [--jobs 2] [--driver PATH]

A request is signed over a random transport, by a random client's rules, and then changed in nought to three places.
The exit status is 1 when there is a difference, which is shown, or when one of the verdicts did not occur. The driver
is built by `cargo build --example signature-driver`.
"""

import argparse
import base64
import collections
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import generate  # noqa: E402
import signed  # noqa: E402
import verifier  # noqa: E402
from generate import BODIES, HOSTS, KEYS, QUERIES, VALUES  # noqa: E402
from signed import FORM, JSON, NOW  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
BATCH = 200
# Those that a run of any size must have met.
EXPECTED = {
    "ok",
    verifier.INVALID,
    verifier.FAILURE,
    verifier.EXPIRED,
    verifier.NO_KEY,
    verifier.NO_TOKEN,
    verifier.MISSING,
    verifier.PARAMETER,
    "UnsupportedProtocol",
    "NotFound",
}

ALGORITHMS = [None, "HmacSHA1", "HmacSHA256", "HmacMD5", "hmacsha256"]
SIGNABLE = [
    "x-tc-action",
    "x-tc-version",
    "x-tc-region",
    "x-tc-timestamp",
    "x-tc-token",
    "x-tc-language",
    "x-more",
    "x-tc-content-sha256",
]
NAMES = ["Host", "Content-Type", "Authorization", "Cookie", "X-More"] + [
    f"X-TC-{name}"
    for name in ("Action", "Version", "Region", "Timestamp", "Token", "Language", "Content-SHA256", "TraceId")
]
FIELDS = [
    "Action",
    "Version",
    "Region",
    "Timestamp",
    "Nonce",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Token",
    "Language",
    "RoleName",
    "Description",
    "Tags.0.Key",
    "Tags_0_Key",
    "A&B",
    "é",
]
KINDS = [
    JSON,
    FORM,
    "application/json; charset=utf-8",
    "Application/JSON;charset=UTF-8",
    "application/octet-stream",
    "text/plain",
    "multipart/form-data; boundary=Xy",
    "application/jsonx",
    " application/json ",
    "",
]
TEXTS = VALUES + [
    "0",
    "1",
    "-1",
    str(NOW),
    f"0{NOW}",
    str(NOW + 1),
    str(NOW - 301),
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "GetRole",
    "getRole",
    "AssumeRole",
    "2019-01-16",
    "2018-08-13",
    verifier.UNSIGNED,
    "SKIP",
    *KEYS,
    "token+/=0123456789abcdef",
    "HmacSHA1",
    "HmacSHA256",
    "\u00a0x\u3000",
    "É",
    "İ",
    "ΑΣ",
    "\u200b",
]
OTHER_HOSTS = [
    "",
    "evil.example",
    "cam.tencentcloudapi.com.evil.example",
    "xtencentcloudapi.com",
    "a.b.c.tencentcloudapi.com",
    "127.0.0.1",
    "https://cam.tencentcloudapi.com/",
    "cam.tencentcloudapi.com:x",
    ":80",
    "a://b://c:1",
    "sts.tencentcloudapi.com",
]


class Made:
    """Random requests."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self):
        """Returns a request and the time of the server."""
        request = self.newer() if self.chance(0.55) else self.older()
        while not self.is_sendable(request):
            request = self.newer()
        for _ in range(self.random.choices([0, 1, 2, 3], [35, 45, 15, 5])[0]):
            changed = self.changed(request)
            request = changed if self.is_sendable(changed) else request
        return request, NOW + self.random.choices([0, 300, 301, -300, -301, 7200, 7201], [80, 4, 3, 4, 3, 3, 3])[0]

    def chance(self, share):
        return self.random.random() < share

    def pick(self, items):
        return self.random.choice(items)

    def host(self):
        sent, to_sign, service, _ = self.pick(HOSTS)
        if self.chance(0.1):
            sent, to_sign = self.pick(OTHER_HOSTS), self.pick([None, None, sent])
        if self.chance(0.1):
            sent = "".join(letter.upper() if self.chance(0.3) else letter for letter in sent)
        return sent, to_sign, service

    def key(self):
        key_id = self.pick(list(KEYS))
        return key_id, KEYS[key_id]

    def newer(self):
        sent, to_sign, service = self.host()
        key_id, key = self.key()
        method = self.pick(["POST", "POST", "GET"])
        kind = (
            (FORM if self.chance(0.9) else self.pick(KINDS))
            if method == "GET"
            else self.pick(KINDS[:1] * 5 + KINDS[2:5])
        )
        names = self.random.sample(SIGNABLE, self.random.choices([0, 1, 2, 4], [70, 15, 10, 5])[0])
        extra = [("X-TC-Language", "zh-CN"), ("X-More", self.text())] if self.chance(0.5) or names else []
        listed = None
        if self.chance(0.05):
            listed = ["content-type", "host", *names]
            self.random.shuffle(listed)
            listed = ";".join(listed)
        values = {"x-tc-action", "x-tc-version", "x-tc-region", "x-tc-timestamp", "x-tc-language", "x-more"}
        values |= {"x-tc-token"} if key.token else set()
        unsigned = self.chance(0.15)
        values |= {"x-tc-content-sha256"} if unsigned else set()
        usable = [name for name in names if name in values]
        listed = listed if listed and set(listed.split(";")) <= values | {"content-type", "host"} else None
        return signed.newer(
            key_id,
            key,
            method=method,
            query=self.query() if method == "GET" or self.chance(0.05) else "",
            body=self.body(),
            host=sent,
            signed_host=to_sign,
            kind=kind,
            signed_kind=kind.lower() if self.chance(0.1) else None,
            service=service,
            version=self.pick(["2019-01-16", "2018-08-13"]),
            action=self.pick(["GetRole", "GetCallerIdentity", "Nothing"]),
            timestamp=NOW + self.random.randint(-3, 3),
            unsigned=unsigned,
            extra=extra,
            signing=usable,
            names=listed,
        )

    def older(self):
        sent, to_sign, service = self.host()
        key_id, key = self.key()
        api2 = self.chance(0.2)
        method = self.pick(["POST", "GET"])
        parameters = [(self.pick(FIELDS[10:]), self.text()) for _ in range(self.random.randint(0, 5))]
        fields = signed.fields_of(
            key_id,
            key,
            parameters,
            service=self.pick(["cam", "sts"]),
            action=self.pick(["GetRole", "GetCallerIdentity", "Nothing"]),
            algorithm=self.pick(ALGORITHMS),
            timestamp=NOW + self.random.randint(-3, 3),
            versioned=not api2,
        )
        if api2 and self.chance(0.3):
            to_sign = "cam.api.qcloud.com"

        def order(fields):
            return self.random.sample(fields, len(fields)) if self.chance(0.5) else fields

        def write(fields):
            return signed.encoded(
                fields,
                self.pick(
                    [urllib.parse.quote_plus, urllib.parse.quote, lambda text: urllib.parse.quote(text, safe="")]
                ),
            )

        return signed.older(
            key,
            fields,
            method=method,
            host=sent,
            signed_host=to_sign,
            path="/v2/index.php" if api2 else "/",
            kind=self.pick([FORM, FORM, FORM, JSON, None]),
            dotted=self.chance(0.2),
            order=order,
            write=write,
        )

    def text(self):
        return (
            self.pick(TEXTS)
            if self.chance(0.8)
            else "".join(chr(self.pick([*range(32, 127), 0xE9, 0x65E5, 0x1F600])) for _ in range(8))
        )

    def body(self):
        return self.pick(BODIES) if self.chance(0.8) else self.random.randbytes(self.random.randint(0, 20))

    def query(self):
        return (
            self.pick(QUERIES)
            if self.chance(0.7)
            else "&".join(f"{self.pick('abAB')}={self.pick('xyz%')}" for _ in range(4))
        )

    # ---------------------------------------------------------------------------------------- changes

    def changed(self, request):
        change = self.pick(
            [
                self.header,
                self.header,
                self.letter,
                self.letter,
                self.part,
                self.part,
                self.body_of,
                self.target_of,
                self.method_of,
                self.field,
                self.field,
                self.repeated,
            ]
        )
        return change(request)

    def header(self, request):
        name = self.pick(NAMES)
        value = self.pick([None, self.text(), self.text(), self.pick(KINDS) if name == "Content-Type" else self.text()])
        if name == "Host" and value is not None:
            value = self.host()[0]
        if self.chance(0.03):
            value = b"\xff\xfe"
        return signed.edit(request, name, value)

    def repeated(self, request):
        name, value = self.pick(request.headers)
        return signed.add(request, name.lower(), value if self.chance(0.5) else self.text())

    def letter(self, request):
        """Changes one letter somewhere in a header."""
        place = self.random.randrange(len(request.headers))
        name, value = request.headers[place]
        headers = list(request.headers)
        headers[place] = (name, self.bytes_changed(value))
        return request._replace(headers=headers)

    def bytes_changed(self, data):
        if not data:
            return b"x"
        place = self.random.randrange(len(data))
        how = self.random.randrange(4)
        if how == 0:
            return data[:place] + data[place + 1 :]
        if how == 1:
            return data[:place] + bytes([self.pick(b" 0aAz,;=/.%&+-\xe9")]) + data[place:]
        if how == 2:
            return data[:place] + data[place : place + 1].swapcase() + data[place + 1 :]
        return data[:place] + bytes([self.pick(b"0123456789abcdef")]) + data[place + 1 :]

    def part(self, request):
        before = (
            signed.header(request, "Authorization") if all(verifier.readable(v) for _, v in request.headers) else None
        )
        if not before:
            return self.field(request)
        old, new = self.pick(
            [
                ("tc3_request", "tc4_request"),
                ("2026-01-01", "2025-12-31"),
                ("2025-12-31", "2026-01-01"),
                ("/cam/", "/sts/"),
                ("/127/", "/cam/"),
                ("host", "host;x-tc-version"),
                ("content-type;", ""),
                ("host", "Host"),
                ("host", "host;X-More"),
                ("host", "host;"),
                (", ", ","),
                (", ", " , "),
                ("Credential=", "Credential= "),
                ("Signature=", "Signature=Signature="),
                ("TC3", "tc3"),
                ("AKID", "BKID"),
                ("SignedHeaders", "signedheaders"),
                ("content-type;host", "host;content-type"),
                (verifier.TC3, "TC3-HMAC-SHA1"),
                ("=", " = "),
            ]
        )
        return signed.edit(request, "Authorization", before.replace(old, new, 1))

    def body_of(self, request):
        return request._replace(body=self.body() if self.chance(0.3) else self.bytes_changed(request.body))

    def target_of(self, request):
        path, mark, query = request.target.partition("?")
        if self.chance(0.3):
            return request._replace(target=self.pick(["/", "/v2/index.php", "/other", "//"]) + mark + query)
        query = self.bytes_changed(query.encode()).decode("latin-1")
        return request._replace(target=path + "?" + "".join(letter for letter in query if " " < letter < "\x7f"))

    def method_of(self, request):
        return request._replace(method=self.pick(["GET", "POST", "PUT", "get"]))

    def field(self, request):
        text = signed.text_of(request) if request.method == "GET" or verifier.readable(request.body) else ""
        if "Signature=" not in text:
            return self.header(request)
        name = self.pick(FIELDS)
        if self.chance(0.2):
            return signed.with_fields(
                request, text + self.pick(["&Action=GetRole", "&X", "&", "&X=%ff", "&X=%00", "&X=%zz", "&=1", "&a_b=1"])
            )
        try:
            return signed.field(request, name, None if self.chance(0.2) else self.text())
        except ValueError:
            return request

    @staticmethod
    def is_sendable(request):
        """Whether HTTP can carry it, and there is something left to change."""
        return request.headers and all(32 <= byte != 127 or byte == 9 for _, value in request.headers for byte in value)


def line(request, now):
    headers = [[name, base64.b64encode(value).decode()] for name, value in request.headers]
    body = base64.b64encode(request.body).decode()
    return json.dumps(
        {"now": now, "method": request.method, "target": request.target, "headers": headers, "body": body}
    )


def run(options):
    seed, count, driver = options
    made, counts, differences = Made(seed), collections.Counter(), []
    process = subprocess.Popen([driver], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    keys = {key_id: {"secret_key": key.secret, "token": key.token} for key_id, key in KEYS.items()}
    process.stdin.write(json.dumps(keys) + "\n")
    for start in range(0, count, BATCH):
        batch = [made.one() for _ in range(min(BATCH, count - start))]
        process.stdin.write("".join(line(*one) + "\n" for one in batch))
        process.stdin.flush()
        for request, now in batch:
            own = verifier.judge(request, now, KEYS)[0]
            theirs = process.stdout.readline().strip()
            counts[own] += 1
            if own != theirs and len(differences) < 20:
                differences.append((own, theirs, now, request))
    process.stdin.close()
    process.wait()
    return counts, differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--driver", default=str(ROOT / "target/debug/examples/signature-driver"))
    options = parser.parse_args()
    assert generate.NOW == NOW
    began, share = time.monotonic(), -(-options.requests // options.jobs)
    work = [(options.seed * 1000 + job, share, options.driver) for job in range(options.jobs)]
    counts, differences = collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for some, different in pool.imap_unordered(run, work):
            counts += some
            differences += different
    for own, theirs, now, request in differences[:20]:
        print(f"verifier: {own}, server: {theirs}, at {now}\n  {request}")
    shown = ", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())
    print(f"{counts.total()} requests in {time.monotonic() - began:.0f} s, {len(differences)} differences: {shown}")
    missing = EXPECTED - counts.keys()
    if missing:
        print(f"never met: {', '.join(sorted(missing))}")
    sys.exit(bool(differences or missing))


if __name__ == "__main__":
    main()
