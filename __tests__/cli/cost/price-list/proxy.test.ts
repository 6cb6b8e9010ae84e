/** Which proxy is meant, and that the price list is read through it. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { makeDownload } from "../../../../cli/cost/price-list/download";
import { proxyFor } from "../../../../cli/cost/price-list/proxy";
import { systemClock } from "../../../../worker/clock";
import { status, text, withPriceList } from "./server";

const LIST = "https://pricing.us-east-1.amazonaws.com/offers";
const PROXY = "http://proxy.example.com:3128";

test.each<[string, string, Record<string, string>, string | undefined]>([
  ["nothing set", LIST, {}, undefined],
  ["https", LIST, { HTTPS_PROXY: PROXY }, "HTTPS_PROXY"],
  ["https, and a proxy for http only", LIST, { HTTP_PROXY: PROXY }, undefined],
  ["http", "http://mirror.example.com/", { HTTP_PROXY: PROXY, HTTPS_PROXY: "http://other" }, "HTTP_PROXY"],
  ["both cases: the lower one", LIST, { HTTPS_PROXY: "http://other", https_proxy: PROXY }, "https_proxy"],
  ["an empty one counts as not set", LIST, { https_proxy: "", HTTPS_PROXY: PROXY }, "HTTPS_PROXY"],
  ["without a scheme", LIST, { HTTPS_PROXY: "proxy.example.com:3128" }, "HTTPS_PROXY"],
  ["the host is exempt", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: "a.b, pricing.us-east-1.amazonaws.com" }, undefined],
  ["its domain is exempt", LIST, { HTTPS_PROXY: PROXY, no_proxy: "amazonaws.com" }, undefined],
  ["its domain is exempt, with a point", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: ".AmazonAWS.com" }, undefined],
  ["every host is exempt", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, undefined],
  ["its port is exempt", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: "amazonaws.com:443" }, undefined],
  ["another port is exempt", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: "amazonaws.com:8443" }, "HTTPS_PROXY"],
  ["a host that only ends alike", LIST, { HTTPS_PROXY: PROXY, NO_PROXY: "zonaws.com" }, "HTTPS_PROXY"],
])("%s", (_, address, environment, variable) => {
  expect(proxyFor(address, environment)).toEqual(variable === undefined ? undefined : { url: PROXY, variable });
});

test.each(["socks5://user:secret@proxy:1080", "http://user:100%@proxy:1080", "http://", "::"])(
  "%s is refused and not repeated",
  (value) => {
    let refusal: unknown;
    try {
      proxyFor(LIST, { HTTPS_PROXY: value });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      exitCode: 2,
      message: "HTTPS_PROXY is no address of a proxy, such as http://proxy.example.com:3128.",
    });
  },
);

/** A proxy that tunnels, or refuses to. */
async function withProxy(answer: "tunnel" | "refuse", run: (url: string, asked: readonly string[]) => Promise<void>) {
  const asked: string[] = [];
  const proxy = createServer().on("connect", ({ url = "" }, socket) => {
    asked.push(url);
    if (answer === "refuse") {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host = "", port] = url.split(":");
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(target).pipe(socket);
    });
    for (const one of [socket, target]) one.on("error", () => [socket, target].forEach((both) => both.destroy()));
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  try {
    await run(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

function downloadWith(environment: Readonly<Record<string, string>>) {
  return makeDownload({ clock: systemClock, random: () => 0, signal: new AbortController().signal, environment });
}

test("a document comes through the proxy, and past it where NO_PROXY says so", async () => {
  await withPriceList({ "/one": text("one") }, async ({ url }) => {
    await withProxy("tunnel", async (proxy, asked) => {
      expect(await downloadWith({ HTTP_PROXY: proxy })(`${url}/one`)).toEqual({ kind: "text", text: "one" });
      expect(asked).toEqual([url.replace("http://", "")]);
      const past = downloadWith({ HTTP_PROXY: proxy, NO_PROXY: "127.0.0.1" });
      expect(await past(`${url}/one`)).toEqual({ kind: "text", text: "one" });
      expect(asked).toHaveLength(1);
    });
  });
});

test("what the server says is told through the proxy, too", async () => {
  await withPriceList({ "/gone": status(404) }, async ({ url }) => {
    await withProxy("tunnel", async (proxy) => {
      expect(await downloadWith({ HTTP_PROXY: proxy })(`${url}/gone`)).toEqual({ kind: "missing", status: 404 });
    });
  });
});

test("a proxy that refuses is named by its variable", async () => {
  await withProxy("refuse", async (proxy) => {
    const reading = downloadWith({ HTTP_PROXY: proxy })("http://127.0.0.1:9000/one");
    await expect(reading).rejects.toThrow(/^GET http:\/\/127\.0\.0\.1:9000\/one through HTTP_PROXY: .*407/);
  });
});
