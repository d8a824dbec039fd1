"""Random policies and requests, from small alphabets, so that most things nearly match.

A world is one account with a pool of documents. Lines have the form that driver.rs reads.
"""

import json
import random
import re

from model.document import OPERATORS
from model.values import TAG_KEYS as WITH_TAGS

TEXTS = ["", "a", "A", "ab", "aab", "a*", "*", "?", "a?b", "axb", "é", "É", "ß", "SS", "ss", "İ", "i̇", "ſ", "s", "Σ", "ς", "team&ops",
         "10001", "100000546533", "1250000000", "a/b", "a:b", "true", "k&${", "𝒳"]
PATTERNS = ["*", "a*", "*b", "a*b", "a*b*", "**", "*é*", "*a*a*b", "1*1", "${uin}", "${owner_uin}", "${app_id}", "1${uin}", "${uin}*",
            "*${app_id}", "${uin}${owner_uin}"]
# Tags as policies write them, and texts that are nearly tags.
TAGS_WRITTEN = ["*&*", "a&*", "*&b", "*a&b", "a*&*b", "a&b", "a&b&ab", "a&*&*", "*&*&*", "&*", "*&", "a*b*", "*b*&ab", "team*ops", "*b&ab", "a*ab"]
TAG_KEY, TAG_VALUE = "${qcs:principal_tag_key}", "${qcs:principal_tag_value}"
TAGGED = [TAG_KEY, TAG_VALUE, TAG_VALUE, TAG_KEY + "&" + TAG_VALUE, TAG_KEY + "&" + TAG_VALUE, TAG_KEY + TAG_VALUE, TAG_KEY + "*", "*" + TAG_VALUE,
          "*" + TAG_KEY + "*" + TAG_VALUE, TAG_VALUE + TAG_VALUE, "a" + TAG_VALUE, "${uin}" + TAG_VALUE, TAG_KEY + "&${owner_uin}"]
# Tags of the caller; those without `&` are not tags.
TAGS = ["a&b", "a&ab", "ab&a", "b&a", "a&b&ab", "&a", "a&", "&", "&&", "a&a*", "*&*", "a*b&*", "é&É", "ß&ss", "team&ops", "a b&a/b", "k&${uin}",
        "10001&100000546533", "1&10001", "n&1", "1.0&100", "-&1.10", "m&true", "t&2024-02-29T12:00:00Z", "x&QQ==", "i&10.0.0.1", "10.0.0.1&8",
        "", "a", "ab", "*", "1", "true", "10.0.0.1"]
NUMBERS = ["0", "-0", "0.0e5", "1", "1.0", "1.10", "1.1", "1e0", "10e-1", "0.1E1", "-1", "-1.0", "1.5", "100", "1E2", "1e+2", "00100",
           "100000546533", "100000546533.0", "9007199254740993", "9007199254740992", "1e999999", "10e999998", "-1e999999",
           "1e-999999", "0.1e-999998", "123456789012345678901234567890", "123456789012345678901234567891"]
BAD_NUMBERS = ["", "abc", "1.", ".5", "+1", "-", "1e1000000", "1e0000001", " 1", "1 ", "１", "0x10", "NaN", "1_0", "1e", "--1", "1.1.1"]
DATES = ["2024-02-29T12:00:00Z", "2024-02-29 12:00:00", "2024-02-29T20:00:00+08:00", "2024-02-29T12:00:00.000Z",
         "2024-02-29 12:00:00.5Z", "2024-02-29T12:00:00.123456789Z", "2024-02-29T12:00:00-00:00", "1969-12-31T23:59:59Z",
         "1970-01-01T00:00:00", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999-23:59",
         "0000-02-29T00:00:00Z", "2000-02-29 00:00:00", "2100-03-01T00:00:00Z"]
BAD_DATES = ["", "2023-02-29T12:00:00Z", "1900-02-29T00:00:00Z", "2024-02-29", "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z",
             "2024-02-29T12:00:60Z", "2024-02-29T12:00:00z", "2024-02-29t12:00:00Z", "2024-02-29  12:00:00", "2024-02-29T12:00Z",
             "2024-02-29T12:00:00+24:00", "2024-02-29T12:00:00+08:60", "2024-02-29T12:00:00+0800", "2024-02-29T12:00:00.Z",
             "2024-02-29T12:00:00.1234567890Z", "2024-00-01T00:00:00Z", "2024-04-31T00:00:00Z", "24-02-29T12:00:00Z",
             "2024-02-29T12:00:00 Z", "+2024-02-29T12:00:00Z", "２024-02-29T12:00:00Z", "2024-2-29T12:00:00Z"]
ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.217.182.3", "255.255.255.255", "0.0.0.0", "::1", "::", "2001:db8::1", "2001:DB8:0:0::1",
             "::ffff:10.0.0.1", "::ffff:a00:1", "0:0:0:0:0:ffff:10.0.0.2", "::10.0.0.1", "fe80::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::"]
