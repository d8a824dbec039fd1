// The scenarios that all clients share, `tests/sdk/scenarios.json`, with Tencent's Node SDK in each way that it can call.
// `CAMULATOR_NODE_WAYS` names the ways, such as `POST` and `HmacSHA1 GET`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import common from "tencentcloud-sdk-nodejs-common";

const { scenarios } = JSON.parse(readFileSync(new URL("../scenarios.json", import.meta.url)));
const versions = { cam: "2019-01-16", sts: "2018-08-13", cvm: "2017-03-12" };
const url = process.env.CAMULATOR_URL;
const ways = (process.env.CAMULATOR_NODE_WAYS ?? "POST").split(",");

async function account() {
  const answer = await fetch(`${url}/_camulator/v1/accounts`, {
    method: "POST",
    headers: { Authorization: `Bearer ${process.env.CAMULATOR_ADMIN_TOKEN}`, "Content-Type": "application/json" },
    body: "{}",
  });
  const { account, credentials } = await answer.json();
  return { id: String(account.id), secretId: credentials.secret_id, secretKey: credentials.secret_key };
}

function client(caller, way, service) {
  const signMethod = way.match(/Hmac\w+/)?.[0] ?? "TC3-HMAC-SHA256";
  const reqMethod = way.includes("GET") ? "GET" : "POST";
  const httpProfile = { endpoint: new URL(url).host, protocol: "http://", reqMethod };
  const { secretId, secretKey, token } = caller;
  return new common.CommonClient(new URL(url).host, versions[service], {
    credential: { secretId, secretKey, token },
    region: "ap-guangzhou",
    profile: { signMethod, language: "en-US", httpProfile },
  });
}

const member = (reply, path) => path.split(".").reduce((at, name) => at[name], reply);

function filled(value, saved) {
  if (typeof value === "string") {
    const whole = value.match(/^\$\{(\w+)\}$/);
    return whole ? saved[whole[1]] : value.replace(/\$\{(\w+)\}/g, (_, name) => saved[name]);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, saved));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, saved)]));
  }
  return value;
}

const asSent = (parameters) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      /^Policy(Document)?$/.test(name) && typeof value === "object" ? JSON.stringify(value) : value,
    ]),
  );

for (const way of ways) {
  for (const { name, steps } of scenarios) {
    test(`${way}: ${name}`, async () => {
      const root = await account();
      const saved = { account: root.id };
      const callers = {};
      for (const [number, step] of steps.entries()) {
        const [service, action] = step.call.split(":");
        const parameters = asSent(filled(step.with, saved));
        const where = `step ${number}: ${action} ${JSON.stringify(parameters)}`;
        const calling = client(step.as ? callers[step.as] : root, way, service).request(action, parameters);
        if (step.refused) {
          await assert.rejects(calling, (error) => {
            assert.equal(error.code, step.refused, `${where}: ${error.code}: ${error.message}`);
            assert.match(error.requestId ?? "", /^[0-9a-f-]{36}$/);
            return true;
          });
          continue;
        }
        const reply = await calling.catch((error) => assert.fail(`${where}: ${error.code}: ${error.message}`));
        for (const [path, expected] of Object.entries(step.expect ?? {})) {
          assert.deepEqual(member(reply, path), filled(expected, saved), `${where}: ${path}`);
        }
        for (const [key, path] of Object.entries(step.save ?? {})) saved[key] = member(reply, path);
        for (const [key, paths] of Object.entries(step.caller ?? {})) {
          const [secretId, secretKey, token] = paths.map((path) => member(reply, path));
          callers[key] = { secretId, secretKey, token };
        }
      }
    });
  }
}
