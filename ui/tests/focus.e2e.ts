/** What has the keyboard keeps it, or hands it on: with nothing focused, letters would be taken for commands. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, open, tick } from "./browser";

const NARROW = { width: 420, height: 800 };

/** What has the keyboard after the page was drawn: a button that cannot be pressed any more loses it only then. */
async function drawnFocus(page: Page): Promise<string> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  return focused(page);
}

test("a button that cannot be pressed any more keeps the keyboard and does nothing", async () => {
  const page = await open("pictures=0&jobs=3");
  const clear = page.getByRole("button", { name: /^Remove everything that waits/ });
  await clear.focus();

  await page.keyboard.press("Enter");
  await page.locator("[data-job]").first().waitFor({ state: "detached" });
  await page.keyboard.press("Enter");

  expect(await drawnFocus(page)).toMatch(/^Remove everything that waits/);
  expect(await clear.isDisabled()).toBe(true);
  expect(await page.getByText("removed from the queue").count()).toBe(1);
});

test("arrows go on in the big view while a button of it waits for the settings", async () => {
  const page = await open("pictures=5");
  await page.locator("[data-picture]").first().dblclick();
  const use = page.locator("[data-action=use]:not([aria-disabled])");
  await use.focus();

  for (const place of [2, 3, 4]) {
    await page.keyboard.press("ArrowRight");
    await page.getByText(`${place} of 5`).waitFor();
    await use.waitFor();
  }

  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-action"))).toBe("use");
});

test("arrows go on in the big view after a click has made the picture fit again", async () => {
  const page = await open("pictures=5");
  await page.locator("[data-picture]").first().dblclick();
  await page.locator("aside .actions").waitFor();
  await page.keyboard.press("z");
  await page.locator("[role=dialog] .zoomed img").click();
  await page.locator("[role=dialog] .zoomed").waitFor({ state: "detached" });
  await drawnFocus(page);

  await page.keyboard.press("ArrowRight");

  await page.getByText("2 of 5").waitFor();
});

test("the button that sweeps the queue leaves the keyboard to the queue", async () => {
  const page = await open("pictures=0&jobs=1&fail=out-of-memory");
  await tick(page, 40);
  await page.locator("[data-action=sweep]").focus();

  await page.keyboard.press("Enter");
  await page.locator("[data-action=sweep]").waitFor({ state: "detached" });

  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-region"))).toBe("queue");
});

test("what leaves the stage leaves the keyboard to it", async () => {
  const page = await open("pictures=3&jobs=1", { size: NARROW });
  await page.keyboard.press("Alt+2");
  const opened = await focused(page);
  await tick(page, 14);
  await page.locator("canvas.preview").waitFor();
  const formed = await drawnFocus(page);
  await page.locator("[data-action=cancel]").focus();
  await page.keyboard.press("Enter");
  await page.locator("[data-action=cancel]").waitFor({ state: "detached" });

  expect([opened, formed, await drawnFocus(page)]).toEqual([expect.stringMatching(/^Open: /), "Picture", "Picture"]);
});

test("a job that starts takes no keyboard that it did not have", async () => {
  const page = await open("pictures=3&jobs=1");
  await page.locator("#prompt").blur();

  await tick(page, 14);
  await page.locator("canvas.preview").waitFor();

  expect(await drawnFocus(page)).toBe("BODY");
});

test("a restart that is asked for leaves the keyboard to the prompt", async () => {
  const page = await open("pictures=3");
  await page.evaluate(() => {
    const problem = { code: "engine-lost", message: "The engine stopped three times." } as const;
    window.darkroomReplay?.emit({ type: "engineChanged", state: "stopping", problem });
  });
  const restart = page.getByRole("button", { name: "Restart engine" });

  await restart.press("Enter");
  await restart.waitFor({ state: "detached" });

  expect(await drawnFocus(page)).toBe("prompt");
});

test("where the prompt is not in sight, a dialog leaves the keyboard to the part that is", async () => {
  const page = await open("pictures=3", { size: NARROW });
  await page.keyboard.press("Alt+2");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.evaluate(() => window.darkroomReplay?.drop(["/home/you/found.png"]));
  await page.getByRole("dialog").waitFor();

  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.waitForFunction(() => document.activeElement?.closest("[data-region=stage]"));
});

test("what another hand moves to the trash is not chosen any more", async () => {
  const page = await open("pictures=5");
  await page.locator('[data-picture="4"]').click();
  await page.locator('[data-picture="3"]').click({ modifiers: ["Control"] });
  await page.getByText("2 of 5 selected").waitFor();

  await page.evaluate(() => window.darkroomReplay?.engine.handle({ type: "trashPictures", pictures: [3] }));
  await page.locator('[data-picture="3"]').waitFor({ state: "detached" });

  expect(await page.getByText(/selected$/).count()).toBe(0);
  expect(await page.getByRole("listbox", { name: "Gallery" }).getAttribute("aria-activedescendant")).toBe(null);
});
