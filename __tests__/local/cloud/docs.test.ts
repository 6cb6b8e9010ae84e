/** docs/local-cloud.md describes the whole control endpoint: nobody should have to read code to inject a fault. */
import { readFileSync } from "node:fs";
import { startCloud } from "../../../local/cloud";
import { parseRule } from "../../../local/http/fault-rule-json";

const page = readFileSync("docs/local-cloud.md", "utf8");

test("every area of the control endpoint", () => {
  const source = readFileSync("local/control/index.ts", "utf8");
  const areas = [...source.matchAll(/case "([a-z]+)":/g)].map(([, area = ""]) => area);
  expect(areas).toEqual(expect.arrayContaining(["faults", "delivery", "latency", "tasks"]));
  expect(areas.filter((area) => !page.includes(`/_cloud/${area}`))).toEqual([]);
});

test("every action of a fault rule", () => {
  let message = "";
  try {
    parseRule({ action: {} });
  } catch (error) {
    message = String(error);
  }
  const types = message.split("one of ")[1]?.split(", ") ?? [];
  expect(types).toEqual(expect.arrayContaining(["error", "throttle", "hang"]));
  expect(types.filter((type) => !page.includes(`| \`${type}\` `))).toEqual([]);
});

test("its examples are taken as they stand", async () => {
  const cloud = await startCloud();
  try {
    const examples = [...page.matchAll(/^curl (-X (\w+) )?-d '(.+)' http:\/\/127\.0\.0\.1:4566(\/\S+)$/gm)];
    expect(examples.length).toBeGreaterThanOrEqual(3);
    cloud.s3.createBucket("local-destination--eun1-az1--x-s3");
    for (const [, , method = "POST", body = "", path = ""] of examples) {
      const answer = await fetch(cloud.endpoint + path, { method, body });
      expect({ path, ok: answer.ok, text: await answer.text() }).toMatchObject({ path, ok: true });
    }
  } finally {
    await cloud.close();
  }
});
