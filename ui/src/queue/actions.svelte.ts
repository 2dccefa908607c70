import type { Job, TextToImage } from "../bridge/messages.gen";
import { recall, remember, type Shelf } from "../bridge/shelf";
import type { Page } from "../page.svelte";
import { texts } from "../texts";
import { STOPPED } from "./queue.svelte";

const LAST_KEY = "darkroom.last";

/** What the user does to the queue. Each is one command; what it changes comes back as events. */
export class QueueActions {
  /** Requests sent and not yet accepted; shown when the engine takes its time. */
  sending = $state(0);
  private last: TextToImage | null;
  private readonly page: Page;
  private readonly shelf: Shelf;

  constructor(page: Page, shelf: Shelf) {
    this.page = page;
    this.shelf = shelf;
    this.last = recall(shelf, LAST_KEY, isRequest, null);
  }

  async generate(front = false): Promise<void> {
    const { draft, notices, library } = this.page;
    if (draft.now.prompt.trim() === "") {
      notices.info(texts.generate.empty);
      return;
    }
    this.last = draft.take();
    remember(this.shelf, LAST_KEY, this.last);
    library.follow();
    await this.submit(this.last, front);
  }

  /** The last request again, seed and all; also that of the last time Darkroom was open. */
  async repeat(): Promise<void> {
    if (this.last) await this.submit(this.last, false);
    else await this.generate();
  }

  async cancel(job = this.page.queue.running?.id): Promise<void> {
    if (job !== undefined) await this.page.attempt(() => this.page.client.request({ type: "cancelJob", job }));
  }

  /** Gives up the picture that is forming and goes on with the next of its batch. */
  async skip(): Promise<void> {
    const { queue, client } = this.page;
    const job = queue.running;
    const progress = job && queue.progress.get(job.id);
    // What is being saved is finished; skipping it would only be refused.
    if (!progress || progress.phase === "saving") return;
    await this.page.attempt(() => client.request({ type: "skipPicture", job: job.id, index: progress.index }));
  }

  async retry(job: number): Promise<void> {
    await this.page.attempt(() => this.page.client.request({ type: "retryJob", job }));
  }

  /** The job with all of its request; rows carry only the beginning of a long prompt. */
  async whole(job: Job): Promise<Job> {
    return job.cut ? (await this.page.client.request({ type: "getJob", job: job.id })).job : job;
  }

  async remove(job: Job): Promise<void> {
    await this.takeOut([job], () => texts.queue.removed);
  }

  /** Removes everything that waits; undo queues it again in the same order. */
  async clear(): Promise<void> {
    await this.takeOut(this.page.queue.waiting, texts.queue.cleared);
  }

  /** Removes everything that was cancelled or failed. */
  async sweep(): Promise<void> {
    await this.takeOut(this.page.queue.stopped, texts.queue.cleared);
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

  /** Removes jobs and offers back exactly those that went: one that has started meanwhile stays. */
  private async takeOut(jobs: readonly Job[], text: (count: number) => string): Promise<void> {
    const order = this.page.queue.waiting.map(({ id }) => id);
    const gone = await this.removeEach(jobs);
    if (gone.length === 0) return;
    const back: number[] = [];
    const undo = async (): Promise<void> => {
      for (const job of gone) back.push(...(await this.bringBack(job, order.slice(order.indexOf(job.id) + 1))));
    };
    const redo = (): Promise<void> => this.takeOut(this.page.queue.known(back), text);
    this.page.notices.undoable(text(gone.length), () => void undo(), redo);
  }

  /** Removes what can be removed and answers it; of several refusals the first is said. */
  private async removeEach(jobs: readonly Job[]): Promise<Job[]> {
    const gone: Job[] = [];
    const refusals: unknown[] = [];
    for (const job of jobs) {
      try {
        // Undo queues it again, and of a job that is gone nobody can ask.
        const whole = await this.whole(job);
        await this.page.client.request({ type: "removeJob", job: job.id });
        gone.push(whole);
      } catch (reason) {
        refusals.push(reason);
      }
    }
    const { notices } = this.page;
    if (refusals.length > 0) notices.problem(refusals[0], (problem) => this.page.remedy(problem));
    return gone;
  }

  /**
   * Queues a removed job again, before the first of `followers` that still waits; what had stopped comes back stopped,
   * for nobody asked to have it made. Answers the new job's id, or nothing when it was refused.
   */
  private async bringBack({ request, state, priority }: Job, followers: readonly number[]): Promise<number[]> {
    const id = await this.submit(request, false, priority);
    if (id === null) return [];
    const { queue } = this.page;
    const before = followers.find((follower) => queue.waiting.some((job) => job.id === follower));
    if (STOPPED.has(state)) await this.cancel(id);
    else if (before !== undefined) await this.move(id, before);
    return [id];
  }

  /** The id of the new job; null when it was refused. */
  private async submit(request: TextToImage, front: boolean, priority = 0): Promise<number | null> {
    this.sending += 1;
    let id: number | null = null;
    await this.page.attempt(async () => {
      id = (await this.page.client.request({ type: "generate", request, front, priority })).id;
      this.page.notices.worked();
    });
    this.sending -= 1;
    return id;
  }
}

/** Only the shape of the outside: what is wrong inside, the engine refuses with a sentence. */
function isRequest(value: unknown): value is TextToImage {
  return typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string";
}
