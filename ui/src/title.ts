import type { Page } from "./page.svelte";
import { fraction } from "./queue/progress";
import { texts } from "./texts";

/** How far the current job is, in whole percent; null when there is nothing to do. */
export function percentDone({ queue }: Page): number | null {
  if (queue.running) return Math.floor(fraction(queue.progress.get(queue.running.id)) * 100);
  return queue.waiting.length > 0 && !queue.paused ? 0 : null;
}

/** The window's title says it too, for when the window is behind others. */
export function pageTitle(percent: number | null): string {
  return percent === null ? texts.app.name : texts.app.title(`${percent} %`);
}

/** Tells the desktop each change; that nothing is to do only after there was something. */
export function taskbar(page: Page): (percent: number | null) => void {
  let told: number | null = null;
  return (percent) => {
    if (percent === told) return;
    told = percent;
    void page.client.host.showProgress(percent);
  };
}
