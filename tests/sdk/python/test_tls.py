"""Clients whose host is one of the cloud's and cannot be set, over TLS with the local authority."""

import os
import pathlib
import shutil
import socket
import ssl
import stat
import subprocess
import urllib.parse
import urllib.request

import identity
import pytest
import requests
import tls
from conftest import ADMIN_TOKEN, REPOSITORY, Caller, allow, refused

NODE = REPOSITORY / "tests/sdk/node"


@pytest.fixture(scope="module")
def secure(serve):
    """A server with a second listener that speaks TLS."""
    return serve("--tls-listen", "127.0.0.1:0", "--tls-local-ca")


@pytest.fixture
def company(secure):
    return secure.tenant()


def assumable(company):
    """A role, and a user of its account who may assume it."""
    company.role("Deployer")
    return company.user("dev", allow("sts:AssumeRole")), company.role_arn("Deployer")


# ------------------------------------------------------------------------------------------------ Python


def test_the_sdk_assumes_a_role_at_the_host_that_it_has_hard_coded(secure, company):
    from tencentcloud.common.credential import STSAssumeRoleCredential

    dev, arn = assumable(company)
    with tls.routed(secure) as asked:
        credential = STSAssumeRoleCredential(dev.secret_id, dev.secret_key, arn, "ci", 900)
        keys = credential.get_credential_info()
    assert set(asked) == {"sts.tencentcloudapi.com"}
    identity = Caller(secure, *keys).raw("sts", "GetCallerIdentity").response
    assert identity["Type"] == "CAMRole" and identity["AccountId"] == company.id, identity


def test_the_sdk_refuses_the_server_without_the_authority(secure, company):
    from tencentcloud.common.credential import STSAssumeRoleCredential

    dev, arn = assumable(company)
    with tls.routed(secure, trust=False), refused_by_client():
        STSAssumeRoleCredential(dev.secret_id, dev.secret_key, arn, "ci", 900).get_credential_info()


def refused_by_client():
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

    return pytest.raises((TencentCloudSDKException, requests.exceptions.SSLError), match="CERTIFICATE_VERIFY_FAILED")


def test_an_ordinary_client_needs_only_the_file_of_the_authority(secure, company):
    """`HttpProfile.certification` is what the SDK documents; regional and international hosts are the cloud's too."""
    from tencentcloud.common.profile.client_profile import ClientProfile
    from tencentcloud.common.profile.http_profile import HttpProfile
    from tencentcloud.sts.v20180813 import models, sts_client

    for endpoint in (None, "sts.ap-guangzhou.tencentcloudapi.com", "sts.intl.tencentcloudapi.com"):
        http = HttpProfile(endpoint=endpoint, certification=str(secure.authority))
        with tls.routed(secure, trust=False) as asked:
            client = sts_client.StsClient(company.credential(), "ap-guangzhou", ClientProfile(httpProfile=http))
            identity = client.GetCallerIdentity(models.GetCallerIdentityRequest())
        assert identity.AccountId == company.id
        assert set(asked) == {endpoint or "sts.tencentcloudapi.com"}
        with refused("AuthFailure.SignatureFailure"), tls.routed(secure, trust=False):
            forged = company.with_(secret_key="x" * 32).credential()
            forged = sts_client.StsClient(forged, "ap-guangzhou", ClientProfile(httpProfile=http))
            forged.GetCallerIdentity(models.GetCallerIdentityRequest())


def test_the_oidc_provider_of_the_sdk(secure, company):
    """A token that nobody signed is refused by the operation: so the anonymous call has come as far as that."""
    from tencentcloud.common.credential import OIDCRoleArnCredential

    company.role("Pod")
    keys = identity.as_sent(identity.JWKS)
    provider = {"Name": "cluster", "IdentityUrl": "https://login.example.com", "ClientId": ["pod"], "IdentityKey": keys}
    company.common("cam", "2019-01-16").call_json("CreateOIDCConfig", provider)
    with tls.routed(secure), refused("InvalidParameter.WebIdentityTokenError"):
        OIDCRoleArnCredential(
            "ap-guangzhou", "cluster", "e30.e30.AA", company.role_arn("Pod"), "pod", 900
        ).get_credential_info()


@pytest.mark.parametrize("action", ["get_credential", "get_role_credential"])
def test_the_sts_client_of_cos(secure, company, action):
    from sts.sts import Sts

    company.role("Uploader")
    root = {"secret_id": company.secret_id, "secret_key": company.secret_key}
    bucket = f"examples-{company.created['account']['app_id']}"
    config = {"bucket": bucket, "region": "ap-guangzhou", "allow_prefix": ["uploads/*"]}
    client = Sts(root | config | {"allow_actions": ["name/cos:PutObject"], "duration_seconds": 900})
    with tls.routed(secure) as asked:
        arguments = [company.role_arn("Uploader")] if action == "get_role_credential" else []
        keys = getattr(client, action)(*arguments)["credentials"]
    assert set(asked) == {"sts.tencentcloudapi.com"}
    session = Caller(secure, keys["tmpSecretId"], keys["tmpSecretKey"], keys["sessionToken"])
    assert session.raw("sts", "GetCallerIdentity").response["AccountId"] == company.id


# ------------------------------------------------------------------------------------------------ Node


