"""Runs tests/sdk/node/story.mjs, which uses Tencent's Node SDK, against the same server."""

import os
import shutil
import subprocess

import pytest
from conftest import ADMIN_TOKEN, REPOSITORY

FOLDER = REPOSITORY / "tests/sdk/node"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.skipif(not (FOLDER / "node_modules").is_dir(), reason="run `npm ci` in tests/sdk/node first")
def test_the_scenario_in_node(server):
    run = subprocess.run(
        ["node", "--test", "story.mjs"],
        cwd=FOLDER,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "CAMULATOR_URL": server.url,
            "CAMULATOR_ADMIN_TOKEN": ADMIN_TOKEN,
            "NO_PROXY": "*",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
