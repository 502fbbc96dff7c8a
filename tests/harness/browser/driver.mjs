// Drives Chromium by JSON commands on stdin, one a line; writes one line for each answer. Exits
// when stdin is closed.
//
//   node driver.mjs CHROMIUM
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

// How long the browser may take to close, in milliseconds.
const CLOSE_LIMIT = 5000;

const browser = await chromium.launch({ executablePath: process.argv[2] });
let page;
let errors = [];

const commands = {
  async open({ url }) {
    await page?.context().close();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    errors = [];
    page.on("pageerror", (error) => errors.push(`${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(url);
  },
  eval: ({ script }) => page.evaluate(script),
  errors: async () => errors,
  screenshot: async ({ path }) => void (await page.screenshot({ path })),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = { id: command.id, value: (await commands[command.do](command)) ?? null };
  } catch (error) {
    answer = { id: command.id, error: `${error}` };
  }
  console.log(JSON.stringify(answer));
}
setTimeout(() => process.exit(1), CLOSE_LIMIT).unref();
await browser.close();
process.exit(0);
