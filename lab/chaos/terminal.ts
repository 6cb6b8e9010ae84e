/** Where a fault run says what it does, and how it is called off. */
export interface Terminal {
  /** Aborted with an {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** For people; silent with --json. */
  readonly lines: (lines: readonly string[]) => void;
  /** Replaces the last progress; "" takes it away. Only in a terminal. */
  readonly progress: (text: string) => void;
  /** For programs; silent without --json. */
  readonly document: (value: unknown) => void;
}

/** The run was called off by a signal. */
export class Interrupted extends Error {}
