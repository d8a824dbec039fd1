// The STS client of COS, with its own host and TLS. `hosts.cjs` leads it here. It signs forms with HmacSHA1, and its
// policies name a principal.

import assert from "node:assert/strict";
import { test } from "node:test";
import cos from "qcloud-cos-sts";
import common from "tencentcloud-sdk-nodejs-common";

const root = { secretId: process.env.ROOT_SECRET_ID, secretKey: process.env.ROOT_SECRET_KEY };
const region = "ap-guangzhou";
const policy = cos.getPolicy([
  { action: "name/cos:PutObject", bucket: `examples-${process.env.APP_ID}`, region, prefix: "uploads/*" },
]);

async function check({ credentials }) {
  const session = { secretId: credentials.tmpSecretId, secretKey: credentials.tmpSecretKey, token: credentials.sessionToken };
  const client = new common.CommonClient("sts.tencentcloudapi.com", "2018-08-13", { credential: session, region });
  assert.equal((await client.request("GetCallerIdentity", {})).AccountId, process.env.ACCOUNT);
}

test("GetFederationToken", async () => {
  await check(await cos.getCredential({ ...root, region, policy, durationSeconds: 900 }));
});

test("AssumeRole", async () => {
  await check(await cos.getRoleCredential({ ...root, region, policy, durationSeconds: 900, roleArn: process.env.ROLE_ARN }));
});