NETWORKS = ["10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/30", "10.217.182.3/24", "0.0.0.0/0", "::/0", "::ffff:0:0/96", "::ffff:10.0.0.0/104",
            "::ffff:0:0/95", "::ffff:10.0.0.1/128", "2001:db8::/32", "2001:db8::1/127", "fe80::/10", "::/1", "128.0.0.0/1"]
BAD_ADDRESSES = ["", "10.0.0", "10.0.0.256", "10.0.0.01", "010.0.0.1", "10.0.0.1 ", "fe80::1%eth0", ":::", "1::2::3", "1:2:3:4:5:6:7",
                 "1:2:3:4:5:6:7:8:9", "12345::", "::1.2.3", "1.2.3.4::", "[::1]", "localhost", "10.0.0.1:80", "::ffff:10.0.0.256"]
BAD_NETWORKS = ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129", "::/00", "/8", "10.0.0.0/255.0.0.0"]
BYTES = ["", "QQ==", "QQ", "QUI=", "QUI", "QUJD", "+/8=", "AAAA", "AA=="]
BAD_BYTES = ["Q", "QR==", "QQ=", "QUJ=", "QQ===", "=", "====", "Q Q=", "-_8=", "QQ==QQ==", "QUJDR", "QUL="]
BOOLS = ["true", "false"]
BAD_BOOLS = ["", "True", "1", "yes", " true"]
POOLS = {
    "text": (TEXTS + TAGS[:7], TEXTS + PATTERNS + TAGGED + TAGS_WRITTEN[5:7], []),
    "fold": (TEXTS + TAGS[:7], TEXTS + PATTERNS + TAGGED, []),
    "like": (TEXTS + TAGS[:10], TEXTS + PATTERNS + TAGGED + TAGS_WRITTEN, []),
    "numeric": (NUMBERS + BAD_NUMBERS[:6], NUMBERS, BAD_NUMBERS),
    "date": (DATES + BAD_DATES[:6], DATES, BAD_DATES),
    "boolean": (BOOLS + BAD_BOOLS, BOOLS, BAD_BOOLS),
    "binary": (BYTES + BAD_BYTES[:4], BYTES, BAD_BYTES),
    "ip": (ADDRESSES + BAD_ADDRESSES[:6], ADDRESSES + NETWORKS, BAD_ADDRESSES + BAD_NETWORKS),
    "null": (TEXTS, BOOLS, BAD_BOOLS),
}
# Several keys per kind, so that one request has keys of a kind that are missing, empty, or have one or several values.
KEYS = {
    "text": ["qcs:uin", "qcs:resource_tag", "sts:external_id", "s:4"], "fold": ["saml:sub", "oidc:aud"], "like": ["qcs:tag", "s:like", "qcs:principal_tag"],
    "numeric": ["cvm:count", "n:2", "n:3"], "date": ["qcs:current_time", "d:2", "d:3"], "boolean": ["qcs:mfa", "b:2"],
    "binary": ["x:blob", "x:blob2"], "ip": ["qcs:ip", "vpc:ip", "i:3"], "null": ["z:1", "z:2"],
}
QUALIFIERS = ["", "for_all_value:", "for_any_value:"]
PAIRS = [(o, q, s) for o in OPERATORS for q in QUALIFIERS for s in ("", "_if_exist") if o != "null_equal" or q == s == ""]
TAG_KEYS = set(WITH_TAGS)
SHUFFLED = random.Random(1).sample(PAIRS, len(PAIRS))
ACTIONS = {
    "cvm": ["RunInstances", "RunInstance", "DescribeInstances", "StopInstances"],
    "cos": ["GetObject", "PutObject", "GetBucket"],
    "cam": ["CreateRole", "GetRole", "DeleteRole"],
    "sts": ["AssumeRole", "GetFederationToken"],
    "stub": ["Do", "Do.It-2_x"],
}
REGIONS = ["", "", "gz", "ap-guangzhou", "sh", "ap-shanghai", "bj"]
ITEMS = ["instance/i-1", "instance/i-2", "instance/", "a/b:c", "bucket", "bucket/10001/x", "user/100000546533", "roleName/dev", "role/46",
         "*", "*/*", "x/1250000000", "instance/*"]
