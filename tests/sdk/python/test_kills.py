"""`kill -9` in the middle of many writes: whatever was acknowledged is there afterwards, and nothing is half done.

    KILLS=500 pytest tests/sdk/python/test_kills.py -s     # more kills, with a count at the end
"""

import http.client
import os
import random
import threading
import time

import pytest
import tc3
from conftest import allow, document, trust

KILLS = int(os.environ.get("KILLS", "5"))
WRITERS = 24
# What each role and policy is created with, in the same transaction.
TAGS = [{"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}]


class Writes:
    """Creates things until it is stopped, and remembers what was acknowledged."""

    def __init__(self, server, tenants, round_):
        self.server, self.tenants, self.round = server, tenants, round_
        self.lock, self.stopped = threading.Lock(), False
        self.roles, self.users, self.policies, self.sessions = [], [], [], []
        self.gone = []
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        tenant, count = self.tenants[number % len(self.tenants)], 0
        while not self.stopped:
            count += 1
            name = f"r{self.round}-{number}-{count}"
            try:
                self.write(tenant, name, count)
            except (OSError, http.client.HTTPException):
                return

    def write(self, tenant, name, count):
        def call(service, action, params):
            reply = tc3.call(self.server.url, service, action, params, timeout=20, **tenant.key)
            assert reply.code is None, reply
            return reply.response

        kind = count % 4
        if kind == 0:
            call("cam", "CreateRole", {"RoleName": name, "PolicyDocument": trust(tenant.root), "Tags": TAGS})
            self.add(self.roles, (tenant, name))
            if count % 8 == 0:
                call("cam", "DeleteRole", {"RoleName": name})
                self.add(self.gone, (tenant, name))
        elif kind == 1:
            made = call("cam", "AddUser", {"Name": name, "UseApi": 1})
            self.add(self.users, (tenant, name, made["SecretId"], made["SecretKey"]))
        elif kind == 2:
            policy = {"PolicyName": name, "PolicyDocument": document(allow("cam:GetUser")), "Tags": TAGS}
            self.add(self.policies, (tenant, call("cam", "CreatePolicy", policy)["PolicyId"]))
        else:
            made = call("sts", "AssumeRole", {"RoleArn": tenant.role_arn("base"), "RoleSessionName": name})
            self.add(self.sessions, made["Credentials"])

    def add(self, kept, made):
        with self.lock:
            kept.append(made)

    def end(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


def check(server, writes):
    """Asserts that everything acknowledged is there, whole; returns how much that was."""
    gone = set(writes.gone)
    for tenant, name in writes.roles:
        reply = tc3.call(server.url, "cam", "GetRole", {"RoleName": name}, **tenant.key)
        if (tenant, name) in gone:
            assert reply.code == "InvalidParameter.RoleNotExist", f"{name} is back: {reply}"
        elif reply.code is not None:
            # The kill came while it was being deleted.
            assert reply.code == "InvalidParameter.RoleNotExist" and int(name.split("-")[2]) % 8 == 0, f"{name}: {reply}"
        else:
            assert reply.response["RoleInfo"]["Tags"] == TAGS, name
    for tenant, name, secret_id, secret_key in writes.users:
        reply = tc3.call(server.url, "sts", "GetCallerIdentity", {}, secret_id=secret_id, secret_key=secret_key)
        assert reply.code is None, f"{name}: {reply}"
    for tenant, policy in writes.policies:
        reply = tc3.call(server.url, "cam", "GetPolicy", {"PolicyId": policy}, **tenant.key)
        assert reply.code is None and len(reply.response["Tags"]) == 2, f"{policy}: {reply}"
    for keys in writes.sessions:
        reply = tc3.call(
            server.url, "sts", "GetCallerIdentity", {},
            secret_id=keys["TmpSecretId"], secret_key=keys["TmpSecretKey"], token=keys["Token"],
        )
        assert reply.code is None, reply
    return sum(map(len, (writes.roles, writes.users, writes.policies, writes.sessions, writes.gone)))


@pytest.fixture
def own(serve):
    """A server of this test's own."""
    return serve()


def test_nothing_acknowledged_is_lost(own):
    acknowledged = 0
    for round_ in range(KILLS):
        # New accounts each time, so that no quota ends the writes.
        tenants = [own.tenant() for _ in range(6)]
        for tenant in tenants:
            tenant.key = {"secret_id": tenant.secret_id, "secret_key": tenant.secret_key}
            reply = tenant.raw("cam", "CreateRole", {"RoleName": "base", "PolicyDocument": trust(tenant.root)})
            assert reply.code is None, reply
        writes = Writes(own, tenants, round_)
        time.sleep(random.uniform(0.2, 1.2))
        own.kill()
        writes.end()
        own.start()
        acknowledged += check(own, writes)
    print(f"\n{KILLS} kills, {acknowledged} acknowledged writes, none lost")
    assert acknowledged > 20 * KILLS, "too few writes to mean anything"
