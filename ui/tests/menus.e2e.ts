import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, open, tick } from "./browser";

const rows = (page: Page): Promise<string[]> => page.getByRole("menuitem").allInnerTexts();

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("menuitem", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("menu").waitFor({ state: "detached" });
}

/** Whether the web view's own menu would come at this place. */
async function ownMenuAt(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(selector)
    .evaluate((element) => element.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true })));
}

test("the web view's own menu comes in fields and nowhere else", async () => {
  const page = await open("pictures=3&jobs=1");

  expect(await ownMenuAt(page, "#prompt")).toBe(true);
  expect(await ownMenuAt(page, "[data-region=stage] img")).toBe(false);
  expect(await ownMenuAt(page, "[data-action=generate]")).toBe(false);
});

test("a picture of the gallery has a menu under the right button", async () => {
  const page = await open("pictures=5");
  await page.locator('[data-picture="4"]').click({ button: "right" });
  await page.getByRole("menu").waitFor();
  const offered = (await rows(page)).map((row) => row.split("\n")[0]);

  await choose(page, "Use seed");
  await page.getByText("Taken over: seed.").waitFor();

  expect(offered).toEqual([
    "Open",
    "Use these settings",
    "Use prompt",
    "Use seed",
    "Copy picture",
    "Copy settings",
    "Save as…",
    "Show in folder",
    "Move to trash",
  ]);
  expect(await page.locator('[data-picture="4"]').getAttribute("aria-selected")).toBe("true");
});

test("a picture whose menu is opened is chosen and seen large, unless it is one of several chosen", async () => {
  const page = await open("pictures=5");
  const name = (await page.locator('[data-picture="3"]').getAttribute("aria-label")) ?? "?";
  const large = page.locator("[data-region=stage]").getByRole("button", { name });

  await page.locator('[data-picture="3"]').click({ button: "right" });
  await page.getByRole("menu").waitFor();
  await large.waitFor();
  await page.keyboard.press("Escape");
  await page.locator('[data-picture="5"]').click({ modifiers: ["Shift"] });
  await page.locator('[data-picture="4"]').click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Move 3 pictures to trash/ }).waitFor();

  expect(await large.count()).toBe(1);
});

test("of several chosen pictures all go to the trash, and a second right click moves the menu", async () => {
  const page = await open("pictures=5");
  await page.locator('[data-picture="5"]').click();
  await page.locator('[data-picture="3"]').click({ modifiers: ["Shift"] });
  await page.locator('[data-picture="2"]').click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Move to trash/ }).waitFor();

  await page.keyboard.press("Escape");
  await page.locator('[data-picture="5"]').click();
  await page.locator('[data-picture="4"]').click({ modifiers: ["Shift"] });
  await page.locator('[data-picture="1"]').dispatchEvent("contextmenu", { clientX: 5, clientY: 5 });
  await page.locator('[data-picture="5"]').click();
  await page.locator('[data-picture="4"]').click({ modifiers: ["Shift"] });
  await page.locator('[data-picture="4"]').click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Move 2 pictures to trash/ }).click();

  await page.getByText("2 pictures moved to the trash.").waitFor();
});

test("the picture on the stage and in the big view have the menu too", async () => {
  const page = await open("pictures=5");
  await page.locator("[data-region=stage] img").click({ button: "right" });
  await choose(page, "Open");
  await page.getByRole("dialog").getByText("DPM++ 2M").waitFor();

  await page.locator("[role=dialog] img").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Move to trash/ }).click();
  await page.getByText("Picture moved to the trash.").waitFor();

  expect(await page.getByRole("dialog").count()).toBe(1);
  expect(await page.locator('[data-picture="5"]').count()).toBe(0);
});

test("the keys for a menu open that of the picture with the cursor, and Esc only closes it", async () => {
  const page = await open("pictures=5&jobs=2");
  await tick(page, 8);
  await page.keyboard.press("Alt+4");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");

  await page.keyboard.press("Shift+F10");
  const menu = await page.getByRole("menu").boundingBox();
  const tile = await page.locator('[data-picture="4"]').boundingBox();
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });

  expect(menu && tile && menu.y >= tile.y && menu.y <= tile.y + tile.height).toBe(true);
  expect(await focused(page)).toBe("Gallery");
  expect(await page.locator('[data-state="running"]').count()).toBe(1);
});

test("a queued job goes to the front, the running one is cancelled and tried again", async () => {
  const page = await open("pictures=0&jobs=4");
  await tick(page, 8);
  await page.locator('[data-job="4"] .handle').focus();
  await page.keyboard.press("ContextMenu");
  await choose(page, "Move to the front");
  await page.locator('[data-movable][data-job="4"] + [data-job="2"]').waitFor();

  await page.locator('[data-job="1"]').click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Cancel/ }).click();
  await page.locator('[data-job="1"][data-state="cancelled"]').click({ button: "right" });
  await choose(page, "Retry");

  await page.locator('[data-job="1"][data-state="queued"]').waitFor();
});
