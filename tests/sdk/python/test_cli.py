"""The command line: starting and stopping the server, and the client commands.

A start that fails writes one clear line to standard error and ends with exit code 2.
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import pytest
import tc3
from conftest import ADMIN_TOKEN, Admin, Server, Tenant, wait_for


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, timeout=30, **environment):
        return subprocess.run(
            [str(binary), *map(str, arguments)],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refused(done, *words):
    """Asserts exit code 2, nothing on standard output, and one line on standard error that contains these words."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == "", done.stdout
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert "panicked" not in done.stderr and "Error {" not in done.stderr
    for word in words:
        assert word in lines[0], (word, lines[0])
    return lines[0]


# ------------------------------------------------------------------------------------------------ failed starts


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--no-such-flag"], "--no-such-flag"),
        (["--listen"], "--listen"),
        (["--listen", "nowhere"], "nowhere"),
        (["--listen", "127.0.0.1:99999"], "127.0.0.1:99999"),
        (["--rate-limit", "sometimes"], "sometimes"),
        (["--rate-limit", "-1"], "-1"),
        (["--durability", "maybe"], "maybe"),
        (["--log", "xml"], "xml"),
        (["--database", "mysql://localhost/x"], "mysql"),
        (["--root-uin", "root"], "root"),
        (["surplus"], "surplus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_flag(run, tmp_path, arguments, word):
    refused(run("serve", "--data-dir", tmp_path / "data", *arguments), word)
    assert not (tmp_path / "data").exists(), "a refused start leaves nothing behind"


def test_an_unknown_command(run):
    refused(run("dance"), "dance")


def test_a_wrong_variable(run, tmp_path):
    refused(run("serve", "--data-dir", tmp_path / "data", CAMULATOR_RATE_LIMIT="sometimes"), "sometimes")


def test_a_busy_port(run, server, tmp_path):
    refused(run("serve", "--listen", server.host, "--data-dir", tmp_path / "data"), server.host)


def test_a_second_process_on_the_data_directory(run, server, databases):
    if databases.postgres:
        pytest.skip("several processes may share a PostgreSQL database")
    refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", server.data_dir), str(server.data_dir))


def test_a_data_directory_that_is_a_file(run, tmp_path):
    (tmp_path / "data").write_text("in the way")
    refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data"), str(tmp_path / "data"))
    assert (tmp_path / "data").read_text() == "in the way"


def database_file(data_dir):
    found = [path for path in data_dir.rglob("*") if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def stopped(binary, tmp_path):
    """A server on SQLite that has run and was stopped."""
    server = Server(binary, tmp_path / "used" / "data")
    (tmp_path / "used").mkdir()
    server.start()
    assert server.stop() == 0
    return server


def test_a_file_that_is_not_a_database(run, stopped):
    path = database_file(stopped.data_dir)
    path.write_bytes(b"not a database at all" * 100)
    refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", stopped.data_dir), path.name)
    assert path.read_bytes() == b"not a database at all" * 100, "the foreign file was changed"


def test_a_database_file_of_another_program(run, stopped):
    path = database_file(stopped.data_dir)
    for file in path.parent.glob(path.name + "*"):
        file.unlink()
    with sqlite3.connect(path) as other:
        other.execute("create table accounts (recipe text)")
        other.execute("insert into accounts values ('soup')")
    other.close()
    refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", stopped.data_dir), path.name)
    with sqlite3.connect(path) as other:
        assert other.execute("select recipe from accounts").fetchall() == [("soup",)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_database_file(run, stopped):
    path = database_file(stopped.data_dir)
    path.chmod(0)
    refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", stopped.data_dir), path.name)


def test_a_database_that_cannot_be_reached(run, tmp_path, free_port):
    url = f"postgres://nobody@127.0.0.1:{free_port}/nothing"
    line = refused(run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", "--database", url))
    assert str(free_port) in line or "postgres" in line.lower(), line


def test_a_database_url_never_shows_its_password(run, tmp_path, free_port):
    url = f"postgres://nobody:correct-horse@127.0.0.1:{free_port}/nothing"
    done = run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", "--database", url)
    assert "correct-horse" not in refused(done)


def test_a_configuration_file_that_does_not_exist(run, tmp_path):
    refused(run("serve", "--config", tmp_path / "none.toml"), "none.toml")


@pytest.mark.parametrize(
    "text, word",
    [("listen = ", "bad.toml"), ('colour = "red"', "colour"), ("listen = 5", "listen"), ('listen = "nowhere"', "nowhere")],
)
def test_an_invalid_configuration_file(run, tmp_path, text, word):
    (tmp_path / "bad.toml").write_text(text)
    refused(run("serve", "--config", tmp_path / "bad.toml", "--data-dir", tmp_path / "data"), word)


def test_a_public_address_needs_a_flag(run, tmp_path):
    done = run("serve", "--listen", "0.0.0.0:0", "--data-dir", tmp_path / "data")
    refused(done, "--allow-public")


def test_the_documented_example_key_on_a_public_address(run, tmp_path):
    refused(
        run(
            "serve", "--listen", "0.0.0.0:0", "--allow-public", "--data-dir", tmp_path / "data",
            "--root-secret-id", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "--root-secret-key", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        )
    )  # fmt: skip


def test_a_bad_master_key(run, tmp_path):
    done = run("serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", CAMULATOR_MASTER_KEY="xyz")
    line = refused(done, "CAMULATOR_MASTER_KEY")
    assert "xyz" not in line, "the message contains the secret"


def test_another_master_key(run, stopped):
    """Secrets that cannot be decrypted are noticed at the start, not at the first call."""
    done = run("serve", "--listen", "127.0.0.1:0", "--data-dir", stopped.data_dir, CAMULATOR_MASTER_KEY="ab" * 32)
    refused(done)


# ------------------------------------------------------------------------------------------------ successful starts


def test_the_first_line_and_the_permissions_of_the_directory(binary, tmp_path):
    (tmp_path / "home").mkdir()
    server = Server(binary, tmp_path / "home" / "data")
    server.start()
    try:
        assert re.match(r"camulator ready url=http://127\.0\.0\.1:\d+( \S+=\S*)*$", server.first_line.strip())
        assert (server.data_dir.stat().st_mode & 0o777) == 0o700
        assert (server.data_dir / "master.key").stat().st_mode & 0o777 == 0o600
    finally:
        assert server.stop() == 0


def test_a_given_root_key(serve):
    keys = ("AKID" + "B" * 32, "c" * 32)
    server = serve("--root-uin", "100000000001", "--root-secret-id", keys[0], "--root-secret-key", keys[1])
    root = Tenant(
        server, {"account": {"id": "100000000001"}, "credentials": {"secret_id": keys[0], "secret_key": keys[1]}}
    )
    assert root.raw("sts", "GetCallerIdentity").response["AccountId"] == "100000000001"


def test_a_root_key_that_was_revoked(serve):
    """A revoked root key stays revoked after a restart and cannot be given again; a root without a key gets a new one."""
    options = ["--root-uin", "100000000001", "--root-secret-id", "AKID" + "R" * 32, "--root-secret-key", "r" * 32]
    server = serve(*options)
    created = {"account": {"id": options[1]}, "credentials": {"secret_id": options[3], "secret_key": options[5]}}
    root = Tenant(server, created)
    assert root.raw("sts", "GetCallerIdentity").code is None
    server.admin.ok("POST", f"/credentials/{root.secret_id}/revoke")
    assert root.raw("sts", "GetCallerIdentity").code == "AuthFailure.SecretIdNotFound"
    server.stop()
    again = subprocess.run(server.command(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    assert (again.returncode, again.stdout) == (2, "")
    assert f"--root-secret-id {root.secret_id} was revoked" in again.stderr, again.stderr
    server.options = [option for option in server.options if option not in options[2:]]
    server.start()
    assert "account=100000000001" in server.first_line
    assert root.raw("sts", "GetCallerIdentity").code == "AuthFailure.SecretIdNotFound"


def test_a_configuration_file(binary, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "camulator.toml").write_text('rate-limit = "off"\nroot-uin = "100000000002"\n')
    server = Server(binary, tmp_path / "home" / "data", options=["--config", tmp_path / "camulator.toml"])
    server.options = list(map(str, server.options))
    server.start()
    try:
        assert "100000000002" in json.dumps(server.admin.ok("GET", "/accounts"))
    finally:
        server.stop()


def test_an_ephemeral_server_writes_nothing_to_disk(binary, tmp_path):
    process = subprocess.Popen(
        [str(binary), "serve", "--listen", "127.0.0.1:0", "--ephemeral", "--admin-token", ADMIN_TOKEN],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        first = process.stdout.readline()
        url = re.match(r"camulator ready url=(\S+)", first)[1]
        assert Admin(url).account()["credentials"]["secret_id"]
        assert list(tmp_path.iterdir()) == []
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
        process.stdout.close()


def test_the_first_line_as_json(binary, tmp_path):
    process = subprocess.Popen(
        [str(binary), "serve", "--listen", "127.0.0.1:0", "--ephemeral", "--log", "json"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        first = json.loads(process.stdout.readline())
        assert first["url"].startswith("http://127.0.0.1:"), first
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def test_an_idle_connection_does_not_delay_the_stop(serve):
    server = serve()
    tenant = server.tenant()
    assert tenant.raw("cam", "ListUsers").code is None
    started = time.monotonic()
    with socket.create_connection(server.host.split(":"), timeout=5):
        assert server.stop() == 0
    assert time.monotonic() - started < 15


def test_version_and_help(run):
    version = run("--version")
    assert version.returncode == 0 and version.stdout.startswith("camulator ")
    for arguments in (["--help"], ["serve", "--help"], ["account", "--help"], ["health", "--help"]):
        help_text = run(*arguments)
        assert help_text.returncode == 0 and "Usage" in help_text.stdout, arguments


# ------------------------------------------------------------------------------------------------ client commands


@pytest.fixture
def client(run, server):
    def client(*arguments, **environment):
        return run(*arguments, **({"CAMULATOR_URL": server.url, "CAMULATOR_ADMIN_TOKEN": ADMIN_TOKEN} | environment))

    return client


def test_health(client, free_port):
    assert client("health").returncode == 0
    gone = client("health", CAMULATOR_URL=f"http://127.0.0.1:{free_port}")
    assert gone.returncode != 0
    assert len(gone.stderr.strip().splitlines()) == 1, gone.stderr


def test_health_follows_the_server(run, binary, tmp_path):
    (tmp_path / "home").mkdir()
    server = Server(binary, tmp_path / "home" / "data").start()
    wait_for(lambda: run("health", CAMULATOR_URL=server.url).returncode == 0)
    server.stop()
    assert run("health", CAMULATOR_URL=server.url).returncode != 0


def test_account_commands(client, server):
    created = client("account", "create", "--name", "by-hand")
    assert created.returncode == 0, created.stderr
    secret_id = re.search(r"AKID[A-Za-z0-9]{32}", created.stdout)
    assert secret_id, created.stdout
    accounts = server.admin.ok("GET", "/accounts")["accounts"]
    identity = str(next(account["id"] for account in accounts if account["name"] == "by-hand"))
    assert identity in created.stdout
    listed = client("account", "list")
    assert listed.returncode == 0 and identity in listed.stdout and "by-hand" in listed.stdout
    deleted = client("account", "delete", identity)
    assert deleted.returncode == 0, deleted.stderr
    assert identity not in client("account", "list").stdout


def test_account_commands_refuse(client, free_port):
    for done in (
        client("account", "delete", "424242424242"),
        client("account", "delete", ""),
        client("account", "create", "--name", "two\nlines"),
        client("account", "list", CAMULATOR_ADMIN_TOKEN="wrong"),
        client("account", "list", CAMULATOR_URL=f"http://127.0.0.1:{free_port}"),
    ):
        assert done.returncode != 0 and done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "panicked" not in done.stderr


def test_an_id_with_more_behind_it_deletes_nothing(client, server):
    created = client("account", "create", "--name", "to-be-kept")
    identity = re.search(r"# account (\S+)", created.stdout)[1]
    for more in ("?x=1", "#y", "/", "/../" + identity):
        done = client("account", "delete", identity + more)
        assert done.returncode != 0 and "is not the id of an account" in done.stderr, done.stderr
    assert identity in client("account", "list").stdout


@pytest.mark.parametrize("text", ["camulator=nosuch", "[[", "%%%"])
def test_an_invalid_log_filter(run, text):
    refused(run("serve", "--ephemeral", "--listen", "127.0.0.1:0", CAMULATOR_LOG_FILTER=text), "CAMULATOR_LOG_FILTER")


class Plain:
    """Runs `camulator serve` with only an address and a directory, and reads its whole output."""

    def __init__(self, binary, home):
        self.out = home / "out"
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen(
                [str(binary), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(home / "data")],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, cwd=home,
                env={"PATH": os.environ["PATH"], "HOME": str(home)},
            )  # fmt: skip
        wait_for(lambda: "X-TC-Action: GetCallerIdentity" in self.out.read_text() or self.process.poll() is not None)
        time.sleep(0.2)  # the rest is in the same write
        self.text = self.out.read_text()
        self.exports = dict(re.findall(r"export (\w+)=['\"]?([^'\"\s]+)", self.text))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


def test_the_output_is_enough_to_make_the_first_call(binary, tmp_path):
    with Plain(binary, tmp_path) as plain:
        assert plain.text.startswith("camulator ready url=http://127.0.0.1:")
        assert {"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_REGION", "CAMULATOR_URL"} <= set(
            plain.exports
        )
        keys = {"secret_id": plain.exports["TENCENTCLOUD_SECRET_ID"], "secret_key": plain.exports["TENCENTCLOUD_SECRET_KEY"]}
        reply = tc3.call(plain.exports["CAMULATOR_URL"], "sts", "GetCallerIdentity", **keys)
        assert reply.code is None, reply


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_call_can_be_pasted(binary, tmp_path):
    with Plain(binary, tmp_path) as plain:
        command = plain.text[plain.text.index("curl ") :]
        done = subprocess.run(
            ["bash", "-c", command.replace("curl ", "curl -sS ", 1)], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["Response"]["AccountId"], done.stdout


def test_a_second_start_has_the_same_key_and_token(binary, tmp_path):
    with Plain(binary, tmp_path) as first:
        before = first.exports
    with Plain(binary, tmp_path) as second:
        after = second.exports
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "CAMULATOR_ADMIN_TOKEN"):
        assert before[name] == after[name], name


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_right_after_the_ready_line(binary, tmp_path, which):
    """A server that gets a signal right after its ready line exits with status 0."""
    for number in range(20):
        process = subprocess.Popen(
            [str(binary), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(tmp_path / f"data-{number}")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )  # fmt: skip
        try:
            assert process.stdout.readline().startswith("camulator ready")
            process.send_signal(which)
            assert process.wait(timeout=20) == 0, f"run {number}"
        finally:
            process.kill()
            process.stdout.close()


def test_the_data_directory_can_be_moved(binary, tmp_path):
    (tmp_path / "home").mkdir()
    server = Server(binary, tmp_path / "home" / "data").start()
    tenant = server.tenant()
    tenant.role("kept")
    server.stop()
    shutil.move(server.data_dir, tmp_path / "home" / "elsewhere")
    server.data_dir = tmp_path / "home" / "elsewhere"
    server.start()
    try:
        assert tenant.raw("cam", "GetRole", {"RoleName": "kept"}).code is None
    finally:
        server.stop()
