/** All checks, along the way of an object: the place, the buckets, the events, the launch of workers, the copies. */
import type { Check } from "./check";
import { destinationCheck, sourceCheck } from "./checks/buckets";
import { notificationCheck, queuePolicyCheck } from "./checks/events";
import { kmsCheck } from "./checks/kms";
import { endpointsCheck, subnetsCheck } from "./checks/network";
import { objectsCheck } from "./checks/objects";
import { placeCheck } from "./checks/place";
import { queueCheck, visibilityCheck } from "./checks/queue";
import { quotaCheck } from "./checks/quota";
import { scheduleCheck, starterCheck } from "./checks/starter";
import { taskCheck } from "./checks/task";

export const CHECKS: readonly Check[] = [
  placeCheck,
  sourceCheck,
  destinationCheck,
  notificationCheck,
  queuePolicyCheck,
  queueCheck,
  scheduleCheck,
  starterCheck,
  taskCheck,
  subnetsCheck,
  endpointsCheck,
  quotaCheck,
  kmsCheck,
  visibilityCheck,
  objectsCheck,
];
