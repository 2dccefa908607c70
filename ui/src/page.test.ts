import { expect, test } from "vitest";
import { Client } from "./bridge/client";
import { atOnce, fakeHost, fakeShelf } from "./bridge/replay/testing";
import { Page } from "./page.svelte";
import { settled, started } from "./testing";

function ticks(engine: { tick(): boolean }, count: number): void {
  for (let at = 0; at < count; at += 1) engine.tick();
}

test("the first snapshot fills every store", async () => {
  const { page } = await started("?pictures=3&jobs=2&pace=0");

  expect(page.engine.view).toBe("ready");
  expect(page.queue.waiting).toHaveLength(2);
  expect(page.gallery.pictures.map((picture) => picture.id)).toEqual([3, 2, 1]);
  expect(page.models.list.length).toBeGreaterThan(0);
});

test("a job runs from Generate to a picture in the gallery", async () => {
  const { page, engine } = await started();
  page.draft.now.steps = 4;

  await page.jobs.generate();
  ticks(engine, 6);
  const midway = page.stage.shown;
  ticks(engine, 20);

  expect(midway.kind).toBe("forming");
  expect(page.queue.jobs.size).toBe(0);
  expect(page.gallery.newest?.prompt).toBe(page.draft.now.prompt);
  expect(page.stage.shown).toMatchObject({ kind: "picture", picture: { id: 4 } });
});

test("what the page folded from events equals what a new page is told", async () => {
  const { page, engine, host } = await started("?pictures=3&jobs=5&pace=0");
  ticks(engine, 9);
  engine.handle({ type: "moveJob", job: 8, before: 5 });
  engine.handle({ type: "removeJob", job: 6 });
  engine.handle({ type: "trashPictures", pictures: [2] });
  ticks(engine, 7);

  const other = new Page(new Client(host, atOnce()), fakeShelf());
  await other.start();

  expect(page.queue.running).toEqual(other.queue.running);
  expect(page.queue.waiting).toEqual(other.queue.waiting);
  expect([...page.queue.progress]).toEqual([...other.queue.progress]);
  expect(page.gallery.pictures).toEqual(other.gallery.pictures);
});

test("events that arrive between listening and the snapshot are not lost", async () => {
  const fake = fakeHost("?pictures=0&pace=0");
  const page = new Page(new Client(fake.host, atOnce()), fakeShelf());
  const answer = fake.host.engine;
  fake.host.engine = async (command) => {
    const early = await answer(command);
    if (command.includes("getSnapshot")) fake.engine.handle({ type: "generate", request: { prompt: "late" } });
    return early;
  };

  await page.start();

  expect(page.queue.waiting.map((job) => job.request.prompt)).toEqual(["late"]);
});

test("a restarted engine counts anew and is believed", async () => {
  const { page, engine } = await started("?pictures=0&jobs=2&pace=0");
  ticks(engine, 5);

  engine.emit({ type: "engineChanged", state: "starting", problem: { code: "engine-lost", message: "It died." } });
  expect(page.engine.view).toBe("restarting");
  engine.kept.seqs = {};
  engine.emit({ type: "engineChanged", state: "ready", problem: null });
  await Promise.resolve();
  engine.handle({ type: "cancelJob", job: 1 });

  expect(page.engine.view).toBe("ready");
  expect(page.queue.jobs.get(1)?.state).toBe("cancelled");
});

test("an engine that was given up says so and offers to restart", async () => {
  const { page, engine, asked } = await started();
  const problem = { code: "engine-lost", message: "The engine stopped three times." } as const;

  engine.emit({ type: "engineChanged", state: "stopping", problem });
  page.remedy(problem)[0]?.run();

  expect(page.engine.view).toBe("lost");
  expect(asked).toEqual(["restart"]);
});

test("skipping gives up one picture of a batch, and the rest is made", async () => {
  const { page, engine, sent } = await started();
  page.draft.typeSeed("100");
  page.draft.now.count = 3;
  page.draft.now.steps = 2;
  await page.jobs.generate();
  ticks(engine, 13);
  expect(page.queue.progress.get(page.queue.running?.id ?? 0)?.index).toBe(1);

  await page.jobs.skip();
  ticks(engine, 20);

  expect(sent.at(-1)).toEqual({ type: "skipPicture", job: 4, index: 1 });
  expect(page.gallery.pictures.map((picture) => picture.seed).slice(0, 2)).toEqual([102, 100]);
});

