import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { HOSTILE } from "../src/bridge/replay/hostile";
import { generate, open, tick } from "./browser";

/** What a string that had become markup or script would leave behind. */
async function traces(page: Page): Promise<unknown> {
  return page.evaluate(() => ({
    pwned: (window as unknown as { pwned?: unknown }).pwned ?? null,
    scripts: document.querySelectorAll("script:not([src^='/assets/'])").length,
    markup: document.querySelectorAll("iframe, object, embed, math, video, details, [onerror], [onload], [onclick]")
      .length,
    prototype: (Object.prototype as unknown as { pwned?: unknown }).pwned ?? null,
  }));
}

const NOTHING = { pwned: null, scripts: 0, markup: 0, prototype: null };

test("there are fifty hostile strings", () => {
  expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(50);
});

test("hostile prompts, names and sentences are shown as text in every place", async () => {
  const page = await open(`hostile&pictures=${HOSTILE.length}&jobs=${HOSTILE.length}&fail=internal-error`);
  await tick(page, 60);
  await page.click("[data-action=models]");
  await page.getByRole("dialog").getByText("<script>window.pwned=1</script>").first().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+,");
  await page.getByRole("dialog").getByText("<script>window.pwned=1</script>").waitFor();
  await page.keyboard.press("Escape");

  expect(await page.locator("[data-state=failed]").first().textContent()).toContain("<img src=x");
  expect(await traces(page)).toEqual(NOTHING);
});

test("hostile settings of every picture are shown as text in the big view", async () => {
  const page = await open(`hostile&pictures=${HOSTILE.length}&jobs=0`);
  await page.locator("[data-picture]").first().dblclick();

  for (let at = 0; at < HOSTILE.length; at += 1) {
    await page.locator("aside .actions").waitFor();
    await page.keyboard.press("ArrowRight");
  }

  expect(await traces(page)).toEqual(NOTHING);
});

test("hostile texts of dropped pictures are shown and taken over as text", async () => {
  const page = await open("hostile&pictures=0&jobs=0");

  for (const [at, text] of HOSTILE.entries()) {
    await page.evaluate((file) => window.darkroomReplay?.drop([file]), `/tmp/${at}.png`);
    await page.locator("[data-action=take]").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const typed = await page.evaluate(() => document.querySelector<HTMLTextAreaElement>("#prompt")?.value);
    expect(typed).toBe(text.toWellFormed() === text ? text : typed);
  }

  expect(await traces(page)).toEqual(NOTHING);
});

test("hostile names of presets are shown and used as text", async () => {
  const page = await open("pictures=0&jobs=0");
  await page.evaluate(
    (names) => {
      const presets = names.map((name) => ({ name, parts: ["prompt"], request: { prompt: name } }));
      localStorage.setItem("darkroom.presets", JSON.stringify(presets));
    },
    HOSTILE.filter((text) => text !== ""),
  );
  await page.reload();
  await page.waitForSelector("html[data-ready]");

  await page.keyboard.press("Control+s");
  await page.locator("[data-preset] .use").getByText("<script>window.pwned=1</script>").first().click();

  expect(await page.inputValue("#prompt")).toContain("<script>window.pwned=1</script>");
  expect(await traces(page)).toEqual(NOTHING);
});

test("hostile prompts are typed, sent and kept exactly", async () => {
  const page = await open("pictures=0");
  const sent: (string | undefined)[] = [];

  for (const text of HOSTILE) {
    await page.evaluate((value) => {
      const area = document.querySelector<HTMLTextAreaElement>("#prompt");
      if (!area) return;
      area.value = value;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
    if (text.trim() === "") await page.keyboard.press("Control+Enter");
    else await generate(page);
    sent.push(await page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.at(-1)?.request.prompt));
  }

  // Nobody can see a NUL, and no engine takes one: the field leaves it out.
  const visible = HOSTILE.map((text) => text.replaceAll("\0", "")).filter((text) => text.trim() !== "");
  expect(sent.filter((text) => text !== undefined && visible.includes(text)).length).toBeGreaterThanOrEqual(
    visible.length,
  );
  expect(await traces(page)).toEqual(NOTHING);
});
