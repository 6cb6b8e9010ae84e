/** The documents as the tests see them: pages, headings, links, code. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Page {
  readonly file: string;
  readonly text: string;
}

/** Everything a reader may be sent to, as paths from the project's root. */
export const PAGES: readonly Page[] = [
  ...["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.join("docs", file)),
].map((file) => ({ file, text: readFileSync(file, "utf8") }));

export interface Fence {
  readonly language: string;
  readonly code: string;
  /** What a comment above it says it is run with: `<!-- runs: jest -->`. */
  readonly runs?: string;
}

const FENCE = /(?:^<!-- runs: (\w+) -->\s+)?^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;

export function fencesOf({ text }: Page): Fence[] {
  return [...text.matchAll(FENCE)].map(([, runs, language = "", code = ""]) => ({
    language,
    code,
    ...(runs === undefined ? {} : { runs }),
  }));
}

export function withoutFences({ text }: Page): string {
  return text.replace(FENCE, "");
}

/** Lines that a reader would type: of shell blocks without their comments, and what stands between single back-ticks. */
export function commandsOf(page: Page): string[] {
  const lines = fencesOf(page)
    .filter(({ language }) => ["bash", "sh", "console", ""].includes(language))
    .flatMap(({ code }) => code.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/^\$ /, "").replace(/\s+#.*$/, ""));
  const inline = [...withoutFences(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [...lines, ...inline].flatMap((line) => line.split(/\s*(?:&&|\|(?!\w))\s*/)).map((line) => line.trim());
}

export function headingsOf(page: Page): { readonly level: number; readonly text: string }[] {
  const headings = withoutFences(page).matchAll(/^(#{1,6}) (.+)$/gm);
  return [...headings].map(([, marks = "", text = ""]) => ({ level: marks.length, text }));
}

/** As GitHub makes them of headings. */
export function anchorsOf(page: Page): Set<string> {
  const anchors = headingsOf(page).map(({ text }) =>
    text
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/ /g, "-"),
  );
  return new Set(anchors);
}

/** Targets of links and pictures, without those that leave the repository. */
export function linksOf(page: Page): string[] {
  const targets = withoutFences(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g);
  return [...targets].map(([, a, b]) => a ?? b ?? "").filter((target) => !/^[a-z]+:/.test(target));
}
