/** What can be done with a job, as rows of its menu. */

import ListStart from "@lucide/svelte/icons/list-start";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import SkipForward from "@lucide/svelte/icons/skip-forward";
import Square from "@lucide/svelte/icons/square";
import WandSparkles from "@lucide/svelte/icons/wand-sparkles";
import X from "@lucide/svelte/icons/x";
import type { Job } from "../bridge/messages.gen";
import type { MenuRow } from "../design/menu";
import { hint } from "../keys/bindings";
import type { Page } from "../page.svelte";
import { texts } from "../texts";

export function jobRows(page: Page, job: Job): readonly MenuRow[] {
  const use = { label: texts.queue.use, icon: WandSparkles, run: () => page.library.useJob(job) };
  return job.id === page.queue.running?.id ? [...stop(page, job), use] : [...start(page, job), use, remove(page, job)];
}

function stop({ jobs }: Page, job: Job): MenuRow[] {
  const cancel = { label: texts.queue.cancel, keys: hint("cancel"), icon: Square, run: () => jobs.cancel(job.id) };
  const skip = { label: texts.generate.skip, keys: hint("skip"), icon: SkipForward, run: () => jobs.skip() };
  return job.request.count > 1 ? [skip, cancel] : [cancel];
}

function start({ jobs, queue }: Page, job: Job): MenuRow[] {
  if (queue.stopped.some(({ id }) => id === job.id)) {
    return [{ label: texts.queue.retry, icon: RotateCw, run: () => jobs.retry(job.id) }];
  }
  const first = queue.waiting[0]?.id ?? null;
  return first === job.id ? [] : [{ label: texts.queue.toFront, icon: ListStart, run: () => jobs.move(job.id, first) }];
}

function remove({ jobs }: Page, job: Job): MenuRow {
  return { label: texts.queue.remove, keys: hint("trash"), icon: X, run: () => jobs.remove(job), apart: true };
}
