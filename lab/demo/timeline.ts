/** What is worth telling while it happens, as data and as words. Pure. */

export type Moment =
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "launched"; readonly spot: number; readonly onDemand: number; readonly visible: number }
  | { readonly kind: "started"; readonly worker: number; readonly capacity: string }
  | { readonly kind: "multipart"; readonly worker: number; readonly key: string; readonly parts: number }
  | { readonly kind: "interrupted"; readonly worker: number; readonly done: number; readonly parts: number }
  | { readonly kind: "handed-off"; readonly worker: number; readonly key: string }
  | { readonly kind: "resumed"; readonly worker: number; readonly reusable: number; readonly parts: number }
  | { readonly kind: "restart"; readonly worker: number; readonly key: string; readonly why: string }
  | { readonly kind: "problem"; readonly worker: number; readonly text: string }
  | {
      readonly kind: "left";
      readonly worker: number;
      readonly reason: string;
      readonly exitCode: number | undefined;
      /** Keys. */
      readonly synced: number;
      readonly handedOff: number;
    };

/** How a line is coloured: what goes on, what is provoked, what is wrong. */
export type Tone = "plain" | "good" | "provoked" | "bad";

export function toneOf(moment: Moment): Tone {
  switch (moment.kind) {
    case "launched":
    case "resumed":
      return "good";
    case "interrupted":
    case "handed-off":
    case "restart":
      return "provoked";
    case "problem":
      return "bad";
    default:
      return "plain";
  }
}

export function describe(moment: Moment): string {
  switch (moment.kind) {
    case "note":
      return moment.text;
    case "launched":
      return `starter    sees ${plural(moment.visible, "message")}, launches ${launches(moment)}`;
    case "started":
      return `${nameOf(moment.worker)}   started (${moment.capacity})`;
    case "multipart":
      return `${nameOf(moment.worker)}   copies ${shortKey(moment.key)} in ${moment.parts} parts`;
    case "interrupted":
      return `${nameOf(moment.worker)}   SIGTERM: its Spot capacity is taken away with ${moment.done} of ${moment.parts} parts copied`;
    case "handed-off":
      return `${nameOf(moment.worker)}   hands off ${shortKey(moment.key)} with its open upload`;
    case "resumed":
      return `${nameOf(moment.worker)}   resumes the upload: ${moment.reusable} of ${moment.parts} parts are there already`;
    case "restart":
      return `${nameOf(moment.worker)}   starts ${shortKey(moment.key)} over: ${moment.why}`;
    case "problem":
      return `${nameOf(moment.worker)}   ${moment.text}`;
    case "left":
      return `${nameOf(moment.worker)}   left: ${moment.reason}; ${plural(moment.synced, "key")} synced, ${moment.handedOff} handed off, exit code ${moment.exitCode ?? "none"}`;
  }
}

function launches({ spot, onDemand }: { readonly spot: number; readonly onDemand: number }): string {
  const parts = [spot > 0 ? `${spot} on Spot` : "", onDemand > 0 ? `${onDemand} On-Demand` : ""].filter(Boolean);
  return `${plural(spot + onDemand, "worker")}: ${parts.join(", ")}`;
}

export function nameOf(worker: number): string {
  return `worker ${worker}`;
}

export function capacityName(provider: string | undefined): string {
  return provider === "FARGATE_SPOT" ? "Spot" : "On-Demand";
}

export function plural(count: number, word: string, words = `${word}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? word : words}`;
}

/** A key on one line, whatever is in it. */
export function shortKey(key: string): string {
  const shown = Array.from(key.replace(/\p{C}/gu, "?"));
  return shown.length <= 40 ? shown.join("") : `${shown.slice(0, 37).join("")}...`;
}
