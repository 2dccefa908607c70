import { expect, test } from "vitest";
import { Client } from "../bridge/client";
import { atOnce, fakeHost, fakeShelf } from "../bridge/replay/testing";
import { wish } from "../bridge/wish";
import { Page } from "../page.svelte";
import { clean, summary } from "./actions";
import { presetOf, PresetStore } from "./presets.svelte";

const KEY = "darkroom.presets";

async function started(shelf = fakeShelf()): Promise<Page> {
  const page = new Page(new Client(fakeHost().host, atOnce()), shelf);
  await page.start();
  return page;
}

test("settings saved under a name come back over a restart, the prompt and the seed stay one's own", async () => {
  const shelf = fakeShelf();
  const first = await started(shelf);
  Object.assign(first.draft.now, {
    prompt: "one",
    negative: "fog",
    steps: 9,
    width: 320,
    height: 192,
    sampler: "heun",
  });
  first.draft.typeSeed("7");
  first.presetActions.save(" wide  heun ", false);

  const second = await started(shelf);
  Object.assign(second.draft.now, { prompt: "two", negative: "", steps: 50 });
  const [preset] = second.presets.list;
  if (preset) second.presetActions.use(preset);

  expect(preset?.name).toBe("wide heun");
  expect(second.draft.now).toMatchObject({ prompt: "two", negative: "", steps: 9, width: 320, sampler: "heun" });
  expect(second.draft.now.seed).toBeNull();
});

test("a preset with the prompts brings them", async () => {
  const page = await started();
  page.draft.now.prompt = "a boat";
  page.presetActions.save("boat", true);
  page.draft.now.prompt = "a tent";

  const [preset] = page.presets.list;
  if (preset) page.presetActions.use(preset);

  expect(page.draft.now.prompt).toBe("a boat");
});

test("saving under a name again replaces, and undo brings the old one back", async () => {
  const page = await started();
  page.draft.now.steps = 5;
  page.presetActions.save("mine", false);
  page.draft.now.steps = 6;
  page.presetActions.save("mine", false);
  const replaced = page.presets.find("mine")?.request.steps;

  page.notices.undo();

  expect(replaced).toBe(6);
  expect(page.presets.list.map((preset) => preset.request.steps)).toEqual([5]);
});

test("presets are renamed and deleted, and both can be taken back", async () => {
  const page = await started();
  page.presetActions.save("10 steps", false);
  page.presetActions.save("9 steps", false);
  const [nine] = page.presets.list;

  if (nine) page.presetActions.rename(nine, "11 steps");
  const renamed = page.presets.list.map((preset) => preset.name);
  const [ten] = page.presets.list;
  if (ten) page.presetActions.remove(ten);
  const left = page.presets.list.map((preset) => preset.name);
  page.notices.undo();
  page.notices.undo();

  expect([renamed, left]).toEqual([["10 steps", "11 steps"], ["11 steps"]]);
  expect(page.presets.list.map((preset) => preset.name)).toEqual(["9 steps", "10 steps"]);
});

test.each(["not json", "{}", "[1, null]", '[{"name":"x","parts":["hair"],"request":{}}]', '[{"name":"","parts":[]}]'])(
  "what is damaged (%s) is left out",
  (damaged) => {
    const shelf = fakeShelf();
    shelf.setItem(KEY, damaged);

    expect(new PresetStore(shelf).list).toEqual([]);
  },
);

test("a preset of an older version leaves open what it did not know", () => {
  const shelf = fakeShelf();
  shelf.setItem(KEY, '[{"name":"old","parts":["sampling"],"request":{"steps":12}}]');

  expect(new PresetStore(shelf).list).toEqual([
    { name: "old", parts: ["sampling"], request: { ...wish(""), steps: 12 } },
  ]);
});

test("a name is one line of at most 80 characters", () => {
  expect(clean("  a\n b\t")).toBe("a b");
  expect([...clean("\u{1F3A8}".repeat(200))]).toHaveLength(80);
});

test("a preset says in one line what it sets", () => {
  const request = wish("hidden", { width: 512, height: 768, steps: 28, sampler: "heun" });

  expect(summary(presetOf("x", request, false), [])).toBe("512 × 768 · Steps 28, Heun");
  expect(summary(presetOf("x", wish("hidden"), false), [])).toBe("Everything automatic");
});
