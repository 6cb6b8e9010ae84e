/** A Region's prices from AWS's public price list (the bulk files: no credentials), and Fargate Spot's from the feed of its pricing page. */
import { EXPRESS_ZONES } from "../../../core/zones";
import { isSyncError } from "../../../core/errors";
import { cliError } from "../../shell/errors";
import { ASSUMED_SPOT_SHARE } from "../../../core/cost";
import { ITEM_NAMES, type Item, ITEMS, type Prices, type PriceTable } from "../prices";
import type { Download } from "./download";
import { findPrice, type Offer, readOffer } from "./offer";
import { readSpotPrices } from "./spot";
import { FREE, LISTED, type Listed, OFFERS, WANTED } from "./wanted";

/** Billing User Guide, "Getting price list files manually". */
export const PRICE_LIST_URL = "https://pricing.us-east-1.amazonaws.com";
export const SPOT_URL = "https://dftu77xade0tc.cloudfront.net/fargate-spot-prices.json";

export interface FetchDeps {
  readonly download: Download;
  readonly region: string;
  readonly priceListUrl: string;
  readonly spotUrl: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Rejects with a CliError: exit code 2 where the Region is wrong, 1 where the list cannot be read or does not have a price. */
export async function fetchPrices(deps: FetchDeps): Promise<PriceTable> {
  const { region, now, spotUrl } = deps;
  refuse(region);
  const [spotFeed, ...lists] = await Promise.all([
    readSpot(deps),
    ...OFFERS.map(async (name) => [name, await readList(deps, name)] as const),
  ]);
  const offers = Object.fromEntries(lists);
  const listed = priceAll(offers, region);
  const spot =
    typeof spotFeed === "string"
      ? { cpu: listed.onDemandCpu * ASSUMED_SPOT_SHARE, memory: listed.onDemandMemory * ASSUMED_SPOT_SHARE }
      : spotFeed;
  const dollars: Prices = {
    ...listed,
    ...{ expressDeletes: 0, scheduleEvents: 0, spotCpu: spot.cpu, spotMemory: spot.memory },
  };
  const read = new Date(now).toISOString().slice(0, 10);
  return {
    title: `${region}, AWS price list read on ${read}`,
    dollars,
    from: Object.fromEntries(ITEM_NAMES.map((item) => [item, sourceOf(item)])) as Record<Item, string>,
    sources: {
      ...Object.fromEntries(
        Object.entries(offers).map(([name, { published }]) => [
          name,
          `${urlOf(deps, name)}, published ${published}; of prices by amount the first range`,
        ]),
      ),
      spot:
        typeof spotFeed === "string"
          ? `assumed, not read: ${spotFeed}`
          : `${spotUrl}, the feed of aws.amazon.com/fargate/pricing, read on ${read}`,
      ...FREE,
    },
    assumed: [
      typeof spotFeed === "string"
        ? `Spot at ${ASSUMED_SPOT_SHARE * 100} % of the On-Demand price, because its own could not be read: ${spotFeed}.`
        : `Spot at its price of ${read}, which moves.`,
    ],
  };
}

/** The China partition lists in CNY, at another address, and has no directory buckets. */
function refuse(region: string): void {
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) throw cliError(`"${region}" is no AWS Region, such as eu-north-1.`, 2);
  if (!region.startsWith("cn-")) return;
  throw cliError(
    `${region} is in the partition aws-cn: its price list is another one, in CNY, and S3 Express One Zone is not sold there.\n${soldIn()}`,
    2,
  );
}

function urlOf({ priceListUrl, region }: FetchDeps, offer: string): string {
  return `${priceListUrl.replace(/\/$/, "")}/offers/v1.0/aws/${offer}/current/${region}/index.json`;
}

async function readList(deps: FetchDeps, name: string): Promise<Offer> {
  const url = urlOf(deps, name);
  const answer = await deps.download(url).catch(unreadable(deps.region));
  if (answer.kind === "missing") {
    throw cliError(
      `AWS's price list has no ${name} for "${deps.region}": ${url} answered ${answer.status}.\n${soldIn()}`,
      2,
    );
  }
  const offer = readOffer(answer.text);
  if (typeof offer === "string") throw cliError(`${url} cannot be used: ${offer}.\n${INSTEAD}`);
  return offer;
}

/** Never in the way of an estimate: a text says why Spot's own price is not known. */
async function readSpot({ download, spotUrl, region }: FetchDeps): Promise<ReturnType<typeof readSpotPrices>> {
  try {
    const answer = await download(spotUrl);
    if (answer.kind === "missing") return `${spotUrl} answered ${answer.status}`;
    const prices = readSpotPrices(answer.text, region);
    return typeof prices === "string" ? `${spotUrl}: ${prices}` : prices;
  } catch (error) {
    if (isSyncError(error)) return error.message;
    throw error;
  }
}

function priceAll(offers: Readonly<Record<string, Offer>>, region: string): Record<Listed, number> {
  const found = LISTED.map((item) => {
    const offer = offers[WANTED[item].offer];
    return [item, offer === undefined ? "not read" : findPrice(offer, region, WANTED[item])] as const;
  });
  const missing = found.filter(([, price]) => typeof price === "string");
  if (missing.length > 0) {
    const lines = missing.map(([item, why]) => {
      const { offer, usage } = WANTED[item];
      return `  - ${ITEMS[item].title}: ${offer}, usage type ${usage.join(" or ")}: ${why}`;
    });
    const isExpress = missing.some(([item]) => item.startsWith("express"));
    throw cliError(
      [
        `AWS's price list of ${region} does not tell every price:`,
        ...lines,
        ...(isExpress ? [soldIn()] : []),
        INSTEAD,
      ].join("\n"),
    );
  }
  // Prices are texts of ten digits behind the point: what multiplication adds behind them is noise.
  return Object.fromEntries(
    found.map(([item, price]) => [item, Number(((price as number) * ITEMS[item].per).toPrecision(12))]),
  ) as Record<Listed, number>;
}

function sourceOf(item: Item): string {
  if (item === "spotCpu" || item === "spotMemory") return "spot";
  return item in FREE ? item : WANTED[item as Listed].offer;
}

function unreadable(region: string): (error: unknown) => never {
  return (error) => {
    if (!isSyncError(error) || error.code === "Aborted") throw error;
    throw cliError(`${error.message}\nThe prices of ${region} could not be read. ${INSTEAD}`);
  };
}

const INSTEAD =
  "Nothing was estimated. To go on without the list: --prices FILE with a table of your own, or --price-region us-east-1.";

function soldIn(): string {
  return `S3 Express One Zone is known to be sold in ${Object.keys(EXPRESS_ZONES).join(", ")}.`;
}
