/** Gathers what arrives faster than the screen refreshes and hands it over in order, at most once per frame. */

/** Asks to be called soon; the default is the next frame, or a timer when the window is hidden and has no frames. */
export type Schedule = (run: () => void) => void;

const FRAME_MS = 16;

function nextFrame(run: () => void): void {
  let waiting = true;
  const once = (): void => {
    if (!waiting) return;
    waiting = false;
    clearTimeout(timer);
    run();
  };
  const timer = setTimeout(once, FRAME_MS * 2);
  requestAnimationFrame(once);
}

export class Batch<T> {
  deliver: (items: readonly T[]) => void = () => undefined;
  private items: T[] = [];
  private scheduled = false;
  private last = -Infinity;
  private readonly schedule: Schedule;
  private readonly now: () => number;

  constructor(schedule: Schedule = nextFrame, now: () => number = () => performance.now()) {
    this.schedule = schedule;
    this.now = now;
  }

  /** The first item after a quiet frame is delivered at once: a lone event costs no latency. */
  add(item: T): void {
    this.items.push(item);
    if (this.scheduled) return;
    if (this.now() - this.last >= FRAME_MS) return this.flush();
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    this.last = this.now();
    const items = this.items;
    this.items = [];
    this.deliver(items);
  }
}
