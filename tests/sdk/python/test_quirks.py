"""What real clients do beyond the specification, and the traces that explain a refusal to them."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig

import pytest
import tc3
from conftest import allow, profile, refused, trust
from tencentcloud.cam.v20190116 import models as cam
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.sts.v20180813 import models as sts

ENGLISH_SIGNATURE = (
    "The provided credentials could not be validated. Please check your signature is correct."
)
CHINESE_SIGNATURE = "请求签名验证失败，请检查您的签名计算是否正确。"


# ------------------------------------------------------------------------------------------------ replies


def test_the_reply_is_exactly_what_clients_read(tenant):
    for reply in (
        tenant.raw("sts", "GetCallerIdentity"),
        tenant.raw("cam", "GetRole", {"RoleName": "none"}),
        tenant.raw("cam", "NoSuchAction"),
        tenant.raw("cam", "GetRole", {}, authorization="garbage"),
    ):
        assert reply.status == 200, reply
        # If there were a charset, the Python SDK would read an error as a success whose fields are all null.
        assert reply.headers["content-type"] == "application/json", reply.headers
        assert tc3.is_request_id(reply.response["RequestId"])
        assert reply.headers["x-camulator-request"] == reply.response["RequestId"]


def test_an_error_is_raised_as_an_error(tenant):
    request = cam.GetRoleRequest()
    request.RoleName = "none"
    with refused("InvalidParameter.RoleNotExist") as refusal:
        tenant.cam().GetRole(request)
    assert tc3.is_request_id(refusal.request_id)


@pytest.mark.parametrize("language, text", [("zh-CN", CHINESE_SIGNATURE), ("en-US", ENGLISH_SIGNATURE)])
def test_the_language_of_messages(tenant, language, text):
    forged = tenant.with_(secret_key="0" * 32)
    with refused("AuthFailure.SignatureFailure") as refusal:
        forged.sts(language=language).GetCallerIdentity(sts.GetCallerIdentityRequest())
    assert refusal.message == text


def test_without_a_language_there_is_a_message(tenant):
    reply = tenant.raw("sts", "GetCallerIdentity", secret_key="0" * 32)
    assert reply.message in (ENGLISH_SIGNATURE, CHINESE_SIGNATURE)


# ------------------------------------------------------------------------------------------------ what is signed


def hosts(server):
    bare, port = server.host.rsplit(":", 1)
    return {
        "with port": (server.host, server.host),
        "Node: signed without port, sent with": (server.host, bare),
        "localhost": (f"localhost:{port}", f"localhost:{port}"),
        "localhost, signed without port": (f"localhost:{port}", "localhost"),
        "tccli: a whole URL": (f"http://{server.host}", f"http://{server.host}"),
        "the cloud's own name": ("cam.tencentcloudapi.com", "cam.tencentcloudapi.com"),
        "the cloud's own name, capitals": ("CAM.TencentCloudAPI.com", "CAM.TencentCloudAPI.com"),
        "a regional name": ("cam.ap-guangzhou.tencentcloudapi.com", "cam.ap-guangzhou.tencentcloudapi.com"),
    }


HOSTS = [
    "with port",
    "Node: signed without port, sent with",
    "localhost",
    "localhost, signed without port",
    "tccli: a whole URL",
    "the cloud's own name",
    "the cloud's own name, capitals",
    "a regional name",
]


@pytest.mark.parametrize("which", HOSTS)
def test_host(tenant, which):
    sent, signed = hosts(tenant.server)[which]
    good = tenant.raw("cam", "ListUsers", host=sent, signed_host=signed)
    assert good.code is None, good
    forged = tenant.raw("cam", "ListUsers", host=sent, signed_host=signed, secret_key="0" * 32)
    assert forged.code == "AuthFailure.SignatureFailure", forged


def test_a_signed_host_that_was_not_sent_is_refused(tenant):
    reply = tenant.raw("cam", "ListUsers", signed_host="example.com")
    assert reply.code == "AuthFailure.SignatureFailure", reply


@pytest.mark.parametrize("service", ["127", "localhost:4580", "cam", "sts"])
def test_the_service_in_the_scope_may_come_from_the_endpoint(tenant, service):
    """Node and Java use the endpoint up to its first dot as the service in the scope."""
    reply = tenant.raw("cam", "ListUsers", scope_service=service)
    assert reply.code is None, reply


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_content_type_as_java_and_the_documents_send_it(tenant, content_type):
    reply = tenant.raw("cam", "ListUsers", content_type=content_type, sign_action=True)
    assert reply.code is None, reply


def test_java(tenant):
    """Java signs the endpoint as it is, takes the service from it up to the first dot, and sends a charset."""
    reply = tenant.raw(
        "cam",
        "ListUsers",
        content_type="application/json; charset=utf-8",
        scope_service=tenant.server.host.split(".")[0],
    )
    assert reply.code is None, reply


def test_go(tenant):
    """Go signs the endpoint with its port and the service's name. It sends an idempotency key and asks for Chinese."""
    reply = tenant.raw(
        "sts",
        "GetCallerIdentity",
        language="zh-CN",
        extra=[("X-Idempotency-Key", "7c0f"), ("X-TC-RequestClient", "SDK_GO_1.3.166"), ("Connection", "keep-alive")],
    )
    assert reply.code is None, reply


