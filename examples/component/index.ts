/** Another program's stack with a sync in it: `pulumi up` in this folder, or copy it (docs/component.md). */
import * as pulumi from "@pulumi/pulumi";
import { createSync } from "s3-express-sync";

export = async function program() {
  const config = new pulumi.Config();
  const sync = await createSync("models", {
    // Without it the Region is aws:region of the stack's configuration.
    region: "eu-north-1",
    namePrefix: `models-sync-${pulumi.getStack()}`,
    prefix: "models/",
    maxWorkers: config.getNumber("maxWorkers") ?? 5,
    tags: { team: "storage" },
  });
  // `system` is what `npx s3-express-sync` reads.
  const { sourceBucket, destinationBucket, system } = sync.outputs;
  return { sourceBucket, destinationBucket, system };
};
