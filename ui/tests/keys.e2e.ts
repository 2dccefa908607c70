import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { focused, generate, INFOTEXT, open, paste, showShortcuts, tick } from "./browser";

const prompt = (page: Page): Promise<string> => page.inputValue("#prompt");
const jobs = (page: Page): Promise<number> => page.evaluate(() => window.darkroomReplay?.engine.kept.jobs.length ?? 0);

/** As in a web view that binds no keys for undo: what the page does not do is not done. */
async function withoutUndoKeys(page: Page): Promise<void> {
  await page.evaluate(() =>
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey && /^[zy]$/i.test(event.key)) event.preventDefault();
    }),
  );
}

async function hold(page: Page, keys: readonly string[], times: number): Promise<void> {
  const [key = "", ...held] = [...keys].reverse();
  for (const one of held) await page.keyboard.down(one);
  for (let at = 0; at < times; at += 1) await page.keyboard.down(key);
  for (const one of keys) await page.keyboard.up(one);
}

test("typing is taken back and done again, also where the web view binds no keys for it", async () => {
  const page = await open("pictures=0");
  await withoutUndoKeys(page);
  await page.fill("#prompt", "one");
  await page.keyboard.press("End");
  await page.keyboard.type(" two");

  await page.keyboard.press("Control+z");
  const undone = await prompt(page);
  await page.keyboard.press("Control+y");
  const redone = await prompt(page);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+Shift+Z");

  expect([undone, redone, await prompt(page)]).toEqual(["one", "one two", "one two"]);
});

test("weights, moved tags and old prompts are taken back like typing", async () => {
  const page = await open("pictures=0");
  await page.fill("#prompt", "an old one");
  await generate(page);
  await page.fill("#prompt", "sea, sky");
  await page.keyboard.press("Control+Home");
  const seen: string[] = [];

  for (const keys of ["Control+ArrowUp", "Alt+ArrowRight", "Alt+ArrowUp", "Control+z", "Control+z", "Control+z"]) {
    await page.keyboard.press(keys);
    seen.push(await prompt(page));
  }

  const [heavier = "", moved = ""] = seen;
  expect(seen).toEqual(["(sea:1.1), sky", "sky, (sea:1.1)", "an old one", moved, heavier, "sea, sky"]);
});

test("what was taken over is taken back from the prompt, until something is typed", async () => {
  const page = await open("pictures=0");
  const before = await prompt(page);
  await paste(page, INFOTEXT);
  await page.locator("[data-action=take]").click();
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.locator("#prompt").focus();
  await page.keyboard.press("Control+z");
  const back = await prompt(page);
  await page.keyboard.press("Control+y");
  const again = await prompt(page);
  await page.keyboard.press("End");
  await page.keyboard.type("!");
  await page.keyboard.press("Control+z");

  expect([back, again]).toEqual([before, "a red fox in the snow, (sharp:1.2)"]);
  expect(await prompt(page)).toBe(again);
});

test("keys that are held queue one job, and go on where that is the point", async () => {
  const page = await open("pictures=0");
  await page.fill("#prompt", "sea");

  await hold(page, ["Control", "Enter"], 6);
  await page.locator("[data-action=generate]").focus();
  await hold(page, ["Enter"], 6);
  await page.locator("#prompt").focus();
  await hold(page, ["Control", "ArrowUp"], 3);

  expect(await jobs(page)).toBe(2);
  expect(await prompt(page)).toBe("(sea:1.3)");
});

test("the gallery keeps the keyboard after a click, however far it goes", async () => {
  const page = await open("pictures=400");
  await page.locator("[data-picture]").first().click();

  await page.keyboard.press("End");
  await page.locator('[data-picture="400"]').waitFor({ state: "detached" });
  await page.keyboard.press("Home");
  await page.locator('[data-picture="400"]').waitFor();
  const kept = await focused(page);
  await page.locator('[data-picture="400"]').dblclick();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Delete");
  await page.getByText("Picture moved to the trash.").waitFor();

  expect(kept).toBe("Gallery");
});

test("Ctrl+A chooses the whole gallery, and no more of it is drawn", async () => {
  const page = await open("pictures=2600");
  await page.locator("[data-picture]").first().click();

  await page.keyboard.press("Control+a");
  await page.getByText("2,600 of 2,600 selected").waitFor();
  const drawn = await page.locator("[data-picture]").count();
  await page.keyboard.press("Delete");
  await page.getByText("2600 pictures moved to the trash.").waitFor();
  await page.keyboard.press("Control+z");
  await page.locator('[data-picture="2600"]').waitFor();

  expect(drawn).toBeLessThan(200);
});

test("a drag ends where the pointer is released, also outside the list", async () => {
  const page = await open("pictures=0&jobs=4");
  const handle = await page.locator('[data-job="4"] .handle').boundingBox();
  const first = await page.locator('[data-job="1"]').boundingBox();
  if (!handle || !first) throw new Error("the rows are not on the screen");

  await page.mouse.move(handle.x + 4, handle.y + 4);
  await page.mouse.down();
  await page.mouse.move(first.x - 300, first.y + 2, { steps: 4 });
  await page.mouse.up();

  await page.locator('[data-movable]:nth-child(1)[data-job="4"]').waitFor();
  expect(await page.locator(".dragged").count()).toBe(0);
});

