import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { generate, open, tick } from "./browser";

const lost = { code: "engine-lost", message: "The engine was killed. It starts again." } as const;

const restart = (page: Page): Promise<void> =>
  page.evaluate((problem) => {
    window.darkroomReplay?.emit({ type: "engineChanged", state: "starting", problem });
    window.darkroomReplay?.emit({ type: "engineChanged", state: "starting", problem: null });
    window.darkroomReplay?.emit({ type: "engineChanged", state: "ready", problem: null });
  }, lost);

const strip = (page: Page) => page.locator("[data-region=stage] .strip");
const box = async (page: Page, what: string) => {
  const found = await page.locator(what).boundingBox();
  if (!found) throw new Error(`${what} is not on the screen`);
  return found;
};

test("C puts two pictures on one stage with a divider that keys and the pointer move", async () => {
  const page = await open("pictures=5");
  await page.locator('[data-picture="5"]').dblclick();
  await page.locator("aside .actions").waitFor();

  await page.keyboard.press("c");
  const divider = page.getByRole("slider", { name: /^Divider between/ });
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  const byKeys = await divider.getAttribute("aria-valuenow");
  const frame = await box(page, ".frame:has(> .layer)");
  await page.mouse.move(frame.x + frame.width * 0.7, frame.y + 20);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.25, frame.y + 40, { steps: 3 });
  await page.mouse.up();
  const byPointer = await divider.getAttribute("aria-valuenow");
  await page.keyboard.press("c");
  await divider.waitFor({ state: "detached" });
  await page.keyboard.press("ArrowRight");

  expect([byKeys, byPointer]).toEqual(["61", "25"]);
  await page.getByText("2 of 5").waitFor();
});

test("two selected pictures are compared, the later one on the right", async () => {
  const page = await open("pictures=5");
  await page.locator('[data-picture="1"]').click();
  await page.locator('[data-picture="4"]').click({ modifiers: ["Control"] });

  await page.click("[data-action=compare-selected]");
  await page.locator(".tag").first().waitFor();

  const seeds = await page.evaluate(() =>
    [4, 1].map((id) => window.darkroomReplay?.engine.kept.pictures.find((picture) => picture.id === id)?.seed),
  );
  expect(await page.locator(".tag").allTextContents()).toEqual([`Seed ${seeds[1]}`, `Seed ${seeds[0]}`]);
});

