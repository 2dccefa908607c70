import { expect, test } from "vitest";
import { Client } from "../bridge/client";
import { atOnce, fakeHost, fakeShelf } from "../bridge/replay/testing";
import { wish } from "../bridge/wish";
import { Page } from "../page.svelte";

async function started(search: string) {
  const fake = fakeHost(search);
  const page = new Page(new Client(fake.host, atOnce()), fakeShelf());
  await page.start();
  return { ...fake, page, prompts: () => page.queue.waiting.map((job) => job.request.prompt) };
}

/** Until everything the page has begun by itself is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("a removed job comes back to its place", async () => {
  const { page, prompts } = await started("?pictures=0&jobs=4&pace=0");
  const before = prompts();
  const second = page.queue.waiting[1];

  if (second) await page.jobs.remove(second);
  page.notices.undo();
  await settled();

  expect(prompts()).toEqual(before);
});

test("when its next neighbour has gone, a removed job comes back before the one after that", async () => {
  const { page, prompts } = await started("?pictures=0&jobs=4&pace=0");
  const [a, , , d] = prompts();
  const [, second, third] = page.queue.waiting;

  if (second) await page.jobs.remove(second);
  if (third) await page.client.request({ type: "removeJob", job: third.id });
  page.notices.undo();
  await settled();

  expect(prompts()).toEqual([a, second?.request.prompt, d]);
});

test("a job that starts meanwhile stays; the others go, and undo brings back exactly those", async () => {
  const { page, host, prompts } = await started("?pictures=0&jobs=4&pace=0");
  const before = prompts();
  const answer = host.engine;
  const problem = { code: "queue-error", message: "Job 2 is running; cancel it first." };
  host.engine = async (command) =>
    command.includes('"removeJob"') && command.includes('"job":2')
      ? JSON.stringify({ type: "refused", problem })
      : answer(command);

  await page.jobs.clear();
  const left = prompts();
  const said = page.notices.list.map((notice) => notice.text);
  page.notices.undo();
  await settled();

  expect(left).toEqual([before[1]]);
  expect(said).toEqual([problem.message, "3 jobs removed from the queue."]);
  expect(prompts()).toEqual([before[0], before[1], ...before.slice(2)]);
});

test("a removed job with a long prompt comes back with all of it", async () => {
  const { page, engine } = await started("?pictures=0&jobs=1&pace=0");
  const request = wish("a lighthouse, ".repeat(200), { negative: "fog, ".repeat(200), seed: 3 });
  await page.client.request({ type: "generate", request });
  const row = page.queue.waiting[1];

  if (row) await page.jobs.remove(row);
  page.notices.undo();
  await settled();

  expect(row?.cut).toBe(true);
  expect(engine.kept.jobs.map((job) => job.request).at(-1)).toEqual(request);
});

test("the settings of a job are taken over with all of a long prompt", async () => {
  const { page } = await started("?pictures=0&pace=0");
  const request = wish("a lighthouse, ".repeat(200), { negative: "fog, ".repeat(200), seed: 3 });
  await page.client.request({ type: "generate", request });
  const [row] = page.queue.waiting;

  if (row) await page.library.useJob(row);

  expect(row?.request.prompt.length).toBeLessThan(request.prompt.length);
  expect(page.draft.now).toMatchObject({ prompt: request.prompt, negative: request.negative, seed: 3 });
});

test("the settings of a job with a short prompt are taken over without asking", async () => {
  const { page, sent } = await started("?pictures=0&jobs=1&pace=0");
  const [row] = page.queue.waiting;
  const before = sent.length;

  if (row) await page.library.useJob(row);

  expect(page.draft.now.prompt).toBe(row?.request.prompt);
  expect(sent.length).toBe(before);
});

test("what was cancelled or failed is swept out at once, and comes back without being made", async () => {
  const { page, prompts } = await started("?pictures=0&jobs=3&pace=0");
  const [first, second, third] = page.queue.waiting;
  await page.jobs.cancel(first?.id);
  await page.jobs.cancel(second?.id);

  await page.jobs.sweep();
  const swept = page.queue.stopped.length;
  page.notices.undo();
  await settled();

  expect(swept).toBe(0);
  expect(page.queue.stopped.map((job) => job.state)).toEqual(["cancelled", "cancelled"]);
  expect(prompts()).toEqual([third?.request.prompt]);
});

test("Generate lets go of the picture that was chosen: Delete would mean it, and it is not on the stage", async () => {
  const { page } = await started("?pictures=3&pace=0");
  page.selection.only(2);
  page.stage.choose(2);

  await page.jobs.generate();

  expect([...page.selection.ids]).toEqual([]);
  expect(page.stage.chosen).toBeNull();
});

test("the big view goes back to a picture that comes back from the trash", async () => {
  const { page } = await started("?pictures=3&pace=0");
  await page.library.open(2);
  await page.library.trash([2]);
  const neighbour = page.viewer.id;

  page.notices.undo();
  await settled();

  expect([neighbour, page.viewer.id]).toEqual([1, 2]);
});
