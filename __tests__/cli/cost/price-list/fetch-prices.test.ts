/** A Region's table from a price list on loopback, and each way in which the list can fail. */
import { makeDownload } from "../../../../cli/cost/price-list/download";
import { fetchPrices } from "../../../../cli/cost/price-list/fetch-prices";
import { ITEM_NAMES, type PriceTable } from "../../../../cli/cost/prices";
import { readPriceFile, priceDocument } from "../../../../cli/cost/price-file";
import { systemClock } from "../../../../worker/clock";
import { EXPECTED, offerOf, offers, REGION } from "./documents";
import { type PriceServer, silence, status, text, withPriceList } from "./server";

const NOW = Date.UTC(2026, 10, 25, 12);

interface Bounds {
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

function fetching({ url, spotUrl }: PriceServer, region = REGION, bounds: Bounds = {}): Promise<PriceTable> {
  const others = new AbortController();
  const signal = AbortSignal.any([others.signal, ...(bounds.signal === undefined ? [] : [bounds.signal])]);
  // No waiting between attempts: the jitter's own choice of 0.
  const download = makeDownload({ clock: systemClock, random: () => 0, environment: {}, ...bounds, signal });
  return fetchPrices({ download, region, priceListUrl: url, spotUrl, now: NOW }).finally(() => others.abort());
}

async function failing(server: PriceServer, region = REGION, bounds: Bounds = {}) {
  return fetching(server, region, bounds).then(
    () => ({ message: "it was read", exitCode: 0 }),
    (error: unknown) => error as Error & { readonly exitCode: number },
  );
}

test("every price, dated, with its source; it can be kept as a file", async () => {
  await withPriceList({}, async (server) => {
    const table = await fetching(server);
    expect(table.dollars).toEqual(EXPECTED);
    expect(table.title).toBe("eu-north-1, AWS price list read on 2026-11-25");
    expect(table.assumed).toEqual(["Spot at its price of 2026-11-25, which moves."]);
    for (const item of ITEM_NAMES) expect(table.sources[table.from[item]]).toBeTruthy();
    expect(table.sources[table.from.expressUpload]).toBe(
      `${server.url}/offers/v1.0/aws/AmazonS3/current/eu-north-1/index.json, published 2026-09-26T01:55:12Z; of prices by amount the first range`,
    );
    expect(table.sources[table.from.spotCpu]).toMatch(
      /the feed of aws\.amazon\.com\/fargate\/pricing, read on 2026-11-25$/,
    );
    expect(server.asked).toHaveLength(8);
    const kept = readPriceFile(JSON.stringify(priceDocument(table)), "kept.json");
    expect(kept).toEqual({ ...table, title: `${table.title} (kept.json)` });
  });
});

test("us-east-1 and its names", async () => {
  const region = "us-east-1";
  await withPriceList(
    {},
    async (server) => expect(await fetching(server, region)).toMatchObject({ dollars: { queueRequests: 0.41 } }),
    offers("", region),
    region,
  );
});

describe("Spot's own price is not in the way", () => {
  test.each([
    ["gone", status(404), "answered 404"],
    ["no JSON", text("<html>"), "it is no JSON"],
    ["without the Region", text('{"prices":[]}'), "it has no prices of ARM64 in eu-north-1"],
    ["failing", status(500), "answered 500"],
  ])("%s: a stated share of On-Demand", async (_, trouble, why) => {
    await withPriceList({ "/fargate-spot-prices.json": trouble }, async (server) => {
      const { dollars, assumed, sources } = await fetching(server);
      expect([dollars.spotCpu, dollars.spotMemory]).toEqual([0.0178, 0.00195]);
      expect(assumed.join()).toMatch(/^Spot at 50 % of the On-Demand price, because its own could not be read: /);
      expect(assumed.join()).toContain(why);
      expect(sources["spot"]).toMatch(/^assumed, not read: /);
    });
  });
});

describe("what is wrong with the Region is wrong usage", () => {
  test("one that AWS does not have, by 403 as S3 says it", async () => {
    await withPriceList({}, async (server) => {
      const { message, exitCode } = await failing(server, "eu-nowhere-9");
      expect(exitCode).toBe(2);
      expect(message).toMatch(
        /^AWS's price list has no \w+ for "eu-nowhere-9": http:.* answered 403\.\nS3 Express One Zone is known to be sold in us-east-1, /,
      );
    });
  });

  test("the China partition, and what is no Region: nothing is asked", async () => {
    await withPriceList({}, async (server) => {
      expect(await failing(server, "cn-north-1")).toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/^cn-north-1 is in the partition aws-cn: .* CNY, and S3 Express/) as string,
      });
      expect(await failing(server, "../../x")).toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/no AWS Region/) as string,
      });
      expect(server.asked).toEqual([]);
    });
  });
});

