import type { Job, TextToImage } from "../bridge/messages.gen";
import { recall, remember, type Shelf } from "../bridge/shelf";
import type { Page } from "../page.svelte";
import { texts } from "../texts";

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
    const { draft, notices, stage } = this.page;
    if (draft.now.prompt.trim() === "") {
      notices.info(texts.generate.empty);
      return;
    }
    this.last = draft.take();
    remember(this.shelf, LAST_KEY, this.last);
    stage.follow();
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

  async remove(job: Job): Promise<void> {
    if (await this.takeOut([job])) this.undoable(texts.queue.removed, [job]);
  }

  /** Removes everything that waits; undo queues it again in the same order. */
  async clear(): Promise<void> {
    const jobs = [...this.page.queue.waiting];
    if (jobs.length === 0) return;
    if (await this.takeOut(jobs)) this.undoable(texts.queue.cleared(jobs.length), jobs);
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

  /** Removed jobs come back as new ones; removing them again means those. */
  private undoable(text: string, jobs: readonly Pick<Job, "id" | "request">[]): void {
    let back: Pick<Job, "id" | "request">[] = [];
    const undo = async (): Promise<void> => {
      for (const { request } of jobs) {
        const id = await this.submit(request, false);
        if (id !== null) back.push({ id, request });
      }
    };
    const redo = async (): Promise<void> => {
      const again = back;
      back = [];
      if (await this.takeOut(again)) this.undoable(text, again);
    };
    this.page.notices.undoable(text, () => void undo(), redo);
  }

  private async takeOut(jobs: readonly Pick<Job, "id">[]): Promise<boolean> {
    for (const { id } of jobs) {
      if (!(await this.page.attempt(() => this.page.client.request({ type: "removeJob", job: id })))) return false;
    }
    return true;
  }

  /** The id of the new job; null when it was refused. */
  private async submit(request: TextToImage, front: boolean): Promise<number | null> {
    this.sending += 1;
    let id: number | null = null;
    await this.page.attempt(async () => {
      id = (await this.page.client.request({ type: "generate", request, front })).id;
    });
    this.sending -= 1;
    return id;
  }
}

/** Only the shape of the outside: what is wrong inside, the engine refuses with a sentence. */
function isRequest(value: unknown): value is TextToImage {
  return typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string";
}
