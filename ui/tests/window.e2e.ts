import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { generate, open, showShortcuts, tick } from "./browser";

const asked = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => [...(window.darkroomReplay?.asked ?? [])]);

/** The numbers are those of the number pad. */
const KEYS = ["Control++", "Control+NumpadAdd", "Control+-", "Control+NumpadSubtract", "Control+0", "Control+Numpad0"];
const SAID = ["larger", "larger", "smaller", "smaller", "usual", "usual"];

test.each([
  ["while a prompt is typed", async (page: Page) => page.locator("#prompt").focus()],
  ["from the gallery", async (page: Page) => page.locator("[data-picture]").first().click()],
  ["in the big view", async (page: Page) => page.locator("[data-picture]").first().dblclick()],
  ["over a dialog", (page: Page) => showShortcuts(page)],
  ["over an open list", (page: Page) => page.getByRole("combobox", { name: /^Sampler/ }).click()],
])("the keys for the window work %s", async (_where, go) => {
  const page = await open("pictures=3");
  await go(page);

  for (const keys of [...KEYS, "F11", "Control+q"]) await page.keyboard.press(keys);

  expect(await asked(page)).toEqual([...SAID, "full screen null", "close"]);
  expect(await page.locator("[aria-live=polite]").first().innerText()).toContain("100 percent");
});

test("a plus and a minus alone are typed", async () => {
  const page = await open("pictures=0");
  await page.fill("#prompt", "");
  await page.locator("#prompt").focus();

  await page.keyboard.type("a+b-c=0");

  expect([await page.inputValue("#prompt"), await asked(page)]).toEqual(["a+b-c=0", []]);
});

test("Esc leaves the full screen only where nothing else takes it", async () => {
  const page = await open("pictures=3");
  await generate(page);
  await tick(page, 6);
  await page.locator('[data-state="running"]').waitFor();
  await page.keyboard.press("Escape");
  await page.locator('[data-state="cancelled"]').waitFor();
  await page.locator("[data-picture]").first().click();
  await page.keyboard.press("Escape");
  await page.locator("[data-picture][aria-selected=true]").waitFor({ state: "detached" });
  await showShortcuts(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const before = await asked(page);

  await page.keyboard.press("Escape");

  expect([before, await asked(page)]).toEqual([[], ["full screen false"]]);
});

test("a number that was being typed counts when the window is closed", async () => {
  const page = await open("pictures=0");
  await page.getByRole("textbox", { name: "Steps", exact: true }).fill("17");

  await page.keyboard.press("Control+q");

  await page.waitForFunction(() => localStorage.getItem("darkroom.draft")?.includes('"steps":17'));
});

test("every key for the window and for walking is in the list", async () => {
  const page = await open("pictures=0");
  await showShortcuts(page);

  const rows = (await page.locator("[role=dialog] dl > div").allInnerTexts()).map((row) => row.replace(/\s+/g, " "));

  expect(rows).toEqual(
    expect.arrayContaining([
      "Next and previous, first and last picture ← → Home End",
      "Everything larger Ctrl +",
      "Everything smaller Ctrl -",
      "Everything at its usual size Ctrl 0",
      "Full screen, and back (also with Esc) F11",
      "Close Darkroom; what is queued goes on next time Ctrl W Ctrl Q",
    ]),
  );
});
