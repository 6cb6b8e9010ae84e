/** Packs a state into words and back. Nothing else knows the layout. */
import type { At, Kind, Message, State } from "./state";

/** World 1, messages 5, workers 2 x 2, writes 5, uploads 1. */
export const WORDS = 16;

export function encode(s: State, words: Uint32Array): void {
  const g = s.budget;
  words[0] =
    s.source |
    (s.bucketGone << 2) |
    (s.destination.bytes << 3) |
    (s.destination.print << 5) |
    (s.wiped << 7) |
    (g.changes << 8) |
    (g.kills << 11) |
    (g.losses << 13) |
    (g.expiries << 15) |
    (g.duplicates << 17) |
    (g.letGo << 19) |
    (g.vanishes << 21) |
    (g.twins << 23);
  let at = 1;
  for (const m of s.messages)
    words[at++] = m.status | (m.again << 2) | (m.verb << 3) | (m.upload << 5) | (m.print << 8);
  for (const w of s.workers) {
    words[at++] =
      w.at |
      (w.before << 3) |
      (w.look << 6) |
      (w.unsettled << 7) |
      (w.dirty << 8) |
      (w.sweep << 9) |
      (w.wrote << 10) |
      (w.heartbeat << 11) |
      (w.verb << 12) |
      (w.upload << 14) |
      (w.print << 17) |
      (w.hold << 19);
    words[at++] = w.out | (w.outStale << 6) | (w.deleting << 12) | (w.inherited << 18);
  }
  for (const o of s.writes)
    words[at++] =
      o.kind |
      (o.state << 3) |
      (o.bytes << 5) |
      (o.upload << 7) |
      (o.part << 10) |
      (o.owner << 12) |
      (o.awaited << 14) |
      (o.cover << 15);
  let uploads = 0;
  for (const u of s.uploads) uploads = (uploads << 7) | u.open | (u.print << 1) | (u.parts[0] << 3) | (u.parts[1] << 5);
  words[at] = uploads;
}

export function decode(words: Uint32Array, s: State): void {
  let v = words[0]!;
  s.source = v & 3;
  s.bucketGone = (v >> 2) & 1;
  s.destination.bytes = (v >> 3) & 3;
  s.destination.print = (v >> 5) & 3;
  s.wiped = (v >> 7) & 1;
  const g = s.budget;
  g.changes = (v >> 8) & 7;
  g.kills = (v >> 11) & 3;
  g.losses = (v >> 13) & 3;
  g.expiries = (v >> 15) & 3;
  g.duplicates = (v >> 17) & 3;
  g.letGo = (v >> 19) & 3;
  g.vanishes = (v >> 21) & 3;
  g.twins = (v >> 23) & 3;
  let at = 1;
  for (const m of s.messages) {
    v = words[at++]!;
    m.status = (v & 3) as Message;
    m.again = (v >> 2) & 1;
    m.verb = (v >> 3) & 3;
    m.upload = (v >> 5) & 7;
    m.print = (v >> 8) & 3;
  }
  for (const w of s.workers) {
    v = words[at++]!;
    w.at = (v & 7) as At;
    w.before = (v >> 3) & 7;
    w.look = (v >> 6) & 1;
    w.unsettled = (v >> 7) & 1;
    w.dirty = (v >> 8) & 1;
    w.sweep = (v >> 9) & 1;
    w.wrote = (v >> 10) & 1;
    w.heartbeat = (v >> 11) & 1;
    w.verb = (v >> 12) & 3;
    w.upload = (v >> 14) & 7;
    w.print = (v >> 17) & 3;
    w.hold = (v >> 19) & 63;
    v = words[at++]!;
    w.out = v & 63;
    w.outStale = (v >> 6) & 63;
    w.deleting = (v >> 12) & 63;
    w.inherited = (v >> 18) & 1;
  }
  for (const o of s.writes) {
    v = words[at++]!;
    o.kind = (v & 7) as Kind;
    o.state = (v >> 3) & 3;
    o.bytes = (v >> 5) & 3;
    o.upload = (v >> 7) & 7;
    o.part = (v >> 10) & 3;
    o.owner = (v >> 12) & 3;
    o.awaited = (v >> 14) & 1;
    o.cover = (v >> 15) & 63;
  }
  v = words[at]!;
  for (let u = s.uploads.length - 1; u >= 0; u--) {
    const upload = s.uploads[u]!;
    upload.open = v & 1;
    upload.print = (v >> 1) & 3;
    upload.parts[0] = (v >> 3) & 3;
    upload.parts[1] = (v >> 5) & 3;
    v >>= 7;
  }
}