def node(secure, company, file):
    """Runs a test of Node's clients, which have a host of their own."""
    role, (dev, arn) = company.role_arn("Deployer"), assumable(company)
    return subprocess.run(
        ["node", "--require", "./hosts.cjs", "--test", file],
        cwd=NODE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "NODE_EXTRA_CA_CERTS": str(secure.authority),
            "NODE_OPTIONS": "--require ./hosts.cjs",
            "CAMULATOR_TLS_URL": secure.tls_url,
            "CAMULATOR_URL": secure.url,
            "CAMULATOR_ADMIN_TOKEN": ADMIN_TOKEN,
            "ROLE_ARN": role,
            "ROOT_SECRET_ID": company.secret_id,
            "ROOT_SECRET_KEY": company.secret_key,
            "TENCENTCLOUD_SECRET_ID": dev.secret_id,
            "TENCENTCLOUD_SECRET_KEY": dev.secret_key,
            "ACCOUNT": company.id,
            "APP_ID": str(company.created["account"]["app_id"]),
            "NO_PROXY": "*",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules").is_dir(), reason="run `npm ci` in tests/sdk/node first"
)


@needs_node
def test_the_sdk_of_node_with_its_own_hosts(secure, company):
    run = node(secure, company, "tls.mjs")
    assert run.returncode == 0, run.stdout + run.stderr


@needs_node
def test_the_sts_client_of_cos_for_node(secure, company):
    run = node(secure, company, "cos.mjs")
    assert run.returncode == 0, run.stdout + run.stderr


# ------------------------------------------------------------------------------------------------ the authority


def handshake(secure, host, newest=ssl.TLSVersion.TLSv1_3):
    context = ssl.create_default_context(cafile=str(secure.authority))
    context.maximum_version = newest
    at = urllib.parse.urlsplit(secure.tls_url)
    with socket.create_connection((at.hostname, at.port), timeout=10) as stream:
        with context.wrap_socket(stream, server_hostname=host) as wrapped:
            return wrapped.version(), wrapped.getpeercert()


@pytest.mark.parametrize(
    "host", ["cam.tencentcloudapi.com", "sts.api.qcloud.com", "iam.bj.baidubce.com", "a.apigw.ntruss.com", "localhost"]
)
def test_openssl_accepts_the_certificate_of_each_host(secure, host):
    version, certificate = handshake(secure, host)
    assert version == "TLSv1.3"
    assert certificate["subjectAltName"] == (("DNS", host),)


def test_an_older_client_speaks_tls_1_2(secure):
    assert handshake(secure, "sts.tencentcloudapi.com", ssl.TLSVersion.TLSv1_2)[0] == "TLSv1.2"


def test_openssl_accepts_the_certificate_of_the_address(secure):
    assert ("IP Address", "127.0.0.1") in handshake(secure, "127.0.0.1")[1]["subjectAltName"]


def test_a_foreign_host_is_refused(secure):
    with pytest.raises(ssl.SSLError, match="ACCESS_DENIED"):
        handshake(secure, "example.com")


def test_the_authority_is_announced_and_kept(secure):
    ready = secure.first_line
    assert f"tls_url={secure.tls_url}" in ready.split()
    assert stat.S_IMODE(secure.authority.stat().st_mode) == 0o644
    key = secure.authority.with_suffix(".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with urllib.request.urlopen(f"{secure.url}/_camulator/tls-authority.pem") as answer:
        assert answer.read() == secure.authority.read_bytes()


def test_a_stranger_who_signs_with_the_key_for_another_host_convinces_nobody(secure, tmp_path):
    """OpenSSL is the judge: it makes the certificate, and it refuses it."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key = secure.authority.with_suffix(".key")
    blocks = key.read_text().split("-----BEGIN CERTIFICATE-----")
    issuer, root = (tmp_path / "issuer.pem", tmp_path / "root.pem")
    issuer.write_text("-----BEGIN CERTIFICATE-----" + blocks[1])
    root.write_text("-----BEGIN CERTIFICATE-----" + blocks[2])
    signing = tmp_path / "signing.pem"
    signing.write_text(blocks[0])

    def openssl(*arguments):
        return subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    def verdict(name):
        (tmp_path / "names").write_text(f"subjectAltName={name}\nextendedKeyUsage=serverAuth\n")
        made = openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "own.pem",
                       "-subj", "/CN=forged", "-out", "request.pem")  # fmt: skip
        assert made.returncode == 0, made.stderr
        made = openssl("x509", "-req", "-in", "request.pem", "-CA", "issuer.pem", "-CAkey", "signing.pem",
                       "-CAcreateserial", "-extfile", "names", "-out", "forged.pem")  # fmt: skip
        assert made.returncode == 0, made.stderr
        checked = openssl("verify", "-CAfile", "root.pem", "-untrusted", "issuer.pem", "forged.pem")
        return checked.returncode == 0, checked.stdout + checked.stderr

    assert verdict("DNS:sts.tencentcloudapi.com")[0]
    for name in ("DNS:example.com", "DNS:cloud.tencent.com", "IP:192.0.2.1"):
        accepted, said = verdict(name)
        assert not accepted and "permitted subtree violation" in said, (name, said)


def test_the_key_is_not_in_the_log(secure):
    secret = secure.authority.with_suffix(".key").read_text().splitlines()[1]
    log = pathlib.Path(secure.log.name).read_text(errors="replace")
    assert secret not in log and "PRIVATE KEY" not in log and secret not in secure.first_line
