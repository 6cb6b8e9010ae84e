/** explain: one key from nothing to synced, changed, refused and deleted; odd keys; what cannot be looked at. */
import { cliOn } from "../../support/cli";
import { BRIEF, withStack } from "../../support/e2e";

jest.setTimeout(120_000);

/** The rows by their names. */
function rowsOf(stdout: string): Record<string, string> {
  const rows = stdout.split("\n").flatMap((line) => {
    const [, name, text] = /^(\S+(?: \S+)*) {2,}(.*)$/.exec(line) ?? [];
    return name === undefined || text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(rows) as Record<string, string>;
}

test("a key's life; twice in a row it says the same, for it only looks", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const nowhere = await cliOn(world, ["explain", "a/1"]);
    expect(nowhere).toMatchObject({ code: 0, stderr: "" });
    expect(nowhere.stdout.split("\n")).toEqual([
      '"a/1" is equal: it exists on neither side.',
      "",
      "source         absent",
      "destination    absent",
      "fingerprint    -",
      "open uploads   none",
      "last decision  none in the log of the last 24h (--since goes back further)",
      "message        no worker has received one",
      "next           nothing: the key exists on neither side",
      "",
    ]);

    await world.put("a/1", "x");
    const waiting = await cliOn(world, ["explain", "a/1"]);
    expect([waiting.code, waiting.stdout.split("\n")[0]]).toEqual([1, '"a/1" is not equal.']);
    expect(rowsOf(waiting.stdout)).toMatchObject({
      destination: "absent",
      next: "1 B are copied by one request, because the destination has no such object",
    });

    await (await world.worker()).ended(0);
    for (let run = 1; run <= 2; run++) {
      const synced = await cliOn(world, ["explain", "a/1"]);
      expect([synced.code, synced.stdout.split("\n")[0]]).toEqual([0, '"a/1" is equal.']);
      expect(rowsOf(synced.stdout)).toMatchObject({
        fingerprint: "of the source as it is now",
        "last decision": expect.stringMatching(
          /^synced \d+ s ago by worker [0-9a-f]{8}: copy \(not-compared\), 1 message, \d+(\.\d)? s after the event$/,
        ) as string,
        message: "none since that",
      });
    }

    world.cloud.s3.delete(world.source, "a/1");
    const extra = await cliOn(world, ["explain", "a/1"]);
    expect(extra.code).toBe(1);
    expect(rowsOf(extra.stdout)).toMatchObject({
      source: "absent",
      next: "the replica is deleted: the source has no such object",
    });
    const writes = world.requests(["PutObject", "DeleteObject", "CopyObject"], { principal: "operator" });
    expect(writes).toEqual([]);
  });
});

test("what was refused names the dead letter and what to do", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.put("cold", "x", { storageClass: "GLACIER" });
    await (await world.worker()).ended(0);
    const { code, stdout } = await cliOn(world, ["explain", "cold"]);
    expect(code).toBe(1);
    expect(rowsOf(stdout)).toMatchObject({
      source: expect.stringMatching(/, archived$/) as string,
      "last decision": expect.stringMatching(/^found unsyncable .*: refuse \(ArchivedObject\), 1 message/) as string,
      advice: "The source object is archived (Glacier). Restore it; the ObjectRestore:Completed event then syncs it.",
      message: 'it is among the dead letters: dlq show "cold"',
    });
    const shown = await cliOn(world, ["dlq", "show", "cold"]);
    expect(shown).toMatchObject({ code: 0 });
  });
});

test("keys with quotes, backslashes, stars and other alphabets: both sides and their own lines", async () => {
  const keys = ['od"d \\ ü* $.key/日本', "a*", "ab", "?x=y#z&w", "emoji 🙂"];
  await withStack({ settings: BRIEF }, async (world) => {
    for (const key of keys) await world.put(key, key);
    await (await world.worker()).ended(0);
    for (const key of keys) {
      const { code, stdout } = await cliOn(world, ["explain", key, "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        key,
        equal: true,
        underPrefix: true,
        history: { lines: 1, last: { event: "synced", messages: 1 }, holding: "none" },
        uploads: [],
        next: "nothing: the replica carries the fingerprint of the source as it is now",
      });
    }
  });
});

test("outside the prefix; without a log; without rights; without a bucket", async () => {
  await withStack({ settings: { ...BRIEF, prefix: "a/" } }, async (world) => {
    await world.put("b", "x");
    const outside = await cliOn(world, ["explain", "b"]);
    expect(outside.code).toBe(1);
    expect(outside.stdout.split("\n")[1]).toBe('The key is outside the prefix "a/": this system does not sync it.');

    const noLog = await cliOn(world, ["explain", "a/x", "--worker-log-group", "nobody"]);
    expect(noLog.code).toBe(0);
    expect(rowsOf(noLog.stdout)["log"]).toMatch(
      /^could not be looked at: .*\. The log group does not exist: no worker has/,
    );

    world.cloud.faults.add({
      operation: "HeadObject",
      principal: "operator",
      resource: world.source,
      action: { type: "error", status: 403, code: "AccessDenied" },
    });
    const denied = await cliOn(world, ["explain", "a/x", "--json"]);
    expect(denied.code).toBe(1);
    expect(JSON.parse(denied.stdout)).toMatchObject({ equal: null, next: null, source: { kind: "unseen" } });
    world.cloud.faults.clear();

    expect(await cliOn(world, ["explain", "a/x", "--source-bucket", "nobody"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "The source bucket nobody does not exist: nothing can be said about its keys.\n",
    });
  });
});

test("a request that S3 asks to repeat is repeated, on both sides", async () => {
  await withStack({}, async (world) => {
    for (const resource of [world.source, world.destination]) {
      world.cloud.faults.add({ operation: "HeadObject", resource, times: 2, action: { type: "throttle" } });
    }
    expect(await cliOn(world, ["explain", "a"])).toMatchObject({ code: 0, stderr: "" });
    expect(world.requests("HeadObject", { principal: "operator" })).toHaveLength(6);
  });
});

test("wrong usage is exit 2 with every problem", async () => {
  await withStack({}, async (world) => {
    expect(await cliOn(world, ["explain", "ü".repeat(513), "--since", "soon"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "Several problems:\n" +
        "  - the key has 1026 bytes; S3 takes 1024\n" +
        '  - --since is "soon"; it must be like 90s, 10m, 1h or 2d\n',
    });
    expect(await cliOn(world, ["explain"])).toMatchObject({ code: 2, stdout: "" });
  });
});
