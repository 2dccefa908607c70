import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, generate, open, tick } from "./browser";

/** The pictures of the gallery that are chosen. */
const chosen = (page: Page): Promise<(string | undefined)[]> =>
  page.locator(".tile.selected").evaluateAll((tiles) => tiles.map((tile) => tile.dataset["picture"]));

const scrolled = (page: Page): Promise<number> => page.locator(".list").evaluate((list) => list.scrollTop);

async function scroll(page: Page, to: number): Promise<void> {
  await page.locator(".list").evaluate((list, top) => (list.scrollTop = top), to);
  await page.waitForFunction((top) => document.querySelector(".list")?.scrollTop === top, to);
}

/** The picture that lies in the middle of the gallery. */
const middle = (page: Page): Promise<string | undefined> =>
  page.locator(".list").evaluate((list) => {
    const { x, y, width, height } = list.getBoundingClientRect();
    const tile = document.elementFromPoint(x + width / 2 - 20, y + height / 2)?.closest<HTMLElement>("[data-picture]");
    return tile?.dataset["picture"];
  });

test("pictures far down are sorted out with Delete and arrows alone, and undo goes back to them", async () => {
  const page = await open("pictures=90");
  await scroll(page, 1500);
  const first = Number(await middle(page));
  await page.locator(`[data-picture="${first}"]`).click();
  const place = await scrolled(page);

  for (const gone of [first, first - 1]) {
    await page.keyboard.press("Delete");
    await page.locator(`[data-picture="${gone}"]`).waitFor({ state: "detached" });
  }
  const next = await chosen(page);
  const kept = await scrolled(page);
  await page.keyboard.press("Home");
  await page.locator('[data-picture="90"]').waitFor();
  await page.keyboard.press("Control+z");
  await page.locator(`[data-picture="${first - 1}"].selected`).waitFor();

  expect(next).toEqual([String(first - 2)]);
  expect(Math.abs(kept - place)).toBeLessThan(150);
  expect(await chosen(page)).toEqual([String(first - 1)]);
});

test("a finished picture moves nothing of a gallery that is scrolled, and is there at the top", async () => {
  const page = await open("pictures=90&jobs=1");
  await scroll(page, 1500);
  const before = await middle(page);

  await tick(page, 60);
  await page.getByText("91", { exact: true }).waitFor();
  const after = await middle(page);
  await page.locator(".list").focus();
  await page.keyboard.press("Home");

  await page.locator('[data-picture="91"].selected').waitFor();
  expect(after).toBe(before);
});

test("the gallery is where it was when the panels come back", async () => {
  const page = await open("pictures=90");
  await scroll(page, 1500);

  await page.locator(".list").focus();
  await page.keyboard.press("f");
  await page.locator(".list").waitFor({ state: "hidden" });
  await page.keyboard.press("f");
  await page.locator(".list").waitFor();

  await page.waitForFunction(() => document.querySelector(".list")?.scrollTop === 1500);
});

test("the gallery goes along with the big view", async () => {
  const page = await open("pictures=90");
  await page.locator('[data-picture="90"]').dblclick();
  await page.getByRole("dialog").waitFor();

  for (let at = 0; at < 45; at += 1) await page.keyboard.press("ArrowRight");
  await page.getByText("46 of 90").waitFor();
  await page.keyboard.press("Escape");

  await page.locator('[data-picture="45"].selected').waitFor();
  expect(await focused(page)).toBe("Gallery");
  expect(await scrolled(page)).toBeGreaterThan(0);
});

test("Ctrl+C copies the chosen picture, and in the big view what is marked comes first", async () => {
  const page = await open("pictures=3");
  await page.locator('[data-picture="3"]').click();

  await page.keyboard.press("Control+c");
  await page.getByText("Copied.").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.locator('[data-picture="3"]').dblclick();
  await page.locator("[role=dialog] dd").first().selectText();
  await page.keyboard.press("Control+c");
  const marked = await page.getByText("Copied.").count();
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await page.keyboard.press("Control+c");

  await page.getByText("Copied.").waitFor();
  expect(marked).toBe(0);
});

test("a job that failed below a long queue is told above it, and its button goes there", async () => {
  const page = await open("pictures=0&jobs=30&fail=out-of-memory");
  await tick(page, 25);

  await page.getByRole("button", { name: "1 failed" }).click();

  expect(await focused(page)).toBe("job 1");
  expect(await page.locator('[data-job="1"] .problem').isVisible()).toBe(true);
});

test("a job that failed while the panels are hidden is told beside what brings them back", async () => {
  const page = await open("pictures=0&jobs=30&fail=out-of-memory");
  await page.locator("[data-action=panels]").click();
  const told = page.getByRole("banner").getByRole("button", { name: "1 failed" });
  const before = await told.count();
  await tick(page, 25);

  await told.click();

  expect(before).toBe(0);
  expect(await focused(page)).toBe("job 1");
  expect(await page.locator('[data-job="1"] .problem').isVisible()).toBe(true);
  expect(await told.count()).toBe(0);
});

test("where the queue is not in sight, a paused one is resumed at the picture", async () => {
  const page = await open("pictures=3", { size: { width: 700, height: 900 } });
  await page.evaluate(() => window.darkroomReplay?.engine.handle({ type: "pauseQueue" }));
  await page.locator("#prompt").focus();
  await generate(page);

  await page.getByRole("button", { name: "Resume queue (1 waiting)" }).press("Enter");

  await page.getByRole("button", { name: "Resume queue (1 waiting)" }).waitFor({ state: "detached" });
  expect(await focused(page)).toBe("Picture");
});
