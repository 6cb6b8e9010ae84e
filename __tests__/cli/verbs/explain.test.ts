/** explain: one key from nothing to synced, changed, refused and deleted; odd keys; what cannot be looked at. */
import { cli, cliOn, outputsFile } from "../../support/cli";
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
      "last decision  none in the fleet's log of the last 24h (--since goes back further)",
      "message        no worker of the fleet has logged it in the last 24h",
      "dead letters   none",
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
        message: "none since that in the fleet's log",
        "dead letters": "none",
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
      message: "it is among the dead letters",
      "dead letters": expect.stringMatching(
        /^1 letter \(ArchivedObject\), sent \d+ (s|min) ago: dlq show "cold"; once the cause is gone: dlq redrive --key "cold"$/,
      ) as string,
    });
    // It was given back.
    expect(await cliOn(world, ["dlq", "show", "cold"])).toMatchObject({ code: 0 });
    world.deadLetters.purge();
    const gone = await cliOn(world, ["explain", "cold"]);
    expect(rowsOf(gone.stdout)).toMatchObject({
      message: "it went to the dead letters, whose queue counts none now: redriven or purged since, or not counted yet",
      "dead letters": "none",
    });
  });
});

test("what `work` did on somebody's machine is in no log of the fleet, and is not denied", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.put("a", "x");
    await world.put("cold", "x", { storageClass: "GLACIER" });
    const outputs = outputsFile(world);
    const brief = { LONG_POLL_SECONDS: "1", EMPTY_POLLS_BEFORE_EXIT: "1" };
    const environment = { ...world.cloud.environmentFor("operator"), ...brief };
    expect(await cli(["work", "--outputs", outputs.path], environment)).toMatchObject({ code: 0 });
    outputs.remove();

    const copied = await cliOn(world, ["explain", "a"]);
    expect(copied.code).toBe(0);
    expect(rowsOf(copied.stdout)).toMatchObject({
      fingerprint: "of the source as it is now",
      "last decision":
        "none in the fleet's log of the last 24h; copied all the same, by someone whose log is not here: `work`, a line still on its way, or before that (--since goes back further)",
      message: "no worker of the fleet has logged it in the last 24h",
      "dead letters": "none",
    });

    const refused = await cliOn(world, ["explain", "cold"]);
    expect(refused.code).toBe(1);
    expect(rowsOf(refused.stdout)).toMatchObject({
      "last decision": "none in the fleet's log of the last 24h (--since goes back further)",
      "dead letters": expect.stringMatching(/^1 letter \(ArchivedObject\), sent \d+ (s|min) ago: /) as string,
      advice: "The source object is archived (Glacier). Restore it; the ObjectRestore:Completed event then syncs it.",
    });
    const json = JSON.parse((await cliOn(world, ["explain", "cold", "--json"])).stdout) as object;
    expect(json).toMatchObject({
      history: { lines: 0, holding: "none" },
      deadLetters: { reasons: [{ reason: "ArchivedObject", letters: 1 }], looked: 1, whole: true, hidden: 0 },
    });
  });
});

test("an empty dead-letter queue costs one call; one that is not to be looked at, or cannot be, is told", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const calls = () =>
      world.requests(undefined, { service: "sqs", principal: "operator" }).map((one) => one.operation);
    expect(rowsOf((await cliOn(world, ["explain", "a"])).stdout)["dead letters"]).toBe("none");
    expect(calls()).toEqual(["GetQueueAttributes"]);

    const unasked = await cliOn(world, ["explain", "a", "--no-dead-letters"]);
    expect(rowsOf(unasked.stdout)["dead letters"]).toBe("not looked at: --no-dead-letters");
    const json = await cliOn(world, ["explain", "a", "--no-dead-letters", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ deadLetters: null });
    expect(calls()).toHaveLength(1);

    // Who is not to look there need not know where it is.
    const known = outputsFile({ system: { ...world.system, deadLetterQueueUrl: undefined as unknown as string } });
    const where = ["--outputs", known.path];
    const environment = world.cloud.environmentFor("operator");
    expect(await cli(["explain", "a", "--no-dead-letters", ...where], environment)).toMatchObject({ code: 0 });
    expect(await cli(["explain", "a", ...where], environment)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--dlq-url") as string,
    });
    known.remove();

    const other = world.system.deadLetterQueueUrl.replace(/[^/]+$/, "nobody");
    const wrong = await cliOn(world, ["explain", "a", "--dlq-url", other]);
    expect(wrong).toMatchObject({ code: 0, stderr: "" });
    expect(rowsOf(wrong.stdout)["dead letters"]).toMatch(
      /^could not be looked at: .*\. It is not there under this name/,
    );

    world.deadLetters.send("x");
    world.cloud.faults.add({
      operation: "ReceiveMessage",
      action: { type: "error", status: 400, code: "AccessDeniedException", message: "no" },
    });
    const denied = await cliOn(world, ["explain", "a"]);
    expect(denied).toMatchObject({ code: 0, stderr: "" });
    expect(rowsOf(denied.stdout)["dead letters"]).toMatch(/^could not be looked at: no\. These credentials may not/);
  });
});

test("of very many dead letters a part is looked at, and given back", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    for (let n = 0; n < 1_015; n++) world.deadLetters.send("x");
    const { code, stdout } = await cliOn(world, ["explain", "a"]);
    expect(code).toBe(0);
    expect(rowsOf(stdout)["dead letters"]).toBe(
      'none seen; only 1,000 letters looked at: dlq show "a" --limit 100000 sees more',
    );
    expect(world.deadLetters.depth()).toEqual({ visible: 1_015, inFlight: 0, delayed: 0 });
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

test("who looks into no dead-letter queue need not know it", async () => {
  const needed = async (...args: readonly string[]) => {
    const { code, stderr } = await cli(["explain", "a", ...args]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("--source-bucket") as string });
    return stderr.includes("--dlq-url");
  };
  expect([await needed(), await needed("--no-dead-letters")]).toEqual([true, false]);
});