test("two selected pictures are compared with C, and it is the gallery that C comes back to", async () => {
  const page = await open("pictures=5");
  await page.keyboard.press("Alt+4");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");

  await page.keyboard.press("c");
  await page.getByRole("slider", { name: /^Divider between/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "listbox");
});

test("the wheel enlarges what is under the pointer, dragging moves it, and a click makes it fit again", async () => {
  const page = await open("pictures=3");
  await page.locator("[data-picture]").first().dblclick();
  const percent = page.locator("[data-action=zoom]");
  const image = page.locator("[role=dialog] .sheet img");
  const fitted = await percent.textContent();
  const before = await box(page, "[role=dialog] .sheet img");
  const point = { x: before.x + before.width * 0.25, y: before.y + before.height * 0.25 };
  await page.mouse.move(point.x, point.y);

  for (let at = 0; at < 6; at += 1) await page.mouse.wheel(0, -100);
  await page.locator(".zoomed").waitFor();
  await page.waitForFunction((text) => document.querySelector("[data-action=zoom]")?.textContent !== text, fitted);
  const after = await box(page, "[role=dialog] .sheet img");
  await page.mouse.down();
  await page.mouse.move(point.x + 30, point.y + 40, { steps: 3 });
  await page.mouse.up();
  const dragged = await box(page, "[role=dialog] .sheet img");
  const zoomed = await page.locator(".zoomed").count();
  await image.click({ position: { x: dragged.width / 2, y: dragged.height / 2 } });
  await page.locator(".zoomed").waitFor({ state: "detached" });

  expect((point.x - after.x) / after.width).toBeCloseTo(0.25, 1);
  expect([Math.round(dragged.x - after.x), Math.round(dragged.y - after.y), zoomed]).toEqual([30, 40, 1]);
  expect(await percent.textContent()).toBe(fitted);
});

test("Home and End go to the newest and the oldest picture of the big view", async () => {
  const page = await open("pictures=9");
  await page.locator('[data-picture="5"]').dblclick();

  await page.keyboard.press("End");
  await page.getByText("9 of 9").waitFor();
  await page.keyboard.press("Home");

  await page.getByText("1 of 9").waitFor();
});

test("a restart that took no time can still be read about, and nothing on the page moves for it", async () => {
  const page = await open("pictures=3");
  const before = await box(page, "main");

  await restart(page);
  const notice = page.locator("[data-notices]").getByText(lost.message);
  await notice.waitFor();

  expect(await box(page, "main")).toEqual(before);
  await page.getByRole("button", { name: "Show log" }).click();
  await page.getByRole("dialog", { name: "Engine log" }).waitFor();
});

test("a picture chosen while another forms keeps its actions, and the progress stays", async () => {
  const page = await open("pictures=5&jobs=1");
  await tick(page, 12);
  await page.locator("canvas.preview[data-key]").waitFor();

  await page.locator('[data-picture="2"]').click();
  await page.locator("[data-region=stage] img").waitFor();

  expect(await strip(page).count()).toBe(2);
  await page.getByRole("button", { name: "Use these settings" }).click();
  await page.getByText("Settings taken over.").waitFor();
});

test("Generate follows the new picture and marks no old one", async () => {
  const page = await open("pictures=3");
  await page.locator('[data-picture="1"]').click();
  await page.locator('[data-picture="1"][aria-selected=true]').waitFor();

  await generate(page);

  await page.locator('[data-picture="1"][aria-selected=false]').waitFor();
});

test("the first picture is awaited, not asked for, while the model loads", async () => {
  const page = await open("pictures=0&jobs=1&loading");
  const stage = page.locator("[data-region=stage]");
  await stage.getByText("as soon as the engine is ready").waitFor();

  await tick(page, 3);

  await stage.locator(".empty").getByText("Loading model").waitFor();
  expect(await stage.getByText("Write a prompt").count()).toBe(0);
});

test("a picture whose file is gone is said to be so in the gallery, on the stage and in the big view", async () => {
  const page = await open("pictures=0");
  await page.evaluate(() => {
    const gone = URL.createObjectURL(new Blob(["no picture"], { type: "image/png" }));
    // From here on every picture's address leads to a file that holds none.
    URL.createObjectURL = () => gone;
  });

  await generate(page);
  await tick(page, 40);
  await page.locator("[data-picture]").getByText("File missing").waitFor();
  await page.locator("[data-region=stage]").getByText("Its file may have been moved").waitFor();
  await page.locator("[data-region=stage] .open").click();

  await page.getByRole("dialog").getByText("Its file may have been moved").waitFor();
});

test("the side panels that F hides come back by a button", async () => {
  const page = await open("pictures=3");
  await page.locator("[data-region=stage]").focus();
  await page.keyboard.press("f");
  await page.locator("[data-region=gallery]").waitFor({ state: "hidden" });

  await page.click("[data-action=panels]");

  await page.locator("[data-region=gallery]").waitFor();
});

test("the gallery is made wider by pointer and by keys, and is so the next time", async () => {
  const page = await open("pictures=24");
  const width = async (): Promise<number> => (await box(page, ".side")).width;
  const divider = page.getByRole("separator", { name: /^Width of/ });
  const handle = await box(page, "[role=separator]");
  await page.mouse.move(handle.x + 4, handle.y + 300);
  await page.mouse.down();
  await page.mouse.move(handle.x - 96, handle.y + 300, { steps: 4 });
  await page.mouse.up();
  const dragged = await width();

  await divider.press("ArrowLeft");
  const wider = await width();
  await page.reload();
  await page.locator("[data-picture]").first().waitFor();
  const kept = await width();
  await divider.dblclick();

  expect(dragged).toBeGreaterThan(400);
  expect([wider - dragged, kept - wider]).toEqual([16, 0]);
  expect(await width()).toBeLessThan(dragged);
});

test("what stopped is swept out of the queue, and can be had back", async () => {
  const page = await open("pictures=0&jobs=3");
  await page.evaluate(() => [1, 2].forEach((job) => window.darkroomReplay?.engine.handle({ type: "cancelJob", job })));
  await page.locator("[data-state=cancelled]").nth(1).waitFor();

  await page.click("[data-action=sweep]");
  await page.locator("[data-state=cancelled]").first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();

  await page.locator("[data-state=cancelled]").nth(1).waitFor();
  expect(await page.locator("[data-state=queued]").count()).toBe(1);
});

test("an engine that cannot go on is not shown as ready", async () => {
  const page = await open("pictures=0");
  const problem = { code: "internal-error", message: "The engine cannot load: no torch." } as const;

  await page.evaluate((broken) => {
    window.darkroomReplay?.emit({ type: "engineChanged", state: "ready", problem: broken });
  }, problem);

  await page.getByText(problem.message).waitFor();
  await page.getByRole("button", { name: "Engine: Problem" }).waitFor();
});

test("a step that should have come long ago is missed, until the next one comes", async () => {
  const page = await open("pictures=0&jobs=1");
  await page.clock.install();
  await tick(page, 10);
  await page.locator(".step-text").waitFor();

  await page.clock.fastForward(60_000);
  await page.getByText("No step for more than").waitFor();
  await tick(page, 1);
  await page.clock.runFor(100);

  await page.getByText("No step for more than").waitFor({ state: "detached" });
});

test("everything selected is said to be the whole gallery", async () => {
  const page = await open("pictures=250");
  await page.keyboard.press("Alt+4");

  await page.keyboard.press("Control+a");

  await page.getByText("250 of 250 selected").waitFor();
});
