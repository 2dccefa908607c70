import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { INFOTEXT, keepPresets, open, paste, showShortcuts, tick, type Size } from "./browser";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const NARROW: Size = { width: 420, height: 800 };

interface Screen {
  readonly search: string;
  readonly size?: Size;
  readonly show?: (page: Page) => Promise<unknown>;
}

const lost = { code: "engine-lost", message: "The engine stopped three times in five minutes." } as const;

const SCREENS: Readonly<Record<string, Screen>> = {
  idle: { search: "pictures=24" },
  empty: { search: "pictures=0" },
  loading: { search: "pictures=3&loading" },
  working: { search: "pictures=24&jobs=6", show: (page) => tick(page, 14) },
  paused: { search: "pictures=3&jobs=3", show: (page) => page.click("[data-action=pause]") },
  failed: { search: "pictures=3&jobs=1&fail=out-of-memory", show: (page) => tick(page, 40) },
  "failed below others": { search: "pictures=3&jobs=9&fail=out-of-memory", show: (page) => tick(page, 25) },
  "failed, panels hidden": {
    search: "pictures=3&jobs=1&fail=out-of-memory",
    show: (page) => page.click("[data-action=panels]").then(() => tick(page, 40)),
  },
  lost: {
    search: "pictures=3",
    show: (page) =>
      page.evaluate(
        (problem) => window.darkroomReplay?.emit({ type: "engineChanged", state: "stopping", problem }),
        lost,
      ),
  },
  notice: { search: "pictures=3", show: (page) => trash(page) },
  settings: { search: "pictures=3", show: (page) => page.keyboard.press("Control+,") },
  models: { search: "pictures=3", show: (page) => page.click("[data-action=models]") },
  presets: { search: "pictures=3", show: (page) => page.keyboard.press("Control+s") },
  "presets kept": { search: "pictures=3", show: (page) => keepPresets(page, ["Portrait", "Poster"]) },
  "preset renamed": { search: "pictures=3", show: (page) => renamePreset(page) },
  log: { search: "pictures=3", show: (page) => page.keyboard.press("Control+`") },
  shortcuts: { search: "pictures=3", show: (page) => showShortcuts(page) },
  take: {
    search: "pictures=3",
    show: (page) => page.evaluate(() => window.darkroomReplay?.drop(["/home/you/found.png"])),
  },
  pasted: { search: "pictures=3", show: (page) => paste(page, INFOTEXT) },
  viewer: { search: "pictures=3", show: (page) => page.locator("[data-picture]").first().dblclick() },
  compare: { search: "pictures=3", show: (page) => compare(page) },
  "chosen while another forms": { search: "pictures=3&jobs=2", show: (page) => choose(page) },
  troubled: { search: "pictures=0&jobs=1", show: (page) => trouble(page) },
  "viewer at actual size": { search: "pictures=3", show: (page) => actualSize(page) },
  "set by hand": { search: "pictures=3", show: (page) => page.click("[aria-label^='Seed +1']") },
  menu: { search: "pictures=3", show: (page) => page.locator("[data-picture]").first().click({ button: "right" }) },
  list: { search: "pictures=3", show: (page) => page.getByRole("combobox", { name: /^Sampler/ }).click() },
  "narrow compose": { search: "pictures=3", size: NARROW },
  "narrow picture": { search: "pictures=3", size: NARROW, show: (page) => page.keyboard.press("Alt+2") },
  "narrow queue": { search: "pictures=3&jobs=3", size: NARROW, show: (page) => page.keyboard.press("Alt+3") },
  "narrow paused": { search: "pictures=3&jobs=3", size: NARROW, show: (page) => pause(page) },
  "narrow failed": { search: "pictures=3&jobs=1&fail=out-of-memory", size: NARROW, show: (page) => tick(page, 40) },
  "scrolled away from what is chosen": { search: "pictures=90", show: (page) => scrollAway(page) },
  "narrow gallery": { search: "pictures=9", size: NARROW, show: (page) => page.keyboard.press("Alt+4") },
};