test("Esc ends a drag and leaves the running job alone", async () => {
  const page = await open("pictures=0&jobs=4");
  await tick(page, 10);
  const handle = await page.locator('[data-job="4"] .handle').boundingBox();
  if (!handle) throw new Error("the row is not on the screen");
  await page.mouse.move(handle.x + 4, handle.y + 4);
  await page.mouse.down();
  await page.mouse.move(handle.x + 4, handle.y - 60, { steps: 4 });
  await page.locator(".dragged").waitFor();

  await page.keyboard.press("Escape");
  await page.locator(".dragged").waitFor({ state: "detached" });
  await page.mouse.up();

  expect(await page.locator('[data-job="1"]').getAttribute("data-state")).toBe("running");
  const order = await page.locator("[data-movable]").evaluateAll((rows) => rows.map((row) => row.dataset["job"]));
  expect(order).toEqual(["2", "3", "4"]);
});

test("the keyboard stays with a job that moves and goes to the next of one that leaves", async () => {
  const page = await open("pictures=0&jobs=6");
  await page.locator('[data-job="3"] .handle').focus();
  const seen: string[] = [];

  for (const [key, place] of [
    ["ArrowUp", 2],
    ["ArrowUp", 1],
    ["ArrowDown", 2],
    ["ArrowDown", 3],
    ["ArrowDown", 4],
    ["ArrowUp", 3],
  ] as const) {
    await page.keyboard.press(`Alt+${key}`);
    await page.locator(`[data-movable]:nth-child(${place})[data-job="3"]`).waitFor();
    seen.push(await focused(page));
  }
  await page.keyboard.press("Delete");
  await page.locator('[data-job="3"]').waitFor({ state: "detached" });

  expect(seen).toEqual(Array(6).fill("job 3"));
  expect(await focused(page)).toBe("job 4");
});

test.each(["Steps", "Seed"])("Esc takes back what was typed into %s before it cancels the job", async (name) => {
  const page = await open("pictures=0&jobs=1");
  await tick(page, 10);
  const field = page.getByRole("textbox", { name, exact: true });
  const before = await field.inputValue();
  await field.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("31");

  await page.keyboard.press("Escape");
  const after = [await field.inputValue(), await page.locator('[data-state="running"]').count()];
  await page.keyboard.press("Escape");
  await page.locator('[data-state="cancelled"]').waitFor();

  expect(after).toEqual([before, 1]);
});

test("what was refused is no news any more when the next request is taken", async () => {
  const page = await open("pictures=0");
  await page.evaluate(() => {
    const engine = window.darkroomReplay?.engine;
    if (!engine) return;
    const handle = engine.handle.bind(engine);
    engine.handle = (command) => {
      if (command.type !== "generate") return handle(command);
      engine.handle = handle;
      return { type: "refused", problem: { code: "bad-prompt", message: "No such prompt." } };
    };
  });
  await page.keyboard.press("Control+Enter");
  await page.getByText("No such prompt.").waitFor();

  await generate(page);

  await page.getByText("No such prompt.").waitFor({ state: "detached" });
});

test("nothing but text can be marked", async () => {
  const page = await open("pictures=9&jobs=3");
  await page.locator("[data-job]").first().click();

  await page.keyboard.press("Control+a");

  expect(await page.evaluate(() => getSelection()?.toString())).toBe("");
});

test("letters are typed at the start and after a dialog, not taken for commands", async () => {
  const page = await open("pictures=0");
  const first = await focused(page);
  await page.locator("#prompt").blur();
  await page.keyboard.press("Control+s");
  await page.keyboard.type("mine");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement !== document.body);

  expect([first, await focused(page)]).toEqual(["prompt", "prompt"]);
});

test("a NUL that nobody can see does not get into the prompt", async () => {
  const page = await open("pictures=0");
  await page.fill("#prompt", "");

  await page.evaluate(() => document.execCommand("insertText", false, "a\0b"));
  await page.evaluate(() => {
    const area = document.querySelector<HTMLTextAreaElement>("#prompt");
    if (!area) return;
    area.value = "c\0d";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  expect(await prompt(page)).toBe("cd");
});

test("the shapes are one stop of the Tab key and change with the arrows", async () => {
  const page = await open("pictures=0");
  await page.getByRole("button", { name: "Swap width and height" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");

  await page.keyboard.press("ArrowRight");
  const shape = await page.getByRole("radio", { checked: true }).getAttribute("aria-label");
  await page.keyboard.press("Tab");

  expect(shape).toMatch(/^(?!1:1)/);
  expect(await focused(page)).toBe("Steps");
});

test("the list of keys fits into a window of usual size", async () => {
  const page = await open("pictures=0", { size: { width: 1280, height: 860 } });

  await showShortcuts(page);

  const hidden = await page.locator("[role=dialog] .body").evaluate((body) => body.scrollHeight - body.clientHeight);
  expect(hidden).toBe(0);
});

test("marks that turn the direction of writing are shown in the names of models, not obeyed", async () => {
  const page = await open("pictures=0&hostile");

  await page.click("[data-action=models]");
  await page.getByRole("dialog").getByText("gnp.exe").first().waitFor();

  expect(await page.getByRole("dialog").textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
});
