/** The Pulumi program: the stack's configuration in, the whole system out. Settings are described in Pulumi.yaml. */
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws";
import { readSettings } from "./infra/config";
import { S3ExpressSync, type SyncOutputs } from "./infra/s3-express-sync";
import { lookAround } from "./infra/surroundings";

export = async function program(): Promise<SyncOutputs> {
  const config = pulumi.runtime.allConfig();
  const settings = readSettings(config, pulumi.getProject(), pulumi.getStack());
  // The default provider reads aws:region itself; with the seed's REGION it has to be told.
  const provider = config["aws:region"] === undefined ? new Provider("aws", { region: settings.region }) : undefined;
  const surroundings = await lookAround(settings, provider === undefined ? {} : { provider });
  const options = provider === undefined ? {} : { providers: [provider] };
  return new S3ExpressSync("sync", { settings, surroundings }, options).outputs;
};
