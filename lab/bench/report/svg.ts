/** Bars as SVG: one per line, with its label and its value. Pure. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What is ours stands out. */
  readonly isOurs: boolean;
}

const ROW = 28;
const LABELS = 230;
const BARS = 420;
const VALUES = 80;

/** @param format how values are written */
export function barsSvg(title: string, bars: readonly Bar[], format: (value: number) => string): string {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const height = ROW * (bars.length + 1) + 10;
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = ROW * (index + 1);
    const width = Math.max(1, Math.round((value / most) * BARS));
    return [
      `<text x="${LABELS - 8}" y="${y + 18}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${LABELS}" y="${y + 4}" width="${width}" height="${ROW - 8}" fill="${isOurs ? "#1f6feb" : "#8b949e"}"/>`,
      `<text x="${LABELS + width + 6}" y="${y + 18}">${escaped(format(value))}</text>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LABELS + BARS + VALUES}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="8" y="18" font-weight="bold">${escaped(title)}</text>`,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (one) => (one === "&" ? "&amp;" : one === "<" ? "&lt;" : "&gt;"));
}
