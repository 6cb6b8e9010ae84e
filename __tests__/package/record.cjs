/** Runs the compiled program of the folder it lies in against recorded resources and prints what it asked for, and the starter's archive. */
const pulumi = require("@pulumi/pulumi");

const ACCOUNT = "123456789012";
const ANSWERS = {
  getCallerIdentity: { accountId: ACCOUNT },
  getPartition: { partition: "aws" },
  getDirectoryBuckets: { buckets: [] },
  getVpc: { id: "vpc-0default" },
  getAvailabilityZones: { names: ["eu-north-1a"] },
  getSubnet: { id: "subnet-0a" },
  getRouteTables: { ids: ["rtb-0a"] },
  getRouteTable: { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0a" }] },
};
const resources = [];
let code;

function newResource({ type, name, inputs }) {
  if (inputs.code !== undefined) code = inputs.code;
  resources.push({ type, name, inputs: { ...inputs, code: undefined } });
  const known = inputs.name ?? inputs.bucket ?? inputs.family ?? name;
  const url = `https://sqs.eu-north-1.amazonaws.com/${ACCOUNT}/${known}`;
  return { id: `${name}-id`, state: { arn: `arn:mock:${known}`, url, ...inputs, name: known } };
}

function call({ token }) {
  const reply = ANSWERS[token.slice(token.lastIndexOf(":") + 1)];
  if (reply === undefined) throw Object.assign(new Error(token), { details: `nothing found: ${token}` });
  return reply;
}

async function main() {
  await pulumi.runtime.setMocks({ newResource, call }, "models", "test", false);
  const outputs = await require("./bin/index.js")();
  const known = await new Promise((resolve) => pulumi.output(outputs).apply(resolve));
  await pulumi.runtime.disconnect();
  const assets = await code.assets;
  const text = await assets["__index.js"].text;
  console.log(JSON.stringify({ resources, outputs: known, text, archive: Object.keys(assets).sort() }));
}

void main();
