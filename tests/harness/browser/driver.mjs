// Orders in, one line of JSON each; answers out, one line each. Ends when its input does.
//
//   node driver.mjs CHROMIUM
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

// How long an ordered end may take before it is forced, in milliseconds.
const END = 5000;

const browser = await chromium.launch({ executablePath: process.argv[2] });
let page;
let complaints = [];

const verbs = {
  async open({ url }) {
    await page?.context().close();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    complaints = [];
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
  },
  eval: ({ script }) => page.evaluate(script),
  complaints: async () => complaints,
  picture: async ({ path }) => void (await page.screenshot({ path })),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    answer = { id: order.id, value: (await verbs[order.do](order)) ?? null };
  } catch (error) {
    answer = { id: order.id, error: `${error}` };
  }
  console.log(JSON.stringify(answer));
}
setTimeout(() => process.exit(1), END).unref();
await browser.close();
process.exit(0);
