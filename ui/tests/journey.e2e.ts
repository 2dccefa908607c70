import { expect, test } from "vitest";
import { HOSTILE } from "../src/bridge/replay/hostile";
import { generate, open, tick } from "./browser";

/** A picture whose text makes the dialog as high as it gets. */
const LONG_TEXT = `/tmp/${HOSTILE.findIndex((text) => text.length >= 20_000)}.png`;

test("from launch to an exported picture with the keyboard alone", async () => {
  const page = await open("pictures=0");
  await page.keyboard.press("Alt+a");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("a windmill among rolling hills");

  await generate(page);
  await tick(page, 8);
  await page.locator("canvas.preview[data-key]").waitFor();
  const early = await page.locator("canvas.preview").getAttribute("data-key");
  await tick(page, 6);
  await page.locator(`canvas.preview:not([data-key="${early}"])`).waitFor();
  await tick(page, 20);
  await page.locator("[data-picture]").waitFor();
  await page.keyboard.press("Alt+4");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("DPM++ 2M").waitFor();
  await page.keyboard.press("Control+Shift+S");
  await page.getByText("Saved.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  expect(await page.evaluate(() => window.darkroomReplay?.engine.exported)).toHaveLength(1);
});

test("sampler and steps are set without a mouse", async () => {
  const page = await open("pictures=0");

  await page.getByRole("combobox", { name: /^Sampler/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "Heun" }).waitFor();
  await page.keyboard.type("heun");
  await page.keyboard.press("Enter");
  await page.getByRole("slider", { name: "Steps" }).focus();
  await page.keyboard.press("ArrowRight");
  await generate(page);
  const request = await page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.at(-1)?.request);

  expect(request).toMatchObject({ sampler: "heun", steps: 26 });
});

test("a page reloaded in the middle of a job shows the same", async () => {
  const page = await open("pictures=6&jobs=4&keep");
  await tick(page, 12);
  const seen = () =>
    page.evaluate(() => ({
      queue: [...document.querySelectorAll("[data-job]")].map((row) => [
        row.textContent,
        row.getAttribute("data-state"),
      ]),
      gallery: [...document.querySelectorAll("[data-picture]")].map((tile) => tile.getAttribute("data-picture")),
      step: document.querySelector(".step-text")?.textContent,
      preview: document.querySelector("canvas.preview")?.getAttribute("data-key"),
      engine: document.documentElement.dataset["engine"],
      prompt: document.querySelector<HTMLTextAreaElement>("#prompt")?.value,
    }));
  await page.fill("#prompt", "half a thought");
  await page.locator("canvas.preview[data-key]").waitFor();
  const before = await seen();

  await page.reload();
  await page.locator("html[data-ready] canvas.preview[data-key]").waitFor();

  expect(await seen()).toEqual(before);
  expect(before.step).toBe("7 / 20");
});

test("queued jobs change places by keyboard and by pointer", async () => {
  const page = await open("pictures=0&jobs=4");
  const order = () =>
    page.locator("[data-movable]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-job")));
  expect(await order()).toEqual(["1", "2", "3", "4"]);

  await page.locator('[data-job="3"] .handle').focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.locator('[data-movable]:nth-child(2)[data-job="3"]').waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.locator('[data-movable]:nth-child(1)[data-job="3"]').waitFor();
  const byKeyboard = await order();
  const handle = await page.locator('[data-job="4"] .handle').boundingBox();
  const first = await page.locator('[data-job="3"]').boundingBox();
  if (!handle || !first) throw new Error("the rows are not on the screen");
  await page.mouse.move(handle.x + 4, handle.y + 4);
  await page.mouse.down();
  await page.mouse.move(first.x + 20, first.y + 2, { steps: 4 });
  await page.mouse.up();
  await page.locator('[data-movable]:nth-child(1)[data-job="4"]').waitFor();

  expect(byKeyboard).toEqual(["3", "1", "2", "4"]);
  expect(await order()).toEqual(["4", "3", "1", "2"]);
});

test("a picture moved to the trash comes back with Ctrl+Z and goes again with Ctrl+Y", async () => {
  const page = await open("pictures=5");
  await page.keyboard.press("Alt+4");
  await page.keyboard.press("ArrowRight");

  await page.keyboard.press("Delete");
  await page.locator('[data-picture="5"]').waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  await page.locator('[data-picture="5"]').waitFor();
  await page.keyboard.press("Control+y");

  await page.locator('[data-picture="5"]').waitFor({ state: "detached" });
});

test("a dropped picture waits for a choice, and only what was chosen is taken", async () => {
  const page = await open("pictures=0");
  await page.evaluate(() => window.darkroomReplay?.drop(["/home/you/found.png"]));
  await page.getByRole("checkbox", { name: "Size" }).click();

  await page.locator("[data-action=take]").click();

  expect(await page.inputValue("#prompt")).toContain("sailing boat");
  expect(await page.getByRole("textbox", { name: "Seed" }).inputValue()).toBe("4021337");
  expect(await page.getByRole("textbox", { name: "Width" }).inputValue()).toBe("256");
});

test("what was said before a dialog leaves its buttons free", async () => {
  const page = await open("hostile&pictures=0", { size: { width: 1366, height: 768 } });
  const take = page.locator("[data-action=take]");
  const covered: boolean[] = [];

  for (const said of [0, 1, 1]) {
    expect(await page.locator(".notice").count()).toBe(said);
    await page.evaluate((file) => window.darkroomReplay?.drop([file]), LONG_TEXT);
    await take.waitFor();
    covered.push(
      await take.evaluate((button) => {
        const { left, top, right, bottom } = button.getBoundingClientRect();
        return !button.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
      }),
    );
    await page.keyboard.press("Enter");
    await take.waitFor({ state: "detached" });
  }

  expect(covered).toEqual([false, false, false]);
});

test("a failed job says why and can be tried again", async () => {
  const page = await open("pictures=0&jobs=1&fail=out-of-memory");
  await tick(page, 40);
  await page.locator('[data-state="failed"]').getByText("did not fit into memory").waitFor();

  await page.getByRole("button", { name: /^Retry/ }).click();

  await page.locator('[data-state="queued"]').waitFor();
});

test("an engine that never answers leaves the page usable", async () => {
  const page = await open("pictures=0&silent");

  await page.fill("#prompt", "patience");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Waiting for the engine").waitFor();
  await page.keyboard.press("Control+,");
  await page.getByRole("dialog", { name: "Settings" }).waitFor();

  expect(await page.getAttribute("html", "data-engine")).toBe("starting");
});

test("a screen reader hears start, quarters and the end, and nothing else", async () => {
  const page = await open("pictures=0");
  await page.evaluate(() => {
    const heard: string[] = [];
    const region = document.querySelector("[data-live=polite]");
    const note = (): void => void heard.push(region?.textContent ?? "");
    if (region) new MutationObserver(note).observe(region, { characterData: true, childList: true, subtree: true });
    (window as unknown as { heard: string[] }).heard = heard;
  });

  // Progress may wait for a second, and what a quarter takes decides whether it is worth a word.
  await page.clock.install();
  await generate(page);
  for (let at = 0; at < 32; at += 1) {
    await tick(page, 1);
    await page.clock.runFor(1_000);
  }
  await page.locator("[data-picture]").waitFor();

  const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard.map((line) => line.split(":")[0])).toEqual([
    "Started",
    "25 percent",
    "50 percent",
    "75 percent",
    "Picture finished",
  ]);
});
