import { expect, test } from "vitest";
import { Client } from "./bridge/client";
import { atOnce, fakeHost, fakeShelf } from "./bridge/replay/testing";
import { Page } from "./page.svelte";
import { pageTitle, percentDone, taskbar } from "./title";

test("title and task bar follow a job to its end, and only changes are told", async () => {
  const { host, engine, asked } = fakeHost();
  const page = new Page(new Client(host, atOnce()), fakeShelf());
  await page.start();
  page.draft.now.steps = 4;
  const tell = taskbar(page);
  const titles: string[] = [];

  tell(percentDone(page));
  await page.jobs.generate();
  while (page.queue.running ?? page.queue.waiting.length > 0) {
    engine.tick();
    tell(percentDone(page));
    titles.push(pageTitle(percentDone(page)));
  }

  const told = asked.filter((line) => line.startsWith("progress "));
  const percents = told.slice(0, -1).map((line) => Number(line.slice("progress ".length)));
  expect(told.at(-1)).toBe("progress null");
  expect(percents.length).toBeGreaterThan(4);
  expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
  expect(titles.at(-1)).toBe("Darkroom");
  expect(titles).toContain(`${percents.at(-1)} % – Darkroom`);
});