async function scrollAway(page: Page): Promise<void> {
  await page.locator("[data-picture]").first().click();
  await page.locator(".list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await page.locator('[data-picture="1"]').waitFor();
}

async function pause(page: Page): Promise<void> {
  await page.evaluate(() => window.darkroomReplay?.engine.handle({ type: "pauseQueue" }));
  await page.keyboard.press("Alt+2");
  await page.getByRole("button", { name: /^Resume queue/ }).waitFor();
}

async function renamePreset(page: Page): Promise<void> {
  await keepPresets(page, ["Portrait"]);
  await page.getByRole("button", { name: "Rename Portrait" }).click();
}

async function compare(page: Page): Promise<void> {
  await page.locator("[data-picture]").first().dblclick();
  await page.keyboard.press("c");
  await page.getByRole("slider", { name: /^Divider between/ }).waitFor();
}

async function choose(page: Page): Promise<void> {
  await tick(page, 12);
  await page.locator("[data-picture]").last().click();
  await page.getByText("Back to the live preview").waitFor();
}

async function trouble(page: Page): Promise<void> {
  const problem = { code: "internal-error", message: "The engine cannot load." } as const;
  await page.evaluate((broken) => {
    window.darkroomReplay?.emit({ type: "engineChanged", state: "ready", problem: broken });
  }, problem);
}

async function actualSize(page: Page): Promise<void> {
  await page.locator("[data-picture]").first().dblclick();
  await page.keyboard.press("z");
}

async function trash(page: Page): Promise<void> {
  await page.locator("[data-picture]").first().click();
  await page.keyboard.press("Delete");
  await page.getByText("Picture moved to the trash.").waitFor();
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return results.violations.map(
    (found) =>
      `${found.id}: ${found.nodes
        .map((node) => node.html)
        .join(" | ")
        .slice(0, 600)}`,
  );
}

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each(Object.entries(SCREENS))("the screen `%s` has no violation", async (_name, screen) => {
    const page = await open(screen.search, { theme, size: screen.size });
    await screen.show?.(page);
    await page.evaluate(() => new Promise(requestAnimationFrame));

    expect(await violations(page)).toEqual([]);
  });
});

test.each([
  ["a narrow window", { width: 360, height: 640 }],
  ["200 % zoom of a laptop", { width: 720, height: 450 }],
  ["200 % zoom of a small window", { width: 512, height: 350 }],
])("in %s nothing is cut off sideways and Generate is in sight", async (_name, size) => {
  const page = await open("pictures=9&jobs=3", { size });

  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const button = await page.locator("[data-action=generate]").boundingBox();

  expect(overflow).toBeLessThanOrEqual(0);
  expect(button && button.y + button.height <= size.height && button.x + button.width <= size.width).toBe(true);
});

test("in the narrowest window the longest word for the engine pushes nothing out", async () => {
  const page = await open("pictures=3&loading", { size: { width: 320, height: 480 } });

  const settings = await page.locator("[data-action=settings]").boundingBox();

  expect(settings && settings.x + settings.width).toBeLessThanOrEqual(320);
});

test("nothing is animated while a picture forms", async () => {
  const page = await open("pictures=9&jobs=3");
  await tick(page, 12);
  await page.locator("canvas.preview[data-key]").waitFor();

  const moving = await page.evaluate(() => document.getAnimations().map((one) => String(one.effect)));

  expect(moving).toEqual([]);
});

test("every control that has the keyboard shows it", async () => {
  const page = await open("pictures=3&jobs=2");
  const bare: string[] = [];

  for (let at = 0; at < 60; at += 1) {
    await page.keyboard.press("Tab");
    const plain = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const style = getComputedStyle(element);
      return style.outlineStyle === "none" && style.boxShadow === "none" ? element.outerHTML.slice(0, 200) : "";
    });
    if (plain) bare.push(plain);
  }

  expect(bare).toEqual([]);
});
