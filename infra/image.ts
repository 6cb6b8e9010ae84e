/** The worker's image: built from this project's folder, or this package's, for ARM64 and pushed, or the one that imageUri names. */
import { join, relative } from "node:path";
import type { Resource } from "@pulumi/pulumi";
import { Image, Repository } from "@pulumi/awsx/ecr";
import type { Place } from "./arns";
import { type Context, named } from "./context";
import { dockerfileOf, sourcesHash } from "./image-sources";
import { ecrRepositoryArn } from "./policies/execution";

export interface WorkerImage {
  /** Plain text, so that a preview knows it: it changes exactly when the image's sources do. */
  readonly uri: string;
  /** The private repository it is pulled from; undefined when it is not in ECR. */
  readonly repositoryArn: string | undefined;
  /** What must be done before it can be pulled. */
  readonly pushed: readonly Resource[];
}

/**
 * This project's folder as seen from the program that uses it: an absolute path would change from machine to machine. The package's
 * one bundle is as deep in it as this file is.
 */
const CONTEXT = relative(process.cwd(), join(__dirname, "..")) || ".";
/** The image in use and a few to go back to. */
const KEPT_IMAGES = 5;

export function createImage(context: Context): WorkerImage {
  const { settings, names, arns, place } = context;
  if (settings.imageUri !== undefined) {
    const repositoryArn = ecrRepositoryArn(settings.imageUri, place.partition);
    return { uri: settings.imageUri, repositoryArn, pushed: [] };
  }
  const repository = new Repository(
    named(context, "repository"),
    {
      name: names.repository,
      // Images are built from sources; nothing is lost with them.
      forceDelete: true,
      imageScanningConfiguration: { scanOnPush: true },
      lifecyclePolicy: {
        rules: [{ description: "The newest images", tagStatus: "any", maximumNumberOfImages: KEPT_IMAGES }],
      },
      tags: settings.tags,
    },
    { parent: context.parent },
  );
  const imageTag = sourcesHash(CONTEXT);
  const image = new Image(
    named(context, "image"),
    {
      repositoryUrl: repository.url,
      context: CONTEXT,
      dockerfile: `${CONTEXT}/${dockerfileOf(CONTEXT)}`,
      platform: "linux/arm64",
      imageTag,
    },
    { parent: context.parent },
  );
  return {
    uri: `${registryOf(place)}/${names.repository}:${imageTag}`,
    repositoryArn: arns.repository,
    pushed: [image],
  };
}

/** The account's registry (ECR guide, private registry). */
function registryOf({ accountId, region, partition }: Place): string {
  return `${accountId}.dkr.ecr.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
}
