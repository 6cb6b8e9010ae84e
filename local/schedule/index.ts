/**
 * EventBridge rules on a rate: each invokes one function every so many milliseconds, whether or not the last invocation is over.
 * AWS's finest rate is one minute; here it is free. API: EnableRule, DisableRule, DescribeRule, ListRules, ListTargetsByRule.
 */
import type { Clock, Timer } from "../http/clock";
import { makeJsonService } from "../http/json-service";
import { randomUuid, type Random } from "../http/random";
import { CloudError, type Service } from "../http/service";

export interface RuleInput {
  readonly name: string;
  readonly everyMs: number;
  /** Name of the function it invokes. */
  readonly functionName: string;
  /** What the function gets; default is EventBridge's own event. */
  readonly input?: unknown;
  /** Default true. */
  readonly enabled?: boolean;
}

export interface RuleInfo {
  readonly name: string;
  readonly arn: string;
  readonly everyMs: number;
  readonly enabled: boolean;
  readonly fired: number;
}

export interface ScheduleOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Must not wait for the function; failures are its own business. */
  readonly invoke: (functionName: string, event: unknown) => void;
}

export interface Schedule {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** First fires one period from now. Answers the rule's ARN. */
  createRule(rule: RuleInput): string;
  /** @throws CloudError ResourceNotFoundException */
  setEnabled(name: string, enabled: boolean): void;
  rules(): RuleInfo[];
  close(): void;
}

class Rule {
  fired = 0;
  private timer: Timer | undefined;

  constructor(
    readonly input: RuleInput,
    readonly arn: string,
    private readonly options: ScheduleOptions,
  ) {
    this.setEnabled(input.enabled ?? true);
  }

  get enabled(): boolean {
    return this.timer !== undefined;
  }

  setEnabled(enabled: boolean): void {
    if (enabled === this.enabled) return;
    this.timer?.cancel();
    this.timer = undefined;
    if (enabled) this.plan(this.options.clock.now() + this.input.everyMs);
  }

  /** From the time planned, not from the time run, so that the rate does not drift. */
  private plan(at: number): void {
    const { clock } = this.options;
    this.timer = clock.after(Math.max(0, at - clock.now()), () => {
      this.plan(at + this.input.everyMs);
      this.fired += 1;
      this.options.invoke(this.input.functionName, this.input.input ?? this.event());
    });
  }

  private event(): unknown {
    const { region, accountId, clock, random } = this.options;
    return {
      version: "0",
      id: randomUuid(random),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: accountId,
      time: new Date(clock.now()).toISOString().replace(/\.\d{3}/, ""),
      region,
      resources: [this.arn],
      detail: {},
    };
  }
}

export function makeSchedule(options: ScheduleOptions): Schedule {
  const rules = new Map<string, Rule>();
  const find = (name: unknown): Rule => {
    const rule = rules.get(String(name));
    if (rule === undefined)
      throw new CloudError(
        400,
        "ResourceNotFoundException",
        `Rule ${String(name)} does not exist on EventBus default.`,
      );
    return rule;
  };
  const call = (operation: string, input: Readonly<Record<string, unknown>>): unknown => {
    if (operation === "ListRules") {
      const { NamePrefix: prefix } = input;
      const found = [...rules.values()].filter(
        ({ input: { name } }) => typeof prefix !== "string" || name.startsWith(prefix),
      );
      return { Rules: found.map(shown) };
    }
    if (operation === "ListTargetsByRule") return { Targets: [target(find(input["Rule"]).input, options)] };
    const rule = find(input["Name"]);
    if (operation === "DescribeRule") return shown(rule);
    rule.setEnabled(operation === "EnableRule");
    return {};
  };
  return {
    service: makeJsonService({
      name: "events",
      target: "AWSEvents.",
      version: "1.1",
      operations: ["EnableRule", "DisableRule", "DescribeRule", "ListRules", "ListTargetsByRule"],
      resourceOf: (_operation, input) => {
        const name = input["Name"] ?? input["Rule"];
        return typeof name === "string" ? name : undefined;
      },
      call,
    }),
    createRule(input) {
      const arn = `arn:aws:events:${options.region}:${options.accountId}:rule/${input.name}`;
      rules.get(input.name)?.setEnabled(false);
      rules.set(input.name, new Rule(input, arn, options));
      return arn;
    },
    setEnabled: (name, enabled) => find(name).setEnabled(enabled),
    rules: () =>
      [...rules.values()].map(({ input, arn, enabled, fired }) => ({
        name: input.name,
        arn,
        everyMs: input.everyMs,
        enabled,
        fired,
      })),
    close() {
      for (const rule of rules.values()) rule.setEnabled(false);
    },
  };
}

function target({ functionName, input }: RuleInput, { region, accountId }: ScheduleOptions): unknown {
  return {
    Id: functionName,
    Arn: `arn:aws:lambda:${region}:${accountId}:function:${functionName}`,
    ...(input !== undefined && { Input: JSON.stringify(input) }),
  };
}

function shown(rule: Rule): unknown {
  const seconds = rule.input.everyMs / 1000;
  const minutes = seconds / 60;
  const expression = Number.isInteger(minutes)
    ? `rate(${minutes} minute${minutes === 1 ? "" : "s"})`
    : `rate(${seconds} seconds)`;
  return {
    Name: rule.input.name,
    Arn: rule.arn,
    EventBusName: "default",
    ScheduleExpression: expression,
    State: rule.enabled ? "ENABLED" : "DISABLED",
  };
}
