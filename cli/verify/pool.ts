/** Tasks of which only so many run at once. The first failure ends it: what has not begun is dropped. */

export interface Pool {
  /** Begins the task now or later. */
  add(task: () => Promise<void>): void;
  /** Resolves when more tasks are welcome. Rejects with the first failure. */
  room(): Promise<void>;
  /** Resolves when every task has ended. Rejects with the first failure. */
  idle(): Promise<void>;
}

export function makePool(limit: number): Pool {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  let changed: (() => void)[] = [];

  function start(): void {
    while (failure === undefined && running < limit) {
      const task = waiting.shift();
      if (task === undefined) return;
      running++;
      void task()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          running--;
          start();
          const watchers = changed;
          changed = [];
          for (const watcher of watchers) watcher();
        });
    }
  }

  async function until(holds: () => boolean): Promise<void> {
    while (failure === undefined && !holds()) await new Promise<void>((resolve) => changed.push(resolve));
    if (failure !== undefined) throw failure.error;
  }

  return {
    add(task) {
      waiting.push(task);
      start();
    },
    room: () => until(() => waiting.length < limit),
    idle: () => until(() => running === 0 && waiting.length === 0),
  };
}
