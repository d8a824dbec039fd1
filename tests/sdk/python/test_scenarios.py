"""The scenarios that all clients share, `tests/sdk/scenarios.json`, with the Python SDK in each way that it calls."""

import json
import re
import socket
import uuid
from unittest import mock

import pytest
from conftest import REPOSITORY, Caller
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

SCENARIOS = json.loads((REPOSITORY / "tests/sdk/scenarios.json").read_text())["scenarios"]
VERSIONS = {"cam": "2019-01-16", "sts": "2018-08-13", "cvm": "2017-03-12"}

# How the SDK calls: the method, the signature, the payload, the host.
WAYS = [
    pytest.param({}, id="POST"),
    pytest.param({"unsigned": True}, id="unsigned payload"),
    pytest.param({"root_domain": True}, id="rootDomain"),
    pytest.param({"method": "GET"}, id="GET"),
    pytest.param({"sign": "HmacSHA1"}, id="HmacSHA1, form"),
    pytest.param({"sign": "HmacSHA256"}, id="HmacSHA256, form"),
    pytest.param({"sign": "HmacSHA1", "method": "GET"}, id="HmacSHA1, GET"),
    pytest.param({"sign": "HmacSHA256", "method": "GET"}, id="HmacSHA256, GET"),
]


def call(caller, way, service, action, parameters):
    http = HttpProfile(protocol="http", endpoint=caller.server.host, reqMethod=way.get("method", "POST"))
    if way.get("root_domain"):
        http = HttpProfile(protocol="http", rootDomain=f"localhost:{caller.server.host.rsplit(':', 1)[1]}")
    profile = ClientProfile(httpProfile=http, signMethod=way.get("sign", "TC3-HMAC-SHA256"), language="en-US")
    profile.unsignedPayload = way.get("unsigned", False)
    client = CommonClient(service, VERSIONS[service], caller.credential(), "ap-guangzhou", profile)
    return client.call_json(action, parameters)["Response"]


def member(reply, path):
    for name in path.split("."):
        reply = reply[int(name)] if isinstance(reply, list) else reply[name]
    return reply


def filled(value, saved):
    if isinstance(value, str):
        whole = re.fullmatch(r"\$\{(\w+)\}", value)
        return saved[whole[1]] if whole else re.sub(r"\$\{(\w+)\}", lambda name: str(saved[name[1]]), value)
    if isinstance(value, list):
        return [filled(item, saved) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, saved) for name, item in value.items()}
    return value


def as_sent(parameters):
    documents = ("PolicyDocument", "Policy")
    return {
        name: json.dumps(value) if name in documents and isinstance(value, dict) else value
        for name, value in parameters.items()
    }


@pytest.fixture
def local_names():
    """`cam.localhost` is this machine, also where the resolver does not know it."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *rest, **more):
        return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)

    with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
        yield


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario["name"] for scenario in SCENARIOS])
def test_scenario(tenant, local_names, scenario, way):
    saved, callers = {"account": tenant.id}, {None: tenant}
    for number, step in enumerate(scenario["steps"]):
        service, action = step["call"].split(":")
        caller, parameters = callers[step.get("as")], as_sent(filled(step["with"], saved))
        where = f"step {number}: {action} {parameters}"
        if "refused" in step:
            with pytest.raises(TencentCloudSDKException) as refusal:
                call(caller, way, service, action, parameters)
            assert refusal.value.get_code() == step["refused"], f"{where}: {refusal.value}"
            uuid.UUID(refusal.value.get_request_id())
            continue
        try:
            reply = call(caller, way, service, action, parameters)
        except TencentCloudSDKException as refusal:
            raise AssertionError(f"{where}: {refusal}") from refusal
        for path, expected in step.get("expect", {}).items():
            assert member(reply, path) == filled(expected, saved), f"{where}: {path} in {reply}"
        saved |= {name: member(reply, path) for name, path in step.get("save", {}).items()}
        for name, paths in step.get("caller", {}).items():
            callers[name] = Caller(tenant.server, *(member(reply, path) for path in paths))
