"""The calls that tests/image/run makes to a container: `call.py URL first`, and after a restart `call.py URL again`.
`call.py URL tls ADDRESS` calls it under the cloud's own host name, at port 443 of its address in the network.
"""

import json
import os
import pathlib
import socket
import ssl
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sdk/python"))
import tc3  # noqa: E402

url, when, *more = sys.argv[1:]
owner = os.environ["CAMULATOR_ROOT_UIN"]
root = {"secret_id": os.environ["CAMULATOR_ROOT_SECRET_ID"], "secret_key": os.environ["CAMULATOR_ROOT_SECRET_KEY"]}


if when == "tls":
    with urllib.request.urlopen(f"{url}/_camulator/tls-authority.pem", timeout=20) as answer:
        context = ssl.create_default_context(cadata=answer.read().decode())
    with socket.create_connection((more[0], 443), timeout=20) as stream:
        with context.wrap_socket(stream, server_hostname="sts.tencentcloudapi.com") as secure:
            secure.sendall(b"GET /_camulator/livez HTTP/1.1\r\nHost: sts.tencentcloudapi.com\r\nConnection: close\r\n\r\n")
            assert secure.recv(4096).startswith(b"HTTP/1.1 200 "), "no answer over TLS"
    sys.exit(0)


def call(service, action, parameters=None, **options):
    reply = tc3.call(url, service, action, parameters, **(root | options))
    assert reply.code is None, f"{action}: {reply.code}: {reply.message}"
    return reply.response


identity = call("sts", "GetCallerIdentity")
assert identity["AccountId"] == owner, identity
if when == "first":
    statement = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": [f"qcs::cam::uin/{owner}:root"]}}
    call("cam", "CreateRole", {"RoleName": "kept", "PolicyDocument": json.dumps({"version": "2.0", "statement": [statement]})})
assert call("cam", "GetRole", {"RoleName": "kept"})["RoleInfo"]["RoleName"] == "kept"
keys = call("sts", "AssumeRole", {"RoleArn": f"qcs::cam::uin/{owner}:roleName/kept", "RoleSessionName": "image"})["Credentials"]
session = call(
    "sts", "GetCallerIdentity", secret_id=keys["TmpSecretId"], secret_key=keys["TmpSecretKey"], token=keys["Token"]
)
assert session["Type"] == "CAMRole", session
forged = tc3.call(url, "sts", "GetCallerIdentity", **(root | {"secret_key": "x" * 32}))
assert forged.code == "AuthFailure.SignatureFailure", forged
