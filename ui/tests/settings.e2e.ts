import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { generate, INFOTEXT, keepPresets, open, paste, tick } from "./browser";

const prompt = (page: Page): Promise<string> => page.inputValue("#prompt");
const field = (page: Page, name: string): Promise<string> => page.getByRole("textbox", { name }).inputValue();

test("pasted infotext is offered, and what is taken over takes its place", async () => {
  const page = await open("pictures=0");
  await paste(page, INFOTEXT);

  await page.locator("[data-action=take]").click();

  expect(await prompt(page)).toBe("a red fox in the snow, (sharp:1.2)");
  expect(await page.inputValue("#negative")).toBe("blurry");
  expect(await field(page, "Seed")).toBe("4021337");
});

test("pasted infotext whose prompt is not wanted leaves one's own prompt, and undo brings all back", async () => {
  const page = await open("pictures=0");
  const before = await prompt(page);
  await paste(page, INFOTEXT);
  await page.getByRole("checkbox", { name: "Prompt", exact: true }).click();

  await page.locator("[data-action=take]").click();
  const taken = [await prompt(page), await field(page, "Width")];
  await page.getByRole("button", { name: "Undo" }).click();

  expect(taken).toEqual([before, "768"]);
  expect([await prompt(page), await field(page, "Width")]).toEqual([before, "256"]);
});

test("pasted infotext can stay text", async () => {
  const page = await open("pictures=0");
  await page.fill("#prompt", "");
  await paste(page, INFOTEXT);

  await page.getByRole("button", { name: "Keep as text" }).click();

  expect(await prompt(page)).toBe(INFOTEXT);
});

test("what is left to the model says what the model does", async () => {
  const page = await open("pictures=0");
  const auto = (name: string) => page.getByRole("textbox", { name, exact: true }).getAttribute("placeholder");

  expect([await auto("Steps"), await auto("Guidance"), await auto("Clip skip")]).toEqual([
    "Auto (25)",
    "Auto (7)",
    "Auto (1)",
  ]);
  await page.getByLabel("Sampler: Auto (DPM++ 2M)").waitFor();
  await page.getByLabel("Schedule: Auto (Karras)").waitFor();
});

test("an embedding that the prompt names and nobody has is said to be left out", async () => {
  const page = await open("pictures=0");

  await page.fill("#prompt", "a boat, embedding:none");

  await page.getByText("No embedding none: left out").waitFor();
});

test("settings saved under a name come back after a restart, with the keyboard alone", async () => {
  const page = await open("pictures=0");
  await page.getByRole("slider", { name: "Steps" }).focus();
  await page.keyboard.press("ArrowRight");
  await keepPresets(page, ["my steps"]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Steps: back to automatic" }).click();

  await page.reload();
  await page.waitForSelector("html[data-ready]");
  const plain = await field(page, "Steps");
  await page.keyboard.press("Control+s");
  await page.getByRole("button", { name: /^my steps/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  expect(plain).toBe("");
  expect(await field(page, "Steps")).toBe("26");
});

test("a preset is renamed, deleted and brought back", async () => {
  const page = await open("pictures=0");
  await keepPresets(page, ["old name"]);

  await page.getByRole("button", { name: "Rename old name" }).click();
  await page.keyboard.type("new name");
  await page.keyboard.press("Enter");
  await page.locator("[data-preset='new name']").waitFor();
  await page.getByRole("button", { name: "Delete new name" }).click();
  await page.locator("[data-preset]").waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "deleted" }).getByRole("button", { name: "Undo" }).click();

  await page.locator("[data-preset='new name']").waitFor();
});

test("Escape leaves a name as it was and the presets open", async () => {
  const page = await open("pictures=0");
  await keepPresets(page, ["mine"]);
  await page.getByRole("button", { name: "Rename mine" }).click();
  await page.keyboard.type("other");

  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^mine/ }).waitFor();
});

test.each([
  ["Seed", "77", { seed: 77 }],
  ["Steps", "31", { steps: 31 }],
  ["Pictures", "3", { count: 3 }],
])("what is still being typed into %s counts at Ctrl+Enter", async (name, typed, expected) => {
  const page = await open("pictures=0");
  await page.getByRole("textbox", { name }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(typed);

  await generate(page);

  const request = await page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.at(-1)?.request);
  expect(request).toMatchObject(expected);
});

test("Alt+Enter skips one picture of several, the rest is made", async () => {
  const page = await open("pictures=0");
  await page.getByRole("textbox", { name: "Pictures" }).fill("3");
  await page.getByRole("textbox", { name: "Seed" }).fill("100");
  await generate(page);
  await tick(page, 10);
  await page.getByText("Picture 1 of 3").waitFor();

  await page.keyboard.press("Alt+Enter");
  await page.getByText("Picture 2 of 3").waitFor();
  await tick(page, 60);
  await page.locator("[data-picture]").nth(1).waitFor();

  expect(await page.locator("[data-picture]").evaluateAll((tiles) => tiles.map((tile) => tile.ariaLabel))).toEqual([
    expect.stringContaining("seed 102"),
    expect.stringContaining("seed 101"),
  ]);
});

test("a job of one picture offers Cancel and no Skip", async () => {
  const page = await open("pictures=0&jobs=1");
  await tick(page, 10);

  await page.locator("[data-action=cancel]").waitFor();

  expect(await page.locator("[data-action=skip]").count()).toBe(0);
});

test("a seed that counts up moves on with every request", async () => {
  const page = await open("pictures=0");
  await page.getByRole("textbox", { name: "Seed" }).fill("7");
  await page.getByRole("button", { name: /^Seed \+1/ }).click();

  await generate(page);
  await generate(page);

  const seeds = await page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.map((job) => job.request.seed));
  expect(seeds).toEqual([7, 8]);
  expect(await field(page, "Seed")).toBe("9");
});

test("the window's title says how far the job is", async () => {
  const page = await open("pictures=0");
  expect(await page.title()).toBe("Darkroom");

  await generate(page);
  await tick(page, 14);

  await page.waitForFunction(() => /^\d+ % – Darkroom$/.test(document.title));
});

test("the big view shows a picture pixel by pixel on Z", async () => {
  const page = await open("pictures=3");
  await page.locator("[data-picture]").first().dblclick();
  const width = () => page.locator("[role=dialog] img").evaluate((image) => image.getBoundingClientRect().width);
  await page.locator("aside .actions").waitFor();
  const fitted = await width();

  await page.keyboard.press("z");
  await page.locator(".zoomed img").waitFor();
  const actual = await width();

  const natural = await page.locator("[role=dialog] img").getAttribute("width");
  expect(String(actual)).toBe(natural);
  expect(fitted).not.toBe(actual);
});
