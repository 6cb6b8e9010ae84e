/** What the package exports: the system as a Pulumi component for programs of your own (docs/component.md). */
export type { Settings } from "./core/settings";
export type { System } from "./core/system";
export type { Place } from "./infra/arns";
export { createSync, type CreateSyncOptions, makeSettings, type SettingValues } from "./infra/create-sync";
export type { Advice, Commands } from "./infra/next-commands";
export type { GivenNetwork } from "./infra/network";
export type { OwnBuckets } from "./infra/own-buckets";
export { S3ExpressSync, type S3ExpressSyncArgs, type SyncOutputs } from "./infra/s3-express-sync";
export { lookAround, type Surroundings } from "./infra/surroundings";
