/** Where the lines of processes go for good: what ECS and Lambda need of CloudWatch Logs. */

export interface LogPlace {
  readonly group: string;
  readonly stream: string;
}

export interface LogSink {
  /** Nothing if it exists already. */
  createGroup(name: string): void;
  /** @throws CloudError ResourceNotFoundException for an unknown group */
  openStream(group: string, stream: string): void;
  /** `at` is milliseconds since the epoch. */
  put(line: LogPlace & { readonly at: number; readonly message: string }): void;
}
