import type { EngineEvent, Job, Progress } from "../bridge/messages.gen";
import { fraction } from "../queue/progress";
import { texts } from "../texts";

const QUARTERS = [75, 50, 25] as const;

/** What a screen reader is told: start, quarters, done, error. Nothing else, so that it is worth listening to. */
export class Announcer {
  polite = $state("");
  urgent = $state("");
  private readonly heard = new Map<number, number>();

  apply(event: EngineEvent): void {
    if (event.type === "jobChanged") return this.changed(event.row);
    if (event.type === "jobProgressed") return this.progressed(event.job, event.progress);
    if (event.type === "pictureSaved") this.polite = texts.announce.saved(event.picture.prompt);
  }

  private changed(job: Job): void {
    if (job.state === "running" && !this.heard.has(job.id)) {
      this.heard.set(job.id, 0);
      this.polite = texts.announce.started(job.request.prompt);
    }
    if (job.state === "failed") this.urgent = job.problem?.message ?? texts.announce.failed;
    if (job.state === "cancelled") this.polite = texts.announce.cancelled;
    if (job.state !== "running" && job.state !== "saving") this.heard.delete(job.id);
  }

  private progressed(job: number, progress: Progress): void {
    const percent = fraction(progress) * 100;
    const quarter = QUARTERS.find((mark) => percent >= mark) ?? 0;
    if (quarter <= (this.heard.get(job) ?? 0)) return;
    this.heard.set(job, quarter);
    this.polite = texts.announce.quarter(quarter);
  }
}
