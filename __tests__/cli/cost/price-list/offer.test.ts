/** One price in one offer of the list: which product it is, and what is refused instead of guessed. */
import { type Offer, findPrice, readOffer } from "../../../../cli/cost/price-list/offer";
import { readSpotPrices } from "../../../../cli/cost/price-list/spot";
import { UNITS, WANTED, type Listed } from "../../../../cli/cost/price-list/wanted";
import { offerOf, offers, REGION, SPOT_FEED } from "./documents";

const read = (document: object): Offer => readOffer(JSON.stringify(document)) as Offer;
const priceIn = (document: object, item: Listed, region = REGION): number | string =>
  findPrice(read(document), region, WANTED[item]);

describe("the product", () => {
  test.each([
    ["a prefix of the Region", "EUN1-", REGION],
    ["a prefix without a number", "EU-", "eu-west-1"],
    ["no prefix", "", "us-east-1"],
    ["the prefix that us-east-1 has for newer services", "USE1-", "us-east-1"],
  ])("%s", (_, prefix, region) => {
    const document = offers(prefix, region)["AmazonS3"]!;
    expect(priceIn(document, "expressWrites", region)).toBe(0.00000119);
    expect(priceIn(document, "sourceLists", region)).toBe(0.0000051);
  });

  test("neighbours are not taken for it: other prefixes, Regions, Local Zones, kinds of queue", () => {
    const { AmazonS3: s3, AWSQueueService: sqs, AWSLambda: lambda } = offers();
    expect(priceIn(s3!, "expressUpload")).toBe(0.0033);
    expect(priceIn(sqs!, "queueRequests")).toBe(0.00000041);
    expect(priceIn(lambda!, "starterCalls")).toBe(0.00000021);
  });

  test("the same price twice is one, two prices are refused with both", () => {
    const row = (price: string) => ["EUN1-Upload-XZ", "GB", price] as const;
    expect(priceIn(offerOf("AmazonS3", [row("0.0032"), row("0.0032000000")]), "expressUpload")).toBe(0.0032);
    expect(priceIn(offerOf("AmazonS3", [row("0.0064"), row("0.0032")]), "expressUpload")).toBe(
      "2 prices fit: $0.0032, $0.0064",
    );
  });

  test("a product without a price On-Demand is as none", () => {
    const document = offerOf("AmazonS3", [["EUN1-Upload-XZ", "GB", "0.0032"]]);
    expect(priceIn({ ...document, terms: { OnDemand: {} } }, "expressUpload")).toBe("no product has this usage type");
    expect(priceIn(offerOf("AmazonS3", []), "expressUpload")).toBe("no product has this usage type");
  });
});

describe("the price", () => {
  const upload = (unit: string, price: Parameters<typeof offerOf>[1][number][2]): number | string =>
    priceIn(offerOf("AmazonS3", [["EUN1-Upload-XZ", unit, price]]), "expressUpload");

  test("of ranges the first that is not free, in whatever order they stand", () => {
    expect(
      upload("GB", [
        ["512000", "0.021"],
        ["0", "0.023"],
        ["51200", "0.022"],
      ]),
    ).toBe(0.023);
    expect(
      upload("GB", [
        ["5", "0.4"],
        ["0", "0.0000000000"],
      ]),
    ).toBe(0.4);
    expect(upload("GB", "0.0000000000")).toBe("it is given as free, which is not believed");
    expect(upload("GB", [])).toBe("its product has no price");
  });

  test("a unit that is not the one, a currency, a rubbish number: refused", () => {
    expect(upload("TB", "3.2")).toBe('its unit is "TB", not GB');
    for (const price of ["", "free", "-1", "Infinity"]) expect(upload("GB", price)).toBe(`its price is "${price}"`);
    const yuan = JSON.stringify(offerOf("AmazonS3", [["Upload-XZ", "GB", "0.02"]])).replaceAll('"USD"', '"CNY"');
    expect(findPrice(readOffer(yuan) as Offer, REGION, WANTED.expressUpload)).toBe("its price is in CNY, not in USD");
  });

  test("units as the list spells them", () => {
    const spelt = {
      requests: "Requests",
      "GB-months": "GB-Mo",
      hours: "Hrs",
      "GB-seconds": "Lambda-GB-Second",
    } as const;
    for (const [unit, text] of Object.entries(spelt)) expect(text).toMatch(UNITS[unit as keyof typeof spelt]);
  });
});

test("what is no offer says so", () => {
  expect(readOffer("{")).toBe("it is no JSON");
  for (const none of ["null", "[]", "{}", '{"publicationDate":"x","products":{},"terms":{}}']) {
    expect(readOffer(none)).toMatch(/^it is no price list: /);
  }
});

test("Spot: of ARM64 and the Region, or why not", () => {
  const feed = JSON.stringify(SPOT_FEED);
  expect(readSpotPrices(feed, REGION)).toEqual({ cpu: 0.0117, memory: 0.0012 });
  expect(readSpotPrices(feed, "us-east-1")).toBe("it has no prices of ARM64 in us-east-1");
  expect(readSpotPrices(feed.replace("0.0117", "soon"), REGION)).toBe("it has no prices of ARM64 in eu-north-1");
  expect(readSpotPrices("<html>", REGION)).toBe("it is no JSON");
  for (const none of ["null", "[]", '{"prices":7}'])
    expect(readSpotPrices(none, REGION)).toBe("it has no list of prices");
  expect(readSpotPrices('{"prices":[null,1,{}]}', REGION)).toMatch(/no prices of ARM64/);
});