def test_terraform(tenant):
    """Terraform signs like Go, asks for English, and uses the configured domain."""
    port = tenant.server.host.rsplit(":", 1)[1]
    reply = tenant.raw(
        "cam",
        "DescribeRoleList",
        {"Page": 1, "Rp": 200},
        host=f"cam.localhost:{port}",
        language="en-US",
        extra=[("X-TC-RequestClient", "Terraform-latest")],
    )
    assert reply.code is None, reply
    assert reply.response["List"] == [] and reply.response["TotalNum"] == 0


def test_an_unsigned_payload(tenant):
    sdk = tenant.cam(unsigned=True)
    request = cam.AddUserRequest()
    request.Name = "unsigned"
    assert sdk.AddUser(request).Uin
    raw = tenant.raw("cam", "GetUser", {"Name": "unsigned"}, unsigned_payload=True)
    assert raw.response["Name"] == "unsigned"
    forged = tenant.raw("cam", "GetUser", {"Name": "unsigned"}, unsigned_payload=True, secret_key="0" * 32)
    assert forged.code == "AuthFailure.SignatureFailure"


def test_the_body_is_signed_by_default(tenant):
    reply = tenant.raw("cam", "AddUser", {"Name": "signed"}, send_body=b'{"Name": "other"}')
    assert reply.code == "AuthFailure.SignatureFailure", reply
    assert tenant.raw("cam", "ListUsers").response["Data"] == []


# ------------------------------------------------------------------------------------------------ parameters


def test_numbers_as_strings(tenant):
    tenant.policy("p", allow("cam:*"))
    added = tenant.raw("cam", "AddUser", {"Name": "n", "UseApi": "1", "ConsoleLogin": "0"}).response
    assert len(added["SecretId"]) == 36 and added["SecretId"].startswith("AKID")
    assert len(added["SecretKey"]) == 32
    assert tenant.raw("cam", "ListPolicies", {"Rp": "5", "Page": "1", "Scope": "Local"}).response["TotalNum"] == 1
    assert tenant.raw("cam", "GetUser", {"Name": 5}).code == "InvalidParameter"


def test_role_ids_as_numbers_and_as_strings(tenant):
    role = tenant.role("r")
    assert role == str(int(role)) and int(role) >= 2**62
    for given in (role, int(role)):
        reply = tenant.raw("cam", "UpdateRoleConsoleLogin", {"ConsoleLogin": 1, "RoleId": given})
        assert reply.code is None, reply
    request = cam.UpdateRoleSessionDurationRequest()
    request.RoleId, request.SessionDuration = int(role), 3600
    tenant.cam().UpdateRoleSessionDuration(request)
    assert tenant.raw("cam", "GetRole", {"RoleId": role}).response["RoleInfo"]["SessionDuration"] == 3600


def test_an_empty_body_has_no_parameters(tenant):
    reply = tenant.raw("cam", "ListUsers", body=b"")
    assert reply.code is None, reply


def test_a_null_is_an_absent_parameter(tenant):
    reply = tenant.raw("cam", "AddUser", {"Name": "nothing", "Remark": None, "UseApi": None})
    assert reply.code is None, reply


def test_a_document_is_read_back_with_the_same_meaning(tenant):
    written = trust(tenant.root)
    tenant.role("r")
    request = cam.GetRoleRequest()
    request.RoleName = "r"
    info = tenant.cam().GetRole(request).RoleInfo
    assert json.loads(info.PolicyDocument) == json.loads(written)
    assert "\\/" not in info.PolicyDocument


def test_text_that_is_not_ascii(tenant):
    request = cam.AddUserRequest()
    request.Name, request.Remark = "remarked", "运维工程师 🚀"
    tenant.cam().AddUser(request)
    request = cam.GetUserRequest()
    request.Name = "remarked"
    assert tenant.cam().GetUser(request).Remark == "运维工程师 🚀"


# ------------------------------------------------------------------------------------------------ the command line


