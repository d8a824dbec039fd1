"""Starts the real server and provides the vendor's real clients.

    pytest tests/sdk/python                              # embedded SQLite
    pytest tests/sdk/python --database postgres://…      # one database per server

The clients are unmodified and are given only an endpoint and a scheme.
"""

import itertools
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
ADMIN_TOKEN = "admin-token-of-the-sdk-tests"
READY_WITHIN = 20.0

# Otherwise the clients would send loopback traffic to a proxy named in the environment.
for name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
    del os.environ[name]
for name in [name for name in os.environ if name.startswith(("CAMULATOR_", "TENCENTCLOUD_", "TCCLI_"))]:
    if name not in ("CAMULATOR_BIN",):
        del os.environ[name]

sys.path.insert(0, str(pathlib.Path(__file__).parent))


def pytest_addoption(parser):
    parser.addoption("--database", default="sqlite", help="`sqlite`, or an administrative postgres:// URL")
    parser.addoption(
        "--camulator",
        default=os.environ.get("CAMULATOR_BIN", str(REPOSITORY / "target/release/camulator")),
        help="the binary under test",
    )


def pytest_report_header(config):
    database = config.getoption("--database")
    return f"camulator: {config.getoption('--camulator')}, database: {database.split('://')[0]}"


# ------------------------------------------------------------------------------------------------ the server


class Databases:
    """The state of the servers: a file or a PostgreSQL database for each."""

    def __init__(self, option):
        self.option = option
        self.made = []
        self.count = itertools.count(1)

    @property
    def postgres(self):
        return self.option != "sqlite"

    def new(self):
        """Returns a URL for one server, or None for the file in its data directory."""
        if not self.postgres:
            return None
        name = f"sdk_{os.getpid()}_{next(self.count)}"
        self._sql(f'create database "{name}"')
        self.made.append(name)
        return re.sub(r"^(\w+://[^/]*)(/[^?]*)?", rf"\1/{name}", self.option, count=1)

    def drop_all(self):
        for name in self.made:
            self._sql(f'drop database if exists "{name}" with (force)')

    def _sql(self, text):
        psql = shutil.which("psql") or "psql"
        subprocess.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.option, "-c", text], check=True)


class Admin:
    """A client of the admin API, over urllib."""

    def __init__(self, url, token=ADMIN_TOKEN):
        self.url, self.token = url, token

    def request(self, method, path, body=None, headers=None, token=...):
        """Returns the status and the body as JSON or text. An error status is returned, not raised."""
        token = self.token if token is ... else token
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _decode(answer.read())
        except urllib.error.HTTPError as refusal:
            return refusal.code, _decode(refusal.read())

    def ok(self, method, path, body=None):
        status, answer = self.request(method, "/_camulator/v1" + path, body)
        assert status in (200, 201, 204), f"{method} {path}: {status} {answer}"
        return answer

    def account(self, **fields):
        return self.ok("POST", "/accounts", fields)

    def advance(self, seconds):
        return self.ok("POST", "/clock/advance", {"seconds": seconds})

    def real_clock(self):
        return self.ok("PUT", "/clock", {"mode": "real"})


def _decode(raw):
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")


