"""Leads clients whose host cannot be set to the local server, inside this process.

    with tls.routed(server):
        STSAssumeRoleCredential(…).get_credential_info()   # calls https://sts.tencentcloudapi.com

A hosts entry and port 443 do the same for a whole machine; `docs/clients.md` says how. Here two functions are
replaced: `socket.getaddrinfo`, because the test's server is not at port 443, and `certifi.where`, because the SDK's own
credential providers name that file and read no variable.
"""

import contextlib
import os
import socket
import urllib.parse
from unittest import mock

import certifi

CLOUD = (".tencentcloudapi.com", ".api.qcloud.com")


@contextlib.contextmanager
def routed(server, trust=True):
    """Connects to the server instead of the cloud; `trust=False` leaves the authorities as they are."""
    resolve = socket.getaddrinfo
    asked = []

    def getaddrinfo(host, port, *rest, **more):
        name = host.decode() if isinstance(host, bytes) else host
        if name.endswith(CLOUD) and port == 443:
            asked.append(name)
            host, port = urllib.parse.urlsplit(server.tls_url).hostname, urllib.parse.urlsplit(server.tls_url).port
        elif name not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a client looks for {name}")
        return resolve(host, port, *rest, **more)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(socket, "getaddrinfo", getaddrinfo))
        if trust:
            stack.enter_context(mock.patch.object(certifi, "where", lambda: str(server.authority)))
            stack.enter_context(mock.patch.dict(os.environ, {"REQUESTS_CA_BUNDLE": str(server.authority)}))
        yield asked