test("a Region without Express: every missing price in one answer, and where it is sold", async () => {
  const documents = { ...offers(), AmazonS3: offerOf("AmazonS3", [["EUN1-Requests-Tier1", "Requests", "0.000005"]]) };
  await withPriceList(
    {},
    async (server) => {
      const { message, exitCode } = await failing(server);
      expect(exitCode).toBe(1);
      expect(message.split("\n")).toEqual([
        "AWS's price list of eu-north-1 does not tell every price:",
        "  - Express copy requests: AmazonS3, usage type Requests-XZ-Tier1: no product has this usage type",
        "  - Express upload: AmazonS3, usage type Upload-XZ: no product has this usage type",
        "  - Express HEAD requests: AmazonS3, usage type Requests-XZ-Tier2: no product has this usage type",
        "  - Express storage: AmazonS3, usage type TimedStorage-XZ-ByteHrs: no product has this usage type",
        "  - Source HEAD requests: AmazonS3, usage type Requests-Tier2: no product has this usage type",
        expect.stringMatching(/^S3 Express One Zone is known to be sold in /),
        expect.stringMatching(/^Nothing was estimated\. .*--prices FILE/),
      ]);
    },
    documents,
  );
});

describe("a document that cannot be read", () => {
  const ECS = "/AmazonECS/";

  test.each([
    [
      "cut off",
      text('{"publicationDate":'),
      /AmazonECS.*index\.json cannot be used: it is no JSON\.\nNothing was estimated/,
    ],
    ["something else", text("{}"), /AmazonECS.* cannot be used: it is no price list/],
    ["refused", status(400), /^GET http.*AmazonECS.*: answered 400\nThe prices of eu-north-1 could not be read\./],
  ])("%s", async (_, trouble, message) => {
    await withPriceList({ [ECS]: trouble }, async (server) => {
      expect(await failing(server)).toMatchObject({ exitCode: 1, message: expect.stringMatching(message) as string });
      expect(server.asked.filter((path) => path.includes(ECS))).toHaveLength(1);
    });
  });

  test("a server's bad moment is ridden out, a bad day is told after three attempts", async () => {
    let answers = 0;
    await withPriceList(
      { [ECS]: (response) => (++answers === 1 ? status(503) : text(JSON.stringify(offers()["AmazonECS"])))(response) },
      async (server) => expect(await fetching(server)).toMatchObject({ dollars: EXPECTED }),
    );
    await withPriceList({ [ECS]: status(503) }, async (server) => {
      expect((await failing(server)).message).toMatch(/AmazonECS.*: answered 503\n/);
      expect(server.asked.filter((path) => path.includes(ECS))).toHaveLength(3);
    });
  });

  test("no answer at all, and nobody there", async () => {
    await withPriceList({ [ECS]: silence }, async (server) => {
      const { message } = await failing(server, REGION, { timeoutMs: 50 });
      expect(message).toMatch(/AmazonECS.*: no answer within 0\.05 s\nThe prices of eu-north-1 could not be read/);
    });
    const gone = {
      url: "http://127.0.0.1:1",
      spotUrl: "http://127.0.0.1:1/spot",
      asked: [],
      close: async () => undefined,
    };
    expect((await failing(gone)).message).toMatch(/^GET http:\/\/127\.0\.0\.1:1\/.*: /);
  });

  test("larger than any of them is", async () => {
    await withPriceList({ [ECS]: text("x".repeat(20_000)) }, async (server) => {
      const { message } = await failing(server, REGION, { maxBytes: 10_000 });
      expect(message).toMatch(/AmazonECS.*: more than 9\.8 KiB, which no price list of these has/);
    });
  });

  test("Ctrl-C is no answer about prices", async () => {
    const controller = new AbortController();
    const stopping = (): void => controller.abort();
    await withPriceList({ [ECS]: stopping }, async (server) => {
      const failure = await failing(server, REGION, { signal: controller.signal });
      expect(failure).not.toHaveProperty("exitCode");
      expect(failure.message).not.toMatch(/could not be read/);
    });
  });
});
