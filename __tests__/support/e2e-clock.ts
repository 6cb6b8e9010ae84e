/** A clock that runs like the machine's and can be put forward: what nobody is awake for need not be waited for. */
import type { Clock } from "../../local/http/clock";

export interface JumpingClock extends Clock {
  /** Puts the clock forward; timers that fall due run at once, in order of their time. */
  jump(seconds: number): void;
  /** Timers whose time has come and that have not run yet. */
  readonly due: number;
}

interface Alarm {
  readonly at: number;
  readonly run: () => void;
  timeout: NodeJS.Timeout | undefined;
}

export function makeJumpingClock(): JumpingClock {
  let ahead = 0;
  const alarms = new Set<Alarm>();
  const now = (): number => Date.now() + ahead;
  const cancel = (alarm: Alarm): void => {
    clearTimeout(alarm.timeout);
    alarms.delete(alarm);
  };
  const arm = (alarm: Alarm): void => {
    clearTimeout(alarm.timeout);
    const ring = (): void => {
      cancel(alarm);
      alarm.run();
    };
    alarm.timeout = setTimeout(ring, Math.max(0, alarm.at - now())).unref();
  };
  return {
    now,
    after(ms, run) {
      const alarm: Alarm = { at: now() + ms, run, timeout: undefined };
      alarms.add(alarm);
      arm(alarm);
      return { cancel: () => cancel(alarm) };
    },
    jump(seconds) {
      ahead += seconds * 1000;
      // In order of their time: timeouts of the same length fire in the order they were set.
      for (const alarm of [...alarms].sort((a, b) => a.at - b.at)) arm(alarm);
    },
    get due() {
      return [...alarms].filter(({ at }) => at <= now()).length;
    },
  };
}
