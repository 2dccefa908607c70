/** Gathers what arrives faster than it can be shown and hands it over in order. */

import { Pace } from "./pace";

/** Asks to be called in `wait` milliseconds; returns how to take that back. */
export type Schedule = (run: () => void, wait: number) => () => void;

const FRAME_MS = 16;

/** At a frame, when one comes in time; a hidden window has none, and a timer takes its place. */
function inTime(run: () => void, wait: number): () => void {
  let frame = 0;
  const timer = setTimeout(
    () => {
      cancelAnimationFrame(frame);
      run();
    },
    Math.max(wait, FRAME_MS * 2),
  );
  if (wait <= FRAME_MS) {
    frame = requestAnimationFrame(() => {
      clearTimeout(timer);
      run();
    });
  }
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}

interface Options<T> {
  /** Whether this one may wait until progress is shown again; the others wait for a frame at most. */
  patient?: (item: T) => boolean;
  schedule?: Schedule;
  now?: () => number;
  pace?: Pace;
}

export class Batch<T> {
  deliver: (items: readonly T[]) => void = () => undefined;
  private items: T[] = [];
  private last = -Infinity;
  private due = Infinity;
  private takeBack: () => void = () => undefined;
  private readonly patient: (item: T) => boolean;
  private readonly schedule: Schedule;
  private readonly now: () => number;
  private readonly pace: Pace;

  constructor({
    patient = () => false,
    schedule = inTime,
    now = () => performance.now(),
    pace = new Pace(),
  }: Options<T> = {}) {
    this.patient = patient;
    this.schedule = schedule;
    this.now = now;
    this.pace = pace;
  }

  /** The first item after a pause is delivered at once: a lone event costs no latency. */
  add(item: T): void {
    this.items.push(item);
    const due = this.last + Math.max(FRAME_MS, this.patient(item) ? this.pace.pause : 0);
    if (due >= this.due) return;
    this.takeBack();
    const wait = due - this.now();
    if (wait <= 0) return this.flush();
    this.due = due;
    this.takeBack = this.schedule(() => this.flush(), wait);
  }

  private flush(): void {
    this.due = Infinity;
    this.takeBack = () => undefined;
    this.last = this.now();
    const items = this.items;
    this.items = [];
    this.deliver(items);
    this.pace.changed();
  }
}
