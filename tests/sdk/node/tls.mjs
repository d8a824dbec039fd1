// Tencent's Node SDK as it is, with its own hosts and TLS. `hosts.cjs` leads them here.

import assert from "node:assert/strict";
import { test } from "node:test";
import common from "tencentcloud-sdk-nodejs-common";
import stsPackage from "tencentcloud-sdk-nodejs-sts";

const { CommonClient } = common;
const StsClient = stsPackage.sts.v20180813.Client;
const dev = { secretId: process.env.TENCENTCLOUD_SECRET_ID, secretKey: process.env.TENCENTCLOUD_SECRET_KEY };
const region = "ap-guangzhou";

test("the default host", async () => {
  const client = new StsClient({ credential: dev, region });
  const { Credentials } = await client.AssumeRole({ RoleArn: process.env.ROLE_ARN, RoleSessionName: "ci" });
  const session = { secretId: Credentials.TmpSecretId, secretKey: Credentials.TmpSecretKey, token: Credentials.Token };
  const identity = await new StsClient({ credential: session, region }).GetCallerIdentity({});
  assert.equal(identity.AccountId, process.env.ACCOUNT);
  assert.equal(identity.Type, "CAMRole");
});

test("regional and international hosts", async () => {
  for (const endpoint of ["sts.ap-guangzhou.tencentcloudapi.com", "sts.intl.tencentcloudapi.com"]) {
    const identity = await new CommonClient(endpoint, "2018-08-13", { credential: dev, region }).request("GetCallerIdentity", {});
    assert.equal(identity.AccountId, process.env.ACCOUNT);
  }
});

test("a wrong key", async () => {
  const client = new StsClient({ credential: { ...dev, secretKey: "x".repeat(32) }, region });
  await assert.rejects(client.GetCallerIdentity({}), { code: "AuthFailure.SignatureFailure" });
});
