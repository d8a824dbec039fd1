// Signs requests with Tencent's Node SDK, a JSON line each, and prints what the SDK would send. It sends nothing.
import { createInterface } from "node:readline";
import querystring from "node:querystring";
import sdk from "tencentcloud-sdk-nodejs-common";
import connection from "tencentcloud-sdk-nodejs-common/tencentcloud/common/http/fetch.js";

const { AbstractClient } = sdk;
const sent = [];
const answer = { status: 200, text: async () => '{"Response":{"RequestId":""}}', json: async () => ({ Response: {} }), headers: new Map() };
connection.default = async (url, config) => {
  sent.push({ url, config });
  return answer;
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, endpoint, data, secretId, secretKey, signature } = JSON.parse(line);
  const profile = {
    signMethod: signature === "TC3" ? "TC3-HMAC-SHA256" : signature,
    httpProfile: { endpoint, protocol: "http://", reqMethod: method },
  };
  const client = new AbstractClient(endpoint, "2019-01-16", { credential: { secretId, secretKey }, region: "ap-guangzhou", profile });
  await client.request("ListUsers", data);
  const { url, config } = sent.pop();
  const parsed = new URL(url);
  const headers = { Host: parsed.host, ...config.headers };
  console.log(JSON.stringify({ method: config.method, target: parsed.pathname + parsed.search, headers, body: config.body ?? "" }));
}
