/** A program that has the package and nothing else of this repository: a local cloud, an object to each kind of bucket and back, and an end. */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startCloud, type Cloud, type FaultRule } from "s3-express-sync/local";

const throttled: FaultRule = { operation: "PutObject", times: 1, action: { type: "throttle" } };

async function roundTrip(cloud: Cloud, bucket: string): Promise<string | undefined> {
  const { endpoint, region } = cloud;
  const credentials = cloud.principals.byName("operator")!;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "a/b", Body: `hello ${bucket}` }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "a/b" }));
  return Body?.transformToString();
}

async function main(): Promise<void> {
  const buckets = ["plain", "fast--use1-az4--x-s3"];
  const cloud = await startCloud({ region: "us-east-1", buckets });
  cloud.faults.add(throttled);
  const read = [];
  for (const bucket of buckets) read.push(await roundTrip(cloud, bucket));
  const puts = cloud.log.entries({ operation: "PutObject" }).map(({ status }) => status);
  await cloud.close();
  console.log(JSON.stringify({ read, puts }));
}

void main();
