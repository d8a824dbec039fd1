// Leads the cloud's hosts to the local server: what a hosts entry does for a whole machine, and, because the server of a
// test is not at port 443, its port too. The certificate is checked as ever: NODE_EXTRA_CA_CERTS names the authority.

const net = require("node:net");

const local = new URL(process.env.CAMULATOR_TLS_URL);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  // As `net` does it itself: the arguments may have been put in order already.
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (/\.(tencentcloudapi|api\.qcloud)\.com$/.test(options?.host ?? "")) {
    Object.assign(options, { host: local.hostname, port: Number(local.port) });
  }
  return connect.apply(this, given);
};
