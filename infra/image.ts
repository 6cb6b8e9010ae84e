/** The worker's image: built from this folder for ARM64 and pushed, or the one that imageUri names. */
import { type Output, output } from "@pulumi/pulumi";
import { Image, Repository } from "@pulumi/awsx/ecr";
import { type Context, named } from "./context";
import { ecrRepositoryArn } from "./policies/execution";

export interface WorkerImage {
  readonly uri: Output<string>;
  /** The private repository it is pulled from; undefined when it is not in ECR. */
  readonly repositoryArn: string | undefined;
}

/** The image in use and a few to go back to. */
const KEPT_IMAGES = 5;

export function createImage(context: Context): WorkerImage {
  const { settings, names, arns, place } = context;
  if (settings.imageUri !== undefined) {
    return { uri: output(settings.imageUri), repositoryArn: ecrRepositoryArn(settings.imageUri, place.partition) };
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
  const image = new Image(
    named(context, "image"),
    { repositoryUrl: repository.url, context: ".", dockerfile: "./Dockerfile", platform: "linux/arm64" },
    { parent: context.parent },
  );
  return { uri: image.imageUri, repositoryArn: arns.repository };
}