def tccli(tenant, tmp_path, *arguments, environment=None):
    program = os.path.join(sysconfig.get_path("scripts"), "tccli")
    program = program if os.path.exists(program) else shutil.which("tccli")
    assert program, "tccli is not installed in this environment"
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL")}
    return subprocess.run(
        [sys.executable, program, *arguments, "--endpoint", tenant.server.url],
        env=inherited
        | {
            "HOME": str(tmp_path),
            "TENCENTCLOUD_SECRET_ID": tenant.secret_id,
            "TENCENTCLOUD_SECRET_KEY": tenant.secret_key,
            "TENCENTCLOUD_REGION": "ap-guangzhou",
        }
        | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_tccli(tenant, tmp_path):
    """tccli uses plain HTTP only if its endpoint has a scheme; then it sends and signs `Host: http://…`."""
    run = tccli(tenant, tmp_path, "sts", "GetCallerIdentity")
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads(run.stdout)["AccountId"] == tenant.id
    run = tccli(
        tenant, tmp_path, "cam", "CreateRole", "--RoleName", "cli", "--PolicyDocument", trust(tenant.root)
    )
    assert run.returncode == 0, run.stdout + run.stderr
    role = json.loads(run.stdout)["RoleId"]
    run = tccli(tenant, tmp_path, "cam", "GetRole", "--RoleName", "cli")
    assert json.loads(run.stdout)["RoleInfo"]["RoleId"] == role


def test_tccli_shows_a_refusal(tenant, tmp_path):
    run = tccli(tenant, tmp_path, "cam", "GetRole", "--RoleName", "none")
    assert run.returncode != 0
    assert "InvalidParameter.RoleNotExist" in run.stdout + run.stderr


# ------------------------------------------------------------------------------------------------ habits of the SDK


def test_the_endpoint_may_carry_the_scheme(tenant):
    from tencentcloud.sts.v20180813.sts_client import StsClient

    client = StsClient(tenant.credential(), "ap-guangzhou", profile(tenant.server.url))
    assert client.GetCallerIdentity(sts.GetCallerIdentityRequest()).AccountId == tenant.id


def test_a_credential_that_assumes_a_role_by_itself(tenant):
    from tencentcloud.common.credential import STSAssumeRoleCredential
    from tencentcloud.cam.v20190116.cam_client import CamClient

    tenant.role("helper")
    policy = tenant.policy("lists", allow("cam:ListUsers"))
    request = cam.AttachRolePolicyRequest()
    request.PolicyId, request.AttachRoleName = policy, "helper"
    tenant.cam().AttachRolePolicy(request)
    try:
        credential = STSAssumeRoleCredential(
            tenant.secret_id,
            tenant.secret_key,
            tenant.role_arn("helper"),
            "by-itself",
            7200,
            endpoint=tenant.server.url,
        )
        client = CamClient(credential, "ap-guangzhou", profile(tenant.server.host))
        assert client.ListUsers(cam.ListUsersRequest()).Data == []
    except TencentCloudSDKException as error:
        if error.get_code() == "ClientNetworkError" and "SSL" in str(error):
            pytest.skip("this SDK speaks TLS only for its own AssumeRole call")
        raise


# ------------------------------------------------------------------------------------------------ the trace


def trace(tenant, reply):
    return tenant.server.admin.ok("GET", "/requests/" + reply.headers["x-camulator-request"])


def test_a_refusal_leads_to_its_trace(tenant):
    user = tenant.user("u", allow("cam:GetUser"))
    reply = user.raw("cam", "ListUsers")
    assert reply.code == "AuthFailure.UnauthorizedOperation"
    entry = trace(tenant, reply)
    assert entry["request_id"] == reply.response["RequestId"]
    assert (entry["service"], entry["action"], entry["account"]) == ("cam", "ListUsers", tenant.id)
    assert entry["decision"]["decision"] == "deny" and entry["decision"]["reason"] == "implicit_deny"
    assert entry["outcome"]["code"] == reply.code
    assert user.secret_key not in json.dumps(entry)


def test_a_wrong_signature_shows_what_was_expected(tenant):
    reply = tenant.raw("cam", "ListUsers", secret_key="0" * 32)
    signature = trace(tenant, reply)["signature"]
    assert signature["canonical_request"].startswith("POST\n/\n\ncontent-type:application/json\nhost:")
    assert signature["string_to_sign"].startswith("TC3-HMAC-SHA256\n")
    assert tenant.secret_key not in json.dumps(signature)


def test_a_trace_contains_no_secret(tenant):
    tenant.role("r")
    reply = tenant.raw(
        "sts", "AssumeRole", {"RoleArn": tenant.role_arn("r"), "RoleSessionName": "traced"}
    )
    keys = reply.response["Credentials"]
    session = tenant.with_(secret_id=keys["TmpSecretId"], secret_key=keys["TmpSecretKey"], token=keys["Token"])
    shown = json.dumps([trace(tenant, reply), trace(tenant, session.raw("sts", "GetCallerIdentity"))])
    for secret in (tenant.secret_key, keys["TmpSecretKey"], keys["Token"]):
        assert secret not in shown