test("a picture that is being saved is not skipped", async () => {
  const { page, engine, sent } = await started("?pictures=0&jobs=1&pace=0");
  ticks(engine, 5);
  while (page.queue.progress.get(1)?.phase !== "saving") ticks(engine, 1);

  await page.jobs.skip();

  expect(sent.some((command) => command.type === "skipPicture")).toBe(false);
});

test("pasted settings are offered; taking them over puts the prompt back first", async () => {
  const { page } = await started();
  page.draft.now.prompt = "mine";
  const text = "a red fox\nNegative prompt: fog\nSteps: 28, Sampler: Euler a";
  page.draft.now.prompt += text;

  await page.library.inspectPasted(text, () => (page.draft.now.prompt = "mine"));
  const found = page.dialogs.found;
  if (found) page.library.takeFound(found, new Set(["negative", "size"]));

  expect(page.dialogs.open).toBe("take");
  expect(page.draft.now).toMatchObject({ prompt: "mine", negative: "fog", width: 768 });
});

test.each(["Steps: 12", "the steps: 28, of a stair", "{ a | b }"])("%s is a prompt like any other", async (text) => {
  const { page, sent } = await started();

  await page.library.inspectPasted(text, () => undefined);

  expect(sent.some((command) => command.type === "inspectText")).toBe(false);
});

test("text that the engine does not recognise is no notice", async () => {
  const { page } = await started();

  await page.library.inspectPasted('{"class_type": "x"}', () => undefined);

  expect(page.dialogs.open).toBeNull();
  expect(page.notices.list).toEqual([]);
});

test("a removed job comes back, and goes again by redo", async () => {
  const { page } = await started("?pictures=0&jobs=2&pace=0");
  const [first] = page.queue.waiting;
  const prompts = () => page.queue.waiting.map((job) => job.request.prompt);
  const before = prompts();

  if (first) await page.jobs.remove(first);
  page.notices.undo();
  await settled();
  const back = prompts();
  await page.notices.redo();

  expect(back.toSorted()).toEqual(before.toSorted());
  expect(prompts()).toEqual(before.slice(1));
});

test("clearing the queue can be undone in the same order", async () => {
  const { page } = await started("?pictures=0&jobs=3&pace=0");
  const prompts = page.queue.waiting.map((job) => job.request.prompt);

  await page.jobs.clear();
  expect(page.queue.waiting).toHaveLength(0);
  page.notices.undo();
  await settled();

  expect(page.queue.waiting.map((job) => job.request.prompt)).toEqual(prompts);
});

test("a failed job keeps its sentence, and can be tried again", async () => {
  const { page, engine } = await started("?pictures=0&jobs=1&pace=0&fail=out-of-memory");
  ticks(engine, 30);

  const [failed] = page.queue.stopped;
  await page.jobs.retry(failed?.id ?? 0);

  expect(failed?.problem?.code).toBe("out-of-memory");
  expect(page.announcer.urgent).toContain("memory");
  expect(page.queue.waiting).toHaveLength(1);
});

test("an empty prompt is not sent", async () => {
  const { page, sent } = await started();
  page.draft.now.prompt = "  ";

  await page.jobs.generate();

  expect(sent.some((command) => command.type === "generate")).toBe(false);
  expect(page.notices.list).toHaveLength(1);
});

test("a picture is exported where the user says", async () => {
  const { page, engine } = await started();
  const [picture] = page.gallery.pictures;

  if (picture) await page.library.saveAs(picture);

  expect(engine.exported).toEqual([`/chosen/${picture?.file.split("/").at(-1)}`]);
});

test("settings of a dropped picture wait for a choice and can be taken back", async () => {
  const { page } = await started();
  const before = page.draft.now.prompt;

  await page.library.inspect(["/home/you/found.png"]);
  const found = page.dialogs.found;
  if (found) page.library.use(found.settings.request, new Set(["prompt", "size"]));
  const taken = { prompt: page.draft.now.prompt, width: page.draft.now.width, steps: page.draft.now.steps };
  page.notices.undo();

  expect(page.dialogs.open).toBe("take");
  expect(taken).toEqual({ prompt: found?.settings.request.prompt, width: 768, steps: null });
  expect(page.draft.now.prompt).toBe(before);
});

