import { SvelteMap } from "svelte/reactivity";
import type { Job, JobEvent, JobState, Progress, QueuePaused, Snapshot } from "../bridge/messages.gen";

const WAITING: ReadonlySet<JobState> = new Set(["queued", "interrupted"]);
const ACTIVE: ReadonlySet<JobState> = new Set(["running", "saving"]);
export const STOPPED: ReadonlySet<JobState> = new Set(["failed", "cancelled"]);

/** The queue, folded from events. Jobs that are done leave it: their pictures are in the gallery. */
export class QueueStore {
  readonly jobs = new SvelteMap<number, Job>();
  readonly progress = new SvelteMap<number, Progress>();
  paused = $state(false);
  /** The newest `seq` seen of each job; an event that is not newer is old news. */
  private readonly seen = new Map<number, number>();

  readonly running = $derived(this.inState(ACTIVE)[0]);
  readonly waiting = $derived(this.inState(WAITING).sort(byOrder));
  readonly stopped = $derived(this.inState(STOPPED).sort((a, b) => b.id - a.id));
  readonly failed = $derived(this.stopped.filter(({ state }) => state === "failed").length);

  applySnapshot(snapshot: Snapshot): void {
    this.seen.clear();
    this.jobs.clear();
    this.progress.clear();
    this.paused = snapshot.paused;
    snapshot.jobs.forEach((job) => this.put(job));
    for (const [id, progress] of Object.entries(snapshot.progress)) this.report(Number(id), progress);
  }

  /** A new engine counts from the start again. */
  forgetSequence(): void {
    this.seen.clear();
  }

  apply(event: JobEvent | QueuePaused): void {
    if (event.type === "queuePaused") {
      this.paused = event.paused;
      return;
    }
    if (!this.isNews(event)) return;
    switch (event.type) {
      case "jobChanged":
        return this.put(event.row);
      case "jobRemoved":
        return this.drop(event.job);
      case "jobProgressed":
        return this.report(event.job, event.progress);
      case "pictureSaved":
        return;
      default:
        event satisfies never;
    }
  }

  /** Those of `ids` that are still in the queue. */
  known(ids: readonly number[]): readonly Job[] {
    return ids.map((id) => this.jobs.get(id)).filter((job) => job !== undefined);
  }

  /** Where `job` goes when it moves by `by` places: the job it will stand before, null for the end. */
  target(job: number, by: -1 | 1): { before: number | null } | undefined {
    const at = this.waiting.findIndex((row) => row.id === job);
    const to = at + by;
    if (at < 0 || to < 0 || to >= this.waiting.length) return undefined;
    return { before: this.waiting[by < 0 ? to : to + 1]?.id ?? null };
  }

  private isNews(event: JobEvent): boolean {
    if (event.seq <= (this.seen.get(event.job) ?? -1)) return false;
    this.seen.set(event.job, event.seq);
    return true;
  }

  private put(job: Job): void {
    if (job.state === "done") return this.drop(job.id);
    this.jobs.set(job.id, job);
    if (!ACTIVE.has(job.state)) this.progress.delete(job.id);
  }

  private report(job: number, progress: Progress): void {
    const row = this.jobs.get(job);
    if (row && ACTIVE.has(row.state)) this.progress.set(job, progress);
  }

  private drop(job: number): void {
    this.jobs.delete(job);
    this.progress.delete(job);
  }

  private inState(states: ReadonlySet<JobState>): Job[] {
    return [...this.jobs.values()].filter((job) => states.has(job.state));
  }
}

function byOrder(a: Job, b: Job): number {
  return b.priority - a.priority || a.position - b.position || a.id - b.id;
}
