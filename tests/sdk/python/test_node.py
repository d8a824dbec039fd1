"""Runs the tests in tests/sdk/node, which use Tencent's Node SDK, against the same server."""

import os
import shutil
import subprocess

import pytest
from conftest import ADMIN_TOKEN, REPOSITORY

FOLDER = REPOSITORY / "tests/sdk/node"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed"),
    pytest.mark.skipif(not (FOLDER / "node_modules").is_dir(), reason="run `npm ci` in tests/sdk/node first"),
]


def run(server, file, **variables):
    done = subprocess.run(
        ["node", "--test", file],
        cwd=FOLDER,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "CAMULATOR_URL": server.url,
            "CAMULATOR_ADMIN_TOKEN": ADMIN_TOKEN,
            "NO_PROXY": "*",
        }
        | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scenario_in_node(server):
    run(server, "story.mjs")


@pytest.mark.parametrize("way", ["POST", "GET", "HmacSHA1 POST", "HmacSHA256 GET"])
def test_the_scenarios_of_all_clients(server, way):
    run(server, "scenarios.mjs", CAMULATOR_NODE_WAYS=way)