class Server:
    """One `camulator serve` on a free loopback port."""

    def __init__(self, binary, data_dir, database=None, options=()):
        self.binary, self.data_dir, self.database = str(binary), data_dir, database
        self.options = list(options)
        self.process = self.url = None
        self.listen = "127.0.0.1:0"

    def command(self):
        command = [self.binary, "serve", "--listen", self.listen, "--data-dir", str(self.data_dir)]
        command += ["--admin-token", ADMIN_TOKEN]
        if self.database:
            command += ["--database", self.database]
        return command + self.options

    def start(self):
        self.log = open(pathlib.Path(self.data_dir).parent / "server.log", "ab")
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        lines = queue.Queue()

        def read(stream):
            for line in stream:
                lines.put(line)
            lines.put("")

        threading.Thread(target=read, args=(self.process.stdout,), daemon=True).start()
        try:
            first = lines.get(timeout=READY_WITHIN)
        except queue.Empty:
            first = ""
        match = re.match(r"camulator ready url=(http://\S+)", first)
        if not match:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the first line is not the ready line: {first!r}; {self.errors()}")
        self.first_line, self.url = first, match[1]
        tls = re.search(r" tls_url=(https://\S+)", first)
        self.tls_url = tls and tls[1]
        self.authority = pathlib.Path(self.data_dir) / "tls-authority.pem"
        self.host = self.url.removeprefix("http://")
        self.listen = self.host  # a restart keeps the port, so that existing clients can still connect
        self.admin = Admin(self.url)
        return self

    def errors(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")[-3000:]

    def stop(self):
        """Sends SIGTERM and returns the exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server did not stop within 20 s of SIGTERM")
        return self.process.returncode if self.process else None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def tenant(self, **fields):
        return Tenant(self, self.admin.account(**fields))


@pytest.fixture(scope="session")
def binary(request):
    path = pathlib.Path(request.config.getoption("--camulator"))
    if not path.is_file():
        pytest.exit(f"`{path}` is missing: run `cargo build --release` first", returncode=4)
    return path


@pytest.fixture(scope="session")
def databases(request):
    all_of_them = Databases(request.config.getoption("--database"))
    yield all_of_them
    all_of_them.drop_all()


@pytest.fixture(scope="session")
def serve(binary, databases, tmp_path_factory):
    """Starts servers; `serve("--durability", "fast")` adds options. All are stopped at the end of the session."""
    started = []

    def start(*options, rate_limit="off"):
        home = tmp_path_factory.mktemp("server")
        if rate_limit:
            options = ("--rate-limit", rate_limit) + options
        server = Server(binary, home / "data", databases.new(), options)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(serve):
    """One server for all tests that neither change its clock nor stop it."""
    return serve()


@pytest.fixture
def transport():
    """How the clients of a tenant send their requests; see `TRANSPORTS`."""
    return {}


@pytest.fixture
def tenant(server, transport):
    """A new account for each test."""
    made = server.tenant()
    made.transport = transport
    return made


# ------------------------------------------------------------------------------------------------ the clients


# The ways in which the SDK can send a request and sign it.
TRANSPORTS = {
    "post": {},
    "get": {"method": "GET"},
    "unsigned body": {"unsigned": True},
    "form, SHA-1": {"signature": "HmacSHA1"},
    "form, SHA-256": {"signature": "HmacSHA256"},
    "query, SHA-1": {"method": "GET", "signature": "HmacSHA1"},
    "query, SHA-256": {"method": "GET", "signature": "HmacSHA256"},
}


def pytest_generate_tests(metafunc):
    """A module with `EVERY_TRANSPORT` runs its tests over each of them."""
    if getattr(metafunc.module, "EVERY_TRANSPORT", False) and "tenant" in metafunc.fixturenames:
        metafunc.parametrize("transport", TRANSPORTS.values(), ids=TRANSPORTS.keys())


def profile(host, language=None, method="POST", unsigned=False, signature=None):
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile

    made = ClientProfile(
        httpProfile=HttpProfile(protocol="http", endpoint=host, reqMethod=method, reqTimeout=30),
        **({"language": language} if language else {}),
    )
    if unsigned:
        made.unsignedPayload = True
    if signature:
        made.signMethod = signature
    return made


class Caller:
    """A credential for an endpoint, and the SDK's clients that use it."""

    def __init__(self, server, secret_id, secret_key, token=None, transport=None):
        self.server, self.secret_id, self.secret_key, self.token = server, secret_id, secret_key, token
        self.transport = transport or {}

    def profile(self, options):
        return profile(self.server.host, **(self.transport | options))

    def credential(self):
        from tencentcloud.common.credential import Credential

        return Credential(self.secret_id, self.secret_key, self.token)

    def cam(self, region="ap-guangzhou", **options):
        from tencentcloud.cam.v20190116.cam_client import CamClient

        return CamClient(self.credential(), region, self.profile(options))

    def sts(self, region="ap-guangzhou", **options):
        from tencentcloud.sts.v20180813.sts_client import StsClient

        return StsClient(self.credential(), region, self.profile(options))

    def cvm(self, region="ap-guangzhou", **options):
        from tencentcloud.cvm.v20170312.cvm_client import CvmClient

        return CvmClient(self.credential(), region, self.profile(options))

    def common(self, service, version, region="ap-guangzhou", **options):
        from tencentcloud.common.common_client import CommonClient

        return CommonClient(service, version, self.credential(), region, self.profile(options))

    def raw(self, service, action, params=None, **options):
        import tc3

        options = {"secret_id": self.secret_id, "secret_key": self.secret_key, "token": self.token} | options
        return tc3.call(self.server.url, service, action, params, **options)

    def with_(self, **changes):
        fields = dict(secret_id=self.secret_id, secret_key=self.secret_key, token=self.token) | changes
        return Caller(self.server, **fields, transport=self.transport)


class Tenant(Caller):
    """An account; as a caller, its root."""

    def __init__(self, server, created):
        self.id = str(created["account"]["id"])
        self.created = created
        credentials = created["credentials"]
        super().__init__(server, credentials["secret_id"], credentials["secret_key"])

    def user(self, name, *statements):
        """Creates a sub-user with a key, and with a policy if statements are given."""
        from tencentcloud.cam.v20190116 import models

        request = models.AddUserRequest()
        request.Name, request.UseApi = name, 1
        added = self.cam().AddUser(request)
        user = Caller(self.server, added.SecretId, added.SecretKey, transport=self.transport)
        user.uin, user.name = added.Uin, name
        if statements:
            policy = self.policy(f"{name}-policy", *statements)
            request = models.AttachUserPolicyRequest()
            request.PolicyId, request.AttachUin = policy, added.Uin
            self.cam().AttachUserPolicy(request)
        return user

    def policy(self, name, *statements):
        from tencentcloud.cam.v20190116 import models

        request = models.CreatePolicyRequest()
        request.PolicyName, request.PolicyDocument = name, document(*statements)
        return self.cam().CreatePolicy(request).PolicyId

    def role(self, name, *principals, session_duration=None):
        """Creates a role that these `qcs` principals may assume; by default this account itself."""
        from tencentcloud.cam.v20190116 import models

        request = models.CreateRoleRequest()
        request.RoleName = name
        request.PolicyDocument = trust(*(principals or (self.root,)))
        if session_duration is not None:
            request.SessionDuration = session_duration
        return self.cam().CreateRole(request).RoleId

    @property
    def root(self):
        return f"qcs::cam::uin/{self.id}:root"

    def role_arn(self, name):
        return f"qcs::cam::uin/{self.id}:roleName/{name}"


def assume(caller, arn, name="DevBAssumeTheRole", **fields):
    """Calls AssumeRole through the SDK; returns a caller with the temporary keys, and the whole reply."""
    from tencentcloud.sts.v20180813 import models

    request = models.AssumeRoleRequest()
    request.RoleArn, request.RoleSessionName = arn, name
    for key, value in fields.items():
        setattr(request, key, value)
    answer = caller.sts().AssumeRole(request)
    keys = answer.Credentials
    return Caller(caller.server, keys.TmpSecretId, keys.TmpSecretKey, keys.Token, caller.transport), answer


def allow(action, resource="*", **more):
    return {"effect": "allow", "action": action, "resource": resource} | more


def deny(action, resource="*", **more):
    return {"effect": "deny", "action": action, "resource": resource} | more


def document(*statements):
    return json.dumps({"version": "2.0", "statement": list(statements)})


def trust(*principals, **more):
    return document(
        {"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": list(principals)}} | more
    )


class refused:
    """`with refused("AuthFailure.TokenFailure"): …` expects that the SDK raises one of these codes."""

    def __init__(self, *codes):
        self.codes = codes

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

        assert kind is not None, f"nothing was raised; expected {' or '.join(self.codes)}"
        if not issubclass(kind, TencentCloudSDKException):
            return False
        self.code, self.message, self.request_id = error.get_code(), error.get_message(), error.get_request_id()
        assert self.code in self.codes, f"got {self.code}: {self.message}; expected {' or '.join(self.codes)}"
        assert self.message, "an error without a message"
        assert self.request_id, "an error without a request id"
        return True


def wait_for(condition, within=10.0):
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.02)
