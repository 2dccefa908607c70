import type { Job, Model, Progress } from "../bridge/messages.gen";
import { size } from "../design/format";
import { sizeOf } from "../tasks/draft.svelte";
import { texts } from "../texts";

/** The second line of a queue row: how it is doing, and what tells it from its neighbours. */
export function factsOf(job: Job, model: Model | undefined, progress?: Progress): string {
  const { request, attempt } = job;
  const { width, height } = sizeOf(request, model);
  const steps = progress?.phase === "sampling" ? undefined : (request.steps ?? model?.steps);
  const facts = [
    stateOf(job, progress),
    request.count > 1 ? texts.queue.pictures(request.count) : "",
    attempt > 1 ? texts.queue.attempt(attempt) : "",
    // Before what jobs often share: a narrow row has room for little.
    request.seed === null ? "" : texts.queue.seed(request.seed),
    size(width, height),
    steps === undefined ? "" : texts.queue.steps(steps),
  ];
  return facts.filter(Boolean).join(" · ");
}

/** That a row waits is said by where it is. */
function stateOf({ state }: Job, progress: Progress | undefined): string {
  if (state === "queued") return "";
  if (state !== "running" || !progress) return texts.states[state];
  if (progress.phase === "sampling") return texts.queue.step(progress.step, progress.steps);
  return texts.phases[progress.phase];
}
