import { seedAfter } from "../bridge/exact";
import type { Job, TextToImage } from "../bridge/messages.gen";
import type { Page } from "../page.svelte";
import { texts } from "../texts";

/** What the user does to the queue. Each is one command; what it changes comes back as events. */
export class QueueActions {
  /** Requests sent and not yet accepted; shown when the engine takes its time. */
  sending = $state(0);
  private last: TextToImage | null = null;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async generate(front = false): Promise<void> {
    const { draft, notices, stage } = this.page;
    if (draft.now.prompt.trim() === "") {
      notices.info(texts.generate.empty);
      return;
    }
    this.last = draft.take();
    stage.follow();
    await this.submit(this.last, front);
  }

  /** The last request again, seed and all. */
  async repeat(): Promise<void> {
    if (this.last) await this.submit(this.last, false);
    else await this.generate();
  }

  async cancel(job = this.page.queue.running?.id): Promise<void> {
    if (job !== undefined) await this.page.attempt(() => this.page.client.request({ type: "cancelJob", job }));
  }

  /** Gives up the picture that is forming. The rest of its batch is queued first, so that nothing can be lost. */
  async skip(): Promise<void> {
    const job = this.page.queue.running;
    if (!job) return;
    const rest = restOf(job, this.page.queue.progress.get(job.id)?.index ?? 0);
    if (rest && !(await this.submit(rest, true))) return;
    await this.cancel(job.id);
  }

  async retry(job: number): Promise<void> {
    await this.page.attempt(() => this.page.client.request({ type: "retryJob", job }));
  }

  async remove(job: Job): Promise<void> {
    const removed = await this.page.attempt(() => this.page.client.request({ type: "removeJob", job: job.id }));
    if (removed) this.page.notices.undoable(texts.queue.removed, () => void this.submit(job.request, false));
  }

  /** Removes everything that waits; undo queues it again in the same order. */
  async clear(): Promise<void> {
    const jobs = [...this.page.queue.waiting];
    if (jobs.length === 0) return;
    for (const { id } of jobs) {
      if (!(await this.page.attempt(() => this.page.client.request({ type: "removeJob", job: id })))) return;
    }
    this.page.notices.undoable(texts.queue.cleared(jobs.length), () => void this.submitAll(jobs));
  }

  async move(job: number, before: number | null): Promise<void> {
    if (before === job) return;
    await this.page.attempt(() => this.page.client.request({ type: "moveJob", job, before }));
  }

  async moveBy(job: number, by: -1 | 1): Promise<void> {
    const target = this.page.queue.target(job, by);
    if (target) await this.move(job, target.before);
  }

  async togglePause(): Promise<void> {
    const type = this.page.queue.paused ? "resumeQueue" : "pauseQueue";
    await this.page.attempt(() => this.page.client.request({ type }));
  }

  private async submitAll(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) await this.submit(job.request, false);
  }

  private async submit(request: TextToImage, front: boolean): Promise<boolean> {
    this.sending += 1;
    try {
      return await this.page.attempt(() => this.page.client.request({ type: "generate", request, front }));
    } finally {
      this.sending -= 1;
    }
  }
}

/** What is left of a batch after the picture at `index`: pictures of a batch have consecutive seeds. */
export function restOf(job: Job, index: number): TextToImage | null {
  const count = job.request.count - index - 1;
  if (count <= 0) return null;
  const seed = job.request.seed === null ? null : (seedAfter(job.request.seed, index + 1) as number);
  return { ...job.request, count, seed };
}