test("of several dropped files the first readable one counts", async () => {
  const { page } = await started();

  await page.library.inspect(["/home/you/notes.txt", "/home/you/found.png", "/home/you/other.png"]);

  expect(page.dialogs.found?.name).toBe("found.png");
  expect(page.notices.list).toHaveLength(0);
});

test("a file that is no picture is a sentence, not a dialog", async () => {
  const { page } = await started();

  await page.library.inspect(["/home/you/notes.txt"]);

  expect(page.dialogs.open).toBeNull();
  expect(page.notices.list[0]).toMatchObject({ kind: "error", code: "picture-unreadable" });
});

test("progress of one job at 5,000 events a burst ends with the last of them", async () => {
  const { page, engine } = await started("?pictures=0&jobs=1&pace=0");
  ticks(engine, 5);
  const job = page.queue.running?.id ?? 0;
  const progress = page.queue.progress.get(job);
  const start = engine.kept.seqs[job] ?? 0;

  for (let step = 1; step <= 5000 && progress; step += 1) {
    engine.emit({ type: "jobProgressed", job, seq: start + step, progress: { ...progress, step, steps: 5000 } });
  }

  expect(page.queue.progress.get(job)?.step).toBe(5000);
});

test("an engine restarted on request is asked for everything again", async () => {
  const { page, engine, sent } = await started("?pictures=0&jobs=1&pace=0");
  ticks(engine, 3);
  const asked = sent.filter((command) => command.type === "getSnapshot").length;

  engine.kept.seqs = {};
  engine.emit({ type: "engineChanged", state: "starting", problem: null });
  await settled();
  engine.handle({ type: "cancelJob", job: 1 });

  expect(sent.filter((command) => command.type === "getSnapshot")).toHaveLength(asked + 1);
  expect(page.queue.jobs.get(1)?.state).toBe("cancelled");
});

test("settings too large for an event are asked for", async () => {
  const { page, engine } = await started();
  const folders = Array.from({ length: 500 }, (_, at) => `/models/${at}`);
  engine.kept.settings = { ...engine.kept.settings, modelFolders: folders };

  engine.emit({ type: "settingsChanged", settings: null });
  await settled();

  expect(page.settings.now.modelFolders).toEqual(folders);
});

test("a library that was made anew is begun with anew, for its numbers mean other pictures", async () => {
  const { page, engine, asked } = await started();
  const restart = async () => {
    engine.emit({ type: "engineChanged", state: "starting", problem: null });
    await settled();
    return [...asked];
  };

  const same = await restart();
  engine.kept.pictures = engine.kept.pictures.map((picture) => ({ ...picture, file: `other/${picture.file}` }));
  const anew = await restart();

  expect(page.gallery.pictures).toHaveLength(3);
  expect(same).not.toContain("start over");
  expect(anew.filter((what) => what === "start over")).toHaveLength(1);
});

test("a dead engine at the start is no notice; its restart fills the page", async () => {
  const fake = fakeHost("?pictures=2&pace=0");
  const alive = fake.host.engine;
  fake.host.engine = async () => Promise.reject({ code: "engine-lost", message: "The engine does not answer." });
  const page = new Page(new Client(fake.host, atOnce()), fakeShelf());
  await page.start();
  expect(page.notices.list).toEqual([]);

  fake.host.engine = alive;
  fake.engine.emit({ type: "engineChanged", state: "starting", problem: null });
  await settled();

  expect(page.gallery.pictures).toHaveLength(2);
});

test("the last request is repeated, seed and all, also after a restart", async () => {
  const shelf = fakeShelf();
  const before = await started(undefined, shelf);
  before.page.draft.now.prompt = "a red house at dusk";
  await before.page.jobs.generate();
  const made = before.engine.kept.jobs.at(-1)?.request;

  const after = await started(undefined, shelf);
  after.page.draft.now.prompt = "something else";
  await after.page.jobs.repeat();

  expect(after.engine.kept.jobs.at(-1)?.request).toEqual(made);
  expect(made?.prompt).toBe("a red house at dusk");
});
