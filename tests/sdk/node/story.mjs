// A short version of the main scenario, with Tencent's Node SDK. Only its endpoint and scheme are changed.
//
// This client signs `host` without the port but sends it with the port, and takes the service in the credential scope
// from the endpoint (`127` for 127.0.0.1). A server that compares either literally refuses it.
//
// At the pinned versions Node has no separate package of CAM models, so CAM is called through the SDK's generic client,
// which signs in the same way.

import assert from "node:assert/strict";
import { test } from "node:test";
import common from "tencentcloud-sdk-nodejs-common";
import stsPackage from "tencentcloud-sdk-nodejs-sts";

const { CommonClient } = common;
const StsClient = stsPackage.sts.v20180813.Client;
const url = process.env.CAMULATOR_URL;
const admin = process.env.CAMULATOR_ADMIN_TOKEN;

async function account() {
  const answer = await fetch(`${url}/_camulator/v1/accounts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${admin}`, "Content-Type": "application/json" },
    body: "{}",
  });
  assert.ok(answer.ok, `${answer.status}`);
  const { account, credentials } = await answer.json();
  return { id: String(account.id), secretId: credentials.secret_id, secretKey: credentials.secret_key };
}

function options(caller, { region = "ap-guangzhou", endpoint = new URL(url).host, language = "en-US" } = {}) {
  return {
    credential: { secretId: caller.secretId, secretKey: caller.secretKey, token: caller.token },
    region,
    profile: { language, httpProfile: { endpoint, protocol: "http://", reqTimeout: 30 } },
  };
}

const sts = (caller, more) => new StsClient(options(caller, more));

const call = (caller, version, action, parameters = {}, more) =>
  new CommonClient(new URL(url).host, version, options(caller, more)).request(action, parameters);

const cam = (caller, action, parameters, more) => call(caller, "2019-01-16", action, parameters, more);
const cvm = (caller, more) => call(caller, "2017-03-12", "DescribeInstances", {}, more);

const refused = (code) => (error) => {
  assert.equal(error.code, code, `${error.code}: ${error.message}`);
  assert.match(error.requestId ?? "", /^[0-9a-f-]{36}$/);
  return true;
};

const text = (...statement) => JSON.stringify({ version: "2.0", statement });

test("one company lends its machines to another", async () => {
  const [a, b] = [await account(), await account()];
  const roleArn = `qcs::cam::uin/${a.id}:roleName/DevOpsRole`;
  const { RoleId } = await cam(a, "CreateRole", {
    RoleName: "DevOpsRole",
    PolicyDocument: text({ effect: "allow", action: "name/sts:AssumeRole", principal: { qcs: [`qcs::cam::uin/${b.id}:root`] } }),
  });
  const { PolicyId } = await cam(a, "CreatePolicy", {
    PolicyName: "GuangzhouMachines",
    PolicyDocument: text({ effect: "allow", action: ["cvm:*"], resource: ["qcs::cvm:ap-guangzhou::*"] }),
  });
  await cam(a, "AttachRolePolicy", { PolicyId, AttachRoleId: RoleId });

  const added = await cam(b, "AddUser", { Name: "DevB", UseApi: 1 });
  const dev = { secretId: added.SecretId, secretKey: added.SecretKey };
  const request = { RoleArn: roleArn, RoleSessionName: "DevBAssumeTheRole", DurationSeconds: 7200 };
  await assert.rejects(sts(dev).AssumeRole(request), refused("AuthFailure.UnauthorizedOperation"));

  const permission = await cam(b, "CreatePolicy", {
    PolicyName: "AssumeDevOpsRole",
    PolicyDocument: text({ effect: "allow", action: "sts:AssumeRole", resource: roleArn }),
  });
  await cam(b, "AttachUserPolicy", { PolicyId: permission.PolicyId, AttachUin: added.Uin });
  const { Credentials } = await sts(dev).AssumeRole(request);
  const session = { secretId: Credentials.TmpSecretId, secretKey: Credentials.TmpSecretKey, token: Credentials.Token };

  const identity = await sts(session).GetCallerIdentity({});
  assert.equal(identity.Arn, `qcs::sts:${a.id}:assumed-role/${RoleId}`);
  assert.equal(identity.UserId, `${RoleId}:DevBAssumeTheRole`);
  assert.deepEqual((await cvm(session)).InstanceSet, []);
  await assert.rejects(cvm(session, { region: "ap-shanghai" }), refused("AuthFailure.UnauthorizedOperation"));
  await assert.rejects(cvm({ ...session, token: undefined }), refused("AuthFailure.TokenFailure"));
  await assert.rejects(cvm({ ...session, secretKey: "x".repeat(32) }), refused("AuthFailure.SignatureFailure"));

  await cam(a, "DeleteRole", { RoleName: "DevOpsRole" });
  await assert.rejects(cvm(session), refused("AuthFailure.TokenFailure"));
});

test("the endpoint may be a host name", async () => {
  const root = await account();
  const endpoint = `localhost:${new URL(url).port}`;
  const identity = await sts(root, { endpoint }).GetCallerIdentity({});
  assert.equal(identity.AccountId, root.id);
});

test("an error carries code, message and request id", async () => {
  const root = await account();
  await assert.rejects(cam(root, "GetRole", { RoleName: "none" }), refused("InvalidParameter.RoleNotExist"));
  await assert.rejects(cam(root, "GetRole", { RoleName: "none", Colour: "red" }), (error) => {
    assert.equal(error.message, "The parameter `Colour` is not recognized.");
    return refused("UnknownParameter")(error);
  });
});
