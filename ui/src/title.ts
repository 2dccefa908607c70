import type { Page } from "./page.svelte";
import { fraction } from "./queue/progress";
import { texts } from "./texts";

/** The window's title says how far the current job is, for when the window is behind others. */
export function pageTitle(page: Page): string {
  const job = page.queue.running;
  if (!job) return texts.app.name;
  const percent = Math.floor(fraction(page.queue.progress.get(job.id)) * 100);
  return texts.app.title(`${percent} %`);
}
