/** What every module of infra/ needs to know. */
import type { ComponentResource, CustomResourceOptions, Resource } from "@pulumi/pulumi";
import type { Settings } from "../core/settings";
import type { Arns, Place } from "./arns";
import type { Names } from "./names";

export interface Context {
  /** The component's name: the beginning of its children's, so that a program can have several. */
  readonly name: string;
  readonly parent: ComponentResource;
  readonly settings: Settings;
  readonly place: Place;
  readonly names: Names;
  readonly arns: Arns;
}

/** The Pulumi name of a child. */
export function named(context: Context, what: string): string {
  return `${context.name}-${what}`;
}

/** Options of a child. */
export function under(context: Context, dependsOn: readonly Resource[] = []): CustomResourceOptions {
  return { parent: context.parent, ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }) };
}
