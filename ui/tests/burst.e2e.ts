import { expect, test } from "vitest";
import { open, tick } from "./browser";

test("5,000 events in one burst end in the state of the last, with few repaints and no script too long", async () => {
  const page = await open("pictures=0&jobs=3");
  await tick(page, 6);

  const changes = await page.evaluate(async () => {
    const replay = window.darkroomReplay;
    const job = replay?.engine.kept.jobs[0];
    const progress = job && replay?.engine.kept.progress[job.id];
    if (!replay || !job || !progress) throw new Error("nothing runs");
    let seen = 0;
    new MutationObserver(() => (seen += 1)).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    let seq = replay.engine.kept.seqs[job.id] ?? 0;
    for (let step = 1; step <= 5000; step += 1) {
      const preview = `${job.id}/0/${step}.7.512.512.5000`;
      replay.emit({
        type: "jobProgressed",
        job: job.id,
        seq: ++seq,
        progress: { ...progress, step, steps: 5000, preview },
      });
      if (step % 1000 === 0) replay.engine.handle({ type: "generate", request: { prompt: `between ${step}` } });
    }
    replay.engine.kept.seqs[job.id] = seq;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return seen;
  });
  await page.locator(".step-text", { hasText: "5000 / 5000" }).waitFor();
  await page.locator('canvas.preview[data-key*="/5000."]').waitFor();

  expect(changes).toBeLessThan(20);
  expect(await page.locator("[data-job]").count()).toBe(8);
});

test("ten thousand pictures are scrolled through with a handful of elements", async () => {
  const page = await open("pictures=10000");
  const list = page.getByRole("listbox", { name: "Gallery" });

  for (let at = 0; at < 6; at += 1) {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await list.focus();
  await page.keyboard.press("End");

  expect(await page.locator("[data-picture]").count()).toBeLessThan(120);
  expect(await page.getByText("10,000").count()).toBe(1);
});
