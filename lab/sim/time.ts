/** Where virtual time begins, as people see it. */

/** 2026-01-01T00:00:00Z, epoch milliseconds. */
export const EPOCH_MS = 1_767_225_600_000;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
