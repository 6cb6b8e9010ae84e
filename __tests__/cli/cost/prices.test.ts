/** Price tables: the one that is built in, and one of one's own as a file. */
import { assumptionsOf } from "../../../cli/cost/assumptions";
import { billOf } from "../../../cli/cost/bill";
import { builtInPrices, PRICES } from "../../../cli/cost/built-in-prices";
import { priceDocument, readPriceFile } from "../../../cli/cost/price-file";
import { ITEM_NAMES, type PriceTable } from "../../../cli/cost/prices";

const table = builtInPrices("us-east-1") as PriceTable;

describe("built in", () => {
  test("every item has a price and a source in every table, and the FAQ's example comes out", () => {
    for (const region of Object.keys(PRICES)) {
      const { title, dollars, from, sources } = builtInPrices(region) as PriceTable;
      expect(title).toMatch(new RegExp(`^${region}, \\d{4}-\\d\\d-\\d\\d$`));
      expect(Object.keys(dollars).sort()).toEqual([...ITEM_NAMES].sort());
      for (const item of ITEM_NAMES) expect(sources[from[item]]).not.toHaveLength(0);
    }
    // S3 FAQ, example 1: 10 GB for a month, 1,000,000 writes of 10 KB and 9,000,000 reads.
    const example = {
      expressStorage: 10,
      expressWrites: 1e6,
      expressReads: 9e6,
      expressUpload: (10 * 1e6) / 1_048_576,
    };
    expect(billOf(example, table.dollars).dollars).toBeCloseTo(1.1 + 1.13 + 0.27 + 0.03, 2);
  });

  test("a Region without a table is refused, with the command that has it", () => {
    for (const region of ["eu-north-1", "toString"]) {
      expect(builtInPrices(region)).toMatch(
        new RegExp(
          `^The prices of ${region} are not built in; those of us-east-1 are .*\n.*--fetch-prices.*--prices FILE`,
        ),
      );
    }
  });

  test("what is said to be assumed goes with the prices", () => {
    const dear = { ...table, dollars: { ...table.dollars, metrics: 1, alarms: 2 }, assumed: ["Spot for nothing."] };
    expect(assumptionsOf(table)).toContain("Spot at half the On-Demand price (it was seen at 30 to 50 %).");
    expect(assumptionsOf(dear)).toContain("Spot for nothing.");
    expect(assumptionsOf(table).join()).toMatch(/\$2\.40 a month for a system .* alarms \(\$0\.10 a month/);
    expect(assumptionsOf(dear).join()).toMatch(/\$8\.00 a month for a system .* alarms \(\$2\.00 a month/);
  });
});

describe("a file", () => {
  const { dollars } = table;

  test("what --show-prices --json prints is read back whole", () => {
    const read = readPriceFile(JSON.stringify(priceDocument(table)), "mine.json");
    expect(read).toEqual({ ...table, title: "us-east-1, 2026-10-04 (mine.json)" });
  });

  test("prices alone suffice: they come from the file", () => {
    expect(readPriceFile(JSON.stringify({ dollars }), "mine.json")).toEqual({
      title: "mine.json",
      dollars,
      from: Object.fromEntries(ITEM_NAMES.map((item) => [item, "mine.json"])),
      sources: { "mine.json": "a table of your own" },
      assumed: [],
    });
  });

  test("every problem is told", () => {
    const broken = {
      dollars: { ...dollars, alarms: -1, image: "1", metrics: undefined, gold: 1 },
      from: { image: 5 },
      sources: [],
      assumed: "much",
    };
    expect(readPriceFile(JSON.stringify(broken), "f")).toEqual([
      "dollars.metrics is no price of 0 or more",
      "dollars.alarms is no price of 0 or more",
      "dollars.image is no price of 0 or more",
      "dollars.gold is no item of the bill",
      "from does not name a source of each item",
      "sources does not hold a text of each source",
      "assumed is no list of texts",
    ]);
    expect(readPriceFile("{", "f")).toEqual(["it is no JSON"]);
    for (const none of ["[]", "null", "1"]) expect(readPriceFile(none, "f")).toEqual(['it has no object "dollars"']);
  });
});
