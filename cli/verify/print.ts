/** What a run found, as text for people. */
import type { Out } from "../shell/out";
import { lookLines } from "./refusal";
import { CANNOT_SEE, countRows, EXAMPLES, exampleRows, number, repairLines, type VerifyDocument } from "./report";

/** @param reportFile where all findings are, if anywhere */
export function printVerify(document: VerifyDocument, out: Out, reportFile: string | undefined): void {
  out.document(document);
  if (document.wait !== null) {
    out.line(document.wait.sentence);
    out.line();
  }
  out.line(document.verdict);
  out.line();
  const { source, destination, requests, counts, seconds } = document;
  out.table(
    ["side", "objects", "bytes", "LIST", "HEAD"],
    [
      ["source", source.objects, source.bytes, requests.sourceLists, requests.sourceHeads],
      ["destination", destination.objects, destination.bytes, requests.destinationLists, requests.destinationHeads],
    ],
  );
  const rows = countRows(counts);
  if (rows.length > 0) {
    out.line();
    out.table(["kind", "keys", "meaning"], rows);
    out.line();
    out.line(`Examples, at most ${EXAMPLES} of a kind:`);
    out.table(["kind", "key", "reason"], exampleRows(document.examples));
    const open = lookLines(document.deadLetters);
    if (open.length > 0) out.line();
    for (const line of open) out.line(line);
  }
  // Where it was waited for, it was said when it was done.
  if (document.repair !== null && (document.wait === null || document.wait.queue === null)) {
    out.line();
    for (const line of repairLines(document.repair)) out.line(line);
  }
  out.line();
  if (reportFile !== undefined) out.line(`All findings, one a line: ${reportFile}`);
  out.line(`${number(seconds)} s. What this cannot see:`);
  for (const line of CANNOT_SEE[document.mode]) out.line(`  ${line}`);
}