ITEM_PATTERNS = ["*", "*", "*/*", "**", "*/**", "**/*", "instance/*", "instance/i-1", "instance/i-*", "*/i-1", "bucket*", "*:c", "bucket/${uin}/*", "user/${uin}",
                 "user/${owner_uin}", "x/${app_id}", "*${uin}*", "roleName/dev", "roleName/*", "role/46", "role/*", "a/?:c", "b*t"]
SETS = {"6": ["sts:AssumeRole"], "7": ["name/cvm:RunInstances", "cos:GetObject"], "8": ["stub:Do"], "9": []}


class World:
    """An account, its callers, and requests in it."""

    def __init__(self, rng, index=None):
        self.rng = rng
        self.owner = rng.choice(["10001", "100000546533"])
        self.app_id = rng.choice([1250000000, 1250000000, 1250000000, 0])
        self.kind = rng.choices(["identity", "strategy"], [4, 1])[0]
        self.rules = {"kind": self.kind, "owner": self.owner, "app_id": self.app_id, "services": ["stub"], "sets": SETS}
        self.services = rng.sample(sorted(ACTIONS), 2)
        # A few operators per world, so that a document's conditions meet a context made for them. They take turns, so
        # that none is rare.
        first = (rng.randrange(len(SHUFFLED)) if index is None else index) * 14
        self.conditions = [SHUFFLED[(first + i) % len(SHUFFLED)] for i in range(14)]

    # Documents.

    def document(self, broken):
        rng = self.rng
        statements = [self.statement() for _ in range(rng.choice([1, 1, 2, 3, 5]))]
        document = {"version": "2.0", "statement": statements}
        if self.kind == "strategy" and rng.random() < 0.3:
            document["version"] = "1.0"
        if len(statements) == 1 and rng.random() < 0.3:
            document["statement"] = statements[0]
        if self.kind in ("identity", "strategy") and rng.random() < 0.2:
            document["principal"] = self.principal()
        document = capitals(rng, document)
        if rng.random() < broken:
            document = spoil(rng, document, 1) if rng.random() < 0.6 else mislead(rng, document)
        return json.dumps(document, ensure_ascii=rng.random() < 0.2)

    def statement(self):
        rng = self.rng
        statement = {"effect": "deny" if rng.random() < 0.28 else "allow"}
        statement["action"] = self.some(self.action)
        statement["resource"] = self.some(self.resource)
        if rng.random() < 0.6:
            statement["condition"] = self.condition()
        if statement["effect"] == "deny" and rng.random() < 0.5:
            statement["condition"] = self.condition()
        if rng.random() < 0.02:
            statement["action"], statement["resource"] = "sts:AssumeRole", f"qcs::cam::uin/99:roleName/{rng.choice(['dev', '*'])}"
        return statement

    def some(self, make):
        count = self.rng.choice([0, 1, 1, 2, 3])
        return make() if count == 0 else [make() for _ in range(count)]

    def action(self):
        rng = self.rng
        service = rng.choice(self.services)
        operation = rng.choice(ACTIONS[service])
        action = rng.choice([
            "*", "*:*", f"{service}:*", f"{service}:*", f"{service}:{operation}", f"{service}:{operation[:3]}*", f"*:{operation}",
            f"{service}:*{operation[-2:]}", f"*:*{operation[2:5]}*", f"permid/{rng.choice('6789')}", f"{service}:{operation}",
            f"{service}:{operation.lower()}*", "SMS:*" if rng.random() < 0.2 else f"{service}:*", f"cam:Made{operation.replace('.', '')}" if rng.random() < 0.1 else "*",
        ])
        return "name/" + action if rng.random() < 0.2 else action

    def resource(self):
        rng = self.rng
        if rng.random() < 0.5:
            return "*"
        if self.kind == "strategy" and rng.random() < 0.05:
            return ""
        project = ""
        if rng.random() < (0.4 if self.kind == "strategy" else 0.15):
            project = rng.choice(["id/0", "id/7" if self.kind == "strategy" else "id/0", "id/*", "*"])
        service = rng.choice(["", "*", *self.services, *self.services])
        region = rng.choice(["", "", "*", *REGIONS, "cn-east", "moon" if rng.random() < 0.1 else ""])
        account = rng.choice(["", "", "*", "uin/-1", f"uin/{self.owner}", f"uid/{self.app_id}", f"uid/0{self.app_id}", f"uin/{self.owner}",
                              "uin/99" if rng.random() < 0.1 else ""])
        item = rng.choice(ITEM_PATTERNS)
        if self.kind == "strategy" and rng.random() < 0.1 and account:
            return f"qcs:{project}:{service}:{account}:{item}"
        return f"qcs:{project}:{service}:{region}:{account}:{item}"

    def condition(self):
        rng = self.rng
        condition = {}
        for operator, qualifier, suffix in rng.sample(self.conditions, rng.choice([1, 2, 2, 2])):
            kind = OPERATORS[operator][0]
            keys = rng.sample(KEYS[kind], rng.choice([1, 1, 2]))
            condition[qualifier + operator + suffix] = {key: self.some(lambda: self.value(kind)) for key in keys}
        return condition

    def value(self, kind):
        rng = self.rng
        roll = rng.random()
        if kind in ("numeric", "boolean", "null") and roll < 0.2:
            return rng.choice([1, 0, -1, 1.5, 100] if kind == "numeric" else [True, False])
        if kind not in ("text", "fold", "like", "null") and roll > 0.94:
            return rng.choice(["${uin}", "${owner_uin}/8", "${app_id}", "1${uin}", "${uin}.0", "10.0.0.${app_id}", TAG_VALUE, TAG_VALUE, TAG_VALUE, TAG_KEY,
                               TAG_KEY + "/" + TAG_VALUE, "1" + TAG_VALUE, TAG_VALUE + "==", "${uin}" + TAG_VALUE])
        return rng.choice(POOLS[kind][1])

    def principal(self):
        rng = self.rng
        if rng.random() < 0.15:
            return "*"
        value = {}
        if rng.random() < 0.8:
            value["qcs"] = self.some(lambda: rng.choice(self.principals()))
        if rng.random() < 0.3 or not value:
            value["service"] = self.some(lambda: rng.choice(["cvm.qcloud.com", "cls.cloud.tencent.com"]))
        if rng.random() < 0.3:
            value["federated"] = self.some(lambda: f"qcs::cam::uin/{self.owner}:{rng.choice(['saml', 'oidc'])}-provider/idp")
        return value

    def principals(self):
        accounts = [self.owner, self.owner, "99"]
        account = self.rng.choice(accounts)
        forms = ["root", f"uin/{account}", "uin/10002", "uin/10003", "groupid/13", "groupid/14", "roleName/dev", "role/46",
                 "saml-provider/idp", "oidc-provider/idp"]
        return ["*", "qcs::cam::anonymous:anonymous", *(f"qcs::cam::uin/{account}:{form}" for form in forms)]

    def trust(self, broken):
        rng = self.rng
        statements = []
        for _ in range(rng.choice([1, 2, 3])):
            statement = {
                "effect": rng.choice(["allow", "allow", "deny"]),
                "action": self.some(lambda: rng.choice(["", "name/"]) + rng.choice(TRUST)),
                "principal": self.principal(),
            }
            if rng.random() < 0.4:
                statement["condition"] = self.condition()
            statements.append(statement)
        document = capitals(rng, {"version": "2.0", "statement": statements})
        if rng.random() < broken:
            document = spoil(rng, document, 1) if rng.random() < 0.6 else mislead(rng, document)
        return json.dumps(document, ensure_ascii=False)

    # Questions.

    def caller(self):
        rng = self.rng
        uin = rng.choice([self.owner, "10002", "10002", "100000546533", ""]) if rng.random() < 0.97 else ""
        owner = self.owner if rng.random() < 0.97 else rng.choice(["", "99"])
        return {"uin": uin, "owner_uin": owner, "app_id": self.app_id if rng.random() < 0.97 else 0}

    def ask(self):
        rng = self.rng
        service = rng.choice(self.services)
        action = f"{service}:{rng.choice(ACTIONS[service])}"
        resource = None
        if rng.random() < 0.7:
            resource = [self.name(service) for _ in range(rng.choice([1, 1, 1, 2]))]
        return {
            "action": ("name/" if rng.random() < 0.05 else "") + action,
            "resource": resource,
            "context": self.context(),
            "caller": self.caller(),
        }

    def name(self, service):
        rng = self.rng
        if rng.random() < 0.02:
            return rng.choice(["*", "", "qcs::cvm", "qcs::cvm:gz:12:instance/i-1", "QCS::cvm:gz::x", "qcs::cvm:gz:uid/x:instance/i-1"])
        project = rng.choice(["", "", "", "", "id/0", "id/7"])
        region = rng.choice([*REGIONS, "moon" if rng.random() < 0.1 else ""])
        account = rng.choice([f"uin/{self.owner}", f"uin/{self.owner}", f"uid/{self.app_id}", "", "uin/99", "uin/-1"])
        return f"qcs:{project}:{service}:{region}:{account}:{rng.choice(ITEMS)}"

    def context(self):
        rng = self.rng
        context = {}
        for kind in sorted({OPERATORS[operator][0] for operator, _, _ in self.conditions}):
            for key in KEYS[kind]:
                roll = rng.random()
                if roll < 0.22:
                    continue
                count = 0 if roll < 0.46 else 1 if roll < 0.73 else rng.choice([2, 2, 3])
                context[key] = [rng.choice(POOLS[kind][0]) for _ in range(count)]
        context.pop("qcs:principal_tag", None)
        if rng.random() < 0.85:
            tags = context["qcs:principal_tag"] = [rng.choice(TAGS) for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 2, 3, 4]))]
            for key in (key for kind in ("text", "fold", "like") for key in KEYS[kind][:3]):
                if tags and context.get(key) and key != "qcs:principal_tag" and rng.random() < 0.4:
                    # The halves of one tag, or halves of two tags put together.
                    left, right = (rng.choice(tags).split("&", 1) if rng.random() < 0.8 else rng.choice(tags).rsplit("&", 1) for _ in range(2))
                    whole = left[0] + "&" + right[-1]
                    context[key][0] = rng.choice([left[0], right[-1], whole, whole, whole, left[0] + right[-1], left[-1] + right[-1], "a" + right[-1]])
        for key in TAG_KEYS & context.keys():
            context[key] = [self.given(tag) for tag in context[key]]
        return context

    def given(self, tag):
        """The text, or a tag as its halves, split at any of its `&`."""
        rng = self.rng
        places = [place for place, letter in enumerate(tag) if letter == "&"]
        if not places or rng.random() < 0.5:
            return tag
        if rng.random() < 0.3:
            tag, places = "a&" + tag, [1, *(place + 2 for place in places)]
        at = rng.choice(places)
        return [tag[:at], tag[at + 1:]]

    def who(self):
        rng = self.rng
        kind = rng.choice(["root", "user", "user", "role", "service", "federated", "anonymous"])
        who = {"account": rng.choice([self.owner, self.owner, "99"]), "kind": kind}
        if kind == "user":
            who |= {"id": rng.choice(["10002", "10003"]), "groups": rng.sample(["13", "14", "15"], rng.choice([0, 1, 2]))}
        elif kind == "role":
            who |= {"id": rng.choice(["46", "47"]), "name": rng.choice(["dev", "ops"])}
        elif kind == "service":
            who["name"] = rng.choice(["cvm.qcloud.com", "cls.cloud.tencent.com", "scf.qcloud.com"])
        elif kind == "federated":
            who["name"] = f"qcs::cam::uin/{self.owner}:{rng.choice(['saml', 'oidc'])}-provider/{rng.choice(['idp', 'idq'])}"
        return who

    def lines(self, count, asks):
        rng = self.rng
        # Unreadable stored texts deny nearly everything, so a few worlds have many of them and the others very few.
        broken = 0.5 if rng.random() < 0.05 else 0.03
        pool = [self.document(broken) for _ in range(count)]
        trusts = [self.trust(broken) for _ in range(max(1, count // 6))]
        for _ in range(count):
            if rng.random() < 0.12:
                questions = [self.ask() | {"action": rng.choice(TRUST), "resource": None, "who": self.who()} for _ in range(asks)]
                yield {"rules": self.rules | {"kind": "trust"}, "trust": rng.choice(trusts), "asks": questions}
                continue
            count = 30 if rng.random() < 0.01 else rng.choice([1, 1, 2, 3, 3, 4, 5])
            line = {"rules": self.rules, "identity": rng.choices(pool, k=count), "root": rng.random() < 0.06}
            for layer in ("boundary", "session"):
                if rng.random() < 0.12:
                    line[layer] = rng.choices(pool, k=rng.choice([0, 1, 2, 3, 4]))
            line["asks"] = [self.ask() for _ in range(asks)]
            yield line


TRUST = ["sts:AssumeRole", "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]

# Near misses.

ODD = [
    None, True, 0, 2.0, "", [], {}, "*", ["*"], [""], [[]], {"": ""}, "1.0", "2.0", "Allow", "name/", "name/*", "name/name/cvm:X", "cvm",
    "cvm:", ":X", "cvm:Run:X", "CVM:Run", "cvm:Rün", "cv*:Run", "nosuch:Run", "cam:CreatRole", "cam:createRole", "cam:Creat*", "sts:*",
    "*:", "**", "*:**", "permid/6", "permid/7", "permid/9", "permid/404", "permid/", "name/permid/8", "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:GetCallerIdentity",
    "Deny", "ALLOW", "SMS:Send", "name/SMS:*", "Sms:Send", "qcs::SMS:::x", "qcs::Sms:::x", "qcs::cvm:cn-east::x", "qcs::cvm:cn-west::x", "qcs::cvm:gz:*:x",
    "qcs::cvm:gz:uin/*:x", "qcs::cam::*:roleName/dev", "qcs:id/7:cvm:::x", "qcs:id/00:cvm:::x", "qcs", "qcs::cvm:gz::x", "qcs::cvm:gz:x", "qcs::cvm:gz:::x", "qcs::cvm:gz::", "QCS::cvm:gz::x", "qcs::CVM:gz::x", "qcs::nosuch:::x",
    "qcs::cvm:moon::x", "qcs::cvm:*:uin/99:x", "qcs::cvm::uin/:x", "qcs::cvm::uin/-2:x", "qcs::cvm::10001:x", "qcs::cvm::uid/1250000000:x",
    "qcs::cvm::uid/01250000000:x", "qcs::cvm::uid/12345678901234567890:x", "qcs::cvm::uid/99:x", "qcs::cam::uin/99:roleName/dev",
    "qcs::cam::uin/99:role/1", "qcs::cam::uin/x:role/1", "qcs::cam::uin/99:roles/1", "qcs::*::uin/99:role/1", "qcs:id/0:cvm:::x",
    "qcs:id/*:cvm:::x", "qcs:*:cvm:::x", "qcs:id/:cvm:::x", "qcs:7:cvm:::x", "qcs:id/x:moon:moon:moon:", "qcs::cos:uin/10001:*", "qcs::cos:uin/:*",
    "qcs::cos:uid/1250000000:a:b", "qcs::cvm:::${uin}", "qcs::cvm:::${Uin}", "qcs::cvm:::${", "qcs::cvm:::$uin", "qcs::${uin}:::x",
    "qcs::cvm:::a${uin}b${app_id}", "qcs::cam::uin/99:root", "qcs::cam::uin/99:uin/99", "qcs::cam::uin/99:uin/5/x", "qcs::cam::uin/99:uin/5/",
    "qcs::cam::uin/99:uin/5/x/y", "qcs::cam::uin/99:groupid/1", "qcs::cam::uin/99:groupid/x", "qcs::cam::uin/99:roleName/", "qcs::cam::uin/99:roleName/a b",
    "qcs::cam::uin/99:roleName/a/b", "qcs::cam::uin/99:roleName/*", "qcs::cam::uin/99:role/x", "qcs::cam::uin/99:saml-provider/p", "qcs::cam::uin/99:oidc-provider/",
    "qcs::cam::uin/99:saml-provider/a/b", "qcs::cam::uin/99:policyid/1", "qcs::cam:gz:uin/99:root", "qcs::sts::uin/99:root", "qcs::cam::uin/-1:root", "qcs::cam::99:root",
    "qcs::cam::uin/:root", "qcs::cam::uin/99:Root", "qcs::cam::anonymous:anonymous", "cvm.qcloud.com", "cvm.cloud.tencent.com", "qcloud.com",
    ".qcloud.com", "cvm.qcloud.com.", "CVM.qcloud.com", "cvm.example.com", "a..qcloud.com", "-a.qcloud.com", "a_b.qcloud.com", "cvm qcloud.com", "xqcloud.com", "é.qcloud.com",
    "*.qcloud.com", "10.0.0.0/8", "10.0.0.0/33", "${uin}", "${x}", TAG_KEY, TAG_VALUE, "${qcs:principal_tag}", "qcs::cvm:::" + TAG_KEY, "a${", "1e5", "true", "2024-02-29T12:00:00Z", "QQ==",
]
NAMES = ["version", "statement", "principal", "effect", "action", "resource", "condition", "Effect", "Version", "Statement", "Principal", "Action", "Resource", "Condition", "EFFECT", "sid", "notaction", "qcs", "service", "federated", "QCS",
         "qcs:ip", "qcs:", ":ip", "qcsip", "q c:ip", "qcs:a b", "qcs:a:b", "qcs:é", "é:x", "q.x:y", "qcs:\n", "qcs:\u007f", "qcs:\u0085", "", "string_equal", "String_equal",
         "string_equal_if_exist", "string_equal_if_exists", "string_equal_if_exist_if_exist", "null_equal", "null_equal_if_exist",
         "for_any_value:null_equal", "for_any_value:string_like", "for_all_value:ip_equal_if_exist", "for_all_values:string_equal",
         "for_all_value:for_any_value:string_equal", "for_any_value:", "_if_exist", "numeric_equal", "date_less_than", "bool_equal", "bool_not_equal",
         "binary_equal", "string_less_than", "numeric_like", "ip_not_equal", "ip_like"]
NOISE = [",", "{", "}", "[", "]", ":", '"', "\\", "/", " ", "\t", "\n", "\r", "\f", "\u00a0", "\ufeff", "\0", "\x1f", "\x7f", "0", "-", "+", ".", "e", "1e5", "01", "-0", "tru", "null",
         "NaN", "Infinity", "\\u0061", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u12g4", "\\x", "'", "//", "/* */", "é", "\u2028", '"a":1', '"a":1,', "[[[[[[[[", "1", "false"]


# Texts that look like variables, but are not.
NO_VARIABLES = ["${qcs:principal_tag}", "${principal_tag_key}", "${qcs:principal_tag_keys}", "${qcs:principal_tag_Value}", "${qcs:principal_tag_value",
                "${ qcs:principal_tag_key}", "${qcs:principal_tag_key }", "${qcs::principal_tag_key}", "${${qcs:principal_tag_key}}", "${qcs:tag}", "${Uin}", "${"]
NO_OPERATORS = ["string_equals", "String_equal", "ip_like", "null_equal_if_exist", "for_all_value:null_equal", "for_all_values:ip_equal", "bool_not_equal", ""]
NO_KEYS = ["qcsip", "qcs:", ":ip", "é:x", "q c:ip", "qcs:\n", "", "qcs.x:y"]
NO_VALUES = [None, [], {}, [[]], [None], {"a:b": "x"}, ["a", None], [["a"]], ["a", {}, 1, "", True]]


def capitals(rng, document):
    """The document, sometimes with a capital initial in some names of elements or in an effect."""
    if rng.random() < 0.9:
        return document

    def name(text):
        return text.capitalize() if rng.random() < 0.5 else text

    def statement(elements):
        changed = {name(key): value for key, value in elements.items()}
        return changed | {key: name(value) for key, value in changed.items() if key in ("effect", "Effect")}

    inner = document["statement"]
    changed = document | {"statement": [statement(one) for one in inner] if isinstance(inner, list) else statement(inner)}
    return {name(key): value for key, value in changed.items()}


def spoil(rng, document, count):
    """The document with `count` of its values or names replaced, removed or added."""
    for _ in range(count):
        places = list(_places(document))
        if not places:
            break
        holder, key = rng.choice(places)
        roll = rng.random()
        if roll < 0.55:
            replaced = rng.choice(ODD)
            if isinstance(holder[key], list) and holder[key] and rng.random() < 0.4:
                holder[key] = [*holder[key], replaced]
            else:
                holder[key] = json.loads(json.dumps(replaced))
        elif roll < 0.70:
            del holder[key]
        elif isinstance(holder, dict):
            name = rng.choice(NAMES)
            if roll < 0.85:
                value = holder.pop(key)
                holder[name] = value
            else:
                holder[name] = json.loads(json.dumps(rng.choice(ODD)))
    return document


def mislead(rng, document):
    """The document with a misplaced variable, or with defects below an unknown operator or a malformed key."""
    statements = document.get("statement", document.get("Statement"))
    statement = rng.choice(statements) if isinstance(statements, list) else statements
    conditions = statement.setdefault("Condition" if "Condition" in statement else "condition", {})
    roll = rng.random()
    operator = rng.choice(sorted(OPERATORS))
    if roll < 0.2 and "resource" in statement:
        variable = rng.choice([TAG_KEY, TAG_VALUE, TAG_VALUE + "${uin}", *NO_VARIABLES])
        statement["resource"] = ["*", "qcs::cvm:::" + rng.choice(["", "a", "*"]) + variable] if rng.random() < 0.5 else "qcs::*:::" + variable
    elif roll < 0.3:
        conditions["null_equal"] = {"z:1": rng.choice([TAG_KEY, TAG_VALUE, ["true", TAG_VALUE], "${uin}"])}
    elif roll < 0.5:
        variable = rng.choice(["", "1", TAG_KEY]) + rng.choice(NO_VARIABLES)
        conditions[operator] = {"qcs:uin": variable if rng.random() < 0.5 else ["a", variable, "1", TAG_VALUE]}
    else:
        if rng.random() < 0.6:
            operator = rng.choice(NO_OPERATORS)
        keys = conditions.setdefault(operator, {})
        for _ in range(rng.choice([1, 1, 2, 3])):
            sound = [1, True, "a", "", "1", "10.0.0.1", ["true", "x"], TAG_VALUE, [TAG_KEY, "1"], ["a", rng.choice(NO_VARIABLES)]]
            value = rng.choice(NO_VALUES) if rng.random() < 0.5 else rng.choice(sound)
            keys[rng.choice(NO_KEYS if rng.random() < 0.5 else ["qcs:ip", "qcs:uin", "n:2", "z:1"])] = value
    return document


def _places(value):
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for key, inner in enumerate(value):
            yield value, key
            yield from _places(inner)


def near_miss(rng):
    """Returns the rules and the text of a document of any kind, with some defects or none."""
    world = World(rng)
    kind = rng.choice(["identity", "trust", "session", "strategy"])
    world.kind = "strategy" if kind == "strategy" else "identity"
    text = world.trust(0) if kind == "trust" else world.document(0)
    document = json.loads(text)
    if rng.random() < 0.05 and isinstance(document.get("statement"), list):
        document["statement"] = document["statement"][0]
    if rng.random() < 0.2:
        document = mislead(rng, document)
    if rng.random() < 0.55:
        document = spoil(rng, document, rng.choice([1, 1, 1, 2, 3]))
    if rng.random() < 0.02:
        document = rng.choice(ODD)
    text = json.dumps(document, ensure_ascii=rng.random() < 0.3, indent=rng.choice([None, None, 1]))
    roll = rng.random()
    if roll < 0.12:
        for _ in range(rng.choice([1, 1, 2])):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(NOISE) + text[at + rng.choice([0, 0, 1]):]
    elif roll < 0.16:
        # Adds a member at the beginning of an object, often with the name of its first one.
        at = text.find("{", rng.randrange(len(text) + 1))
        first = re.match(r'\{\s*("(?:[^"\\]|\\.)*")', text[max(0, at):])
        name = first.group(1) if first and rng.random() < 0.6 else json.dumps(rng.choice(NAMES[:12]))
        if at >= 0:
            text = text[:at + 1] + f'{name}:{json.dumps(rng.choice(ODD))},' + text[at + 1:]
    elif roll < 0.19:
        # Makes the document about as long or as deep as it may be.
        if rng.random() < 0.5:
            visible = sum(c not in " \t\n\r" for c in text)
            text = text[:-1] + " " * 50 + rng.choice([" ", "\u00a0"]) + text[-1:] + "\n"
            filler = 6144 - visible + rng.choice([-1, 0, 1])
            text = text.replace('"2.0"', '"2.0' + rng.choice(["x", "é"]) * max(0, filler) + '"', 1)
        else:
            depth = rng.choice([28, 29, 30, 31, 32, 33])
            text = text.replace("[", "[" * depth, 1).replace("]", "]" * depth, 1)
    if rng.random() < 0.02:
        visible = sum(c not in " \t\n\r" for c in text)
        text = text.replace('"*"', '"qcs::cvm:::' + rng.choice("ax") * max(0, 6144 - visible - 11 + rng.choice([-1, 0, 1])) + '*"', 1)
    return world.rules | {"kind": kind}, text.encode("utf-8", "replace").decode()
