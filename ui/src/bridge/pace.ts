/** How often progress is shown: where the processor draws, every frame takes time from the picture. */

/** Of the time, for showing progress. */
const SHARE = 0.03;
/** Milliseconds. Where a graphics device draws, the page's part of a frame is less, and nothing waits. */
const CHEAP = 5;
/** Whatever a frame costs, once in this many milliseconds is not too often. */
const LONGEST_PAUSE = 1000;
/** So many costs are remembered; their median counts, because a frame now and then is late for reasons of its own. */
const REMEMBERED = 5;

/** Calls `done` with the milliseconds that the next frame took; a hidden window's next frame comes when it is seen again. */
export type Watch = (done: (cost: number) => void) => void;

/** The callbacks of a frame come before its layout and painting, a timer's after them. */
function nextFrame(done: (cost: number) => void): void {
  requestAnimationFrame(() => {
    const begun = performance.now();
    setTimeout(() => done(performance.now() - begun));
  });
}

export class Pace {
  private costs: number[] = [];
  private watching = false;
  private readonly watch: Watch;

  constructor(watch: Watch = nextFrame) {
    this.watch = watch;
  }

  /** Milliseconds to wait after one showing of progress before the next. */
  get pause(): number {
    const middle = this.costs.toSorted((a, b) => a - b)[Math.floor(this.costs.length / 2)] ?? 0;
    return middle < CHEAP ? 0 : Math.min(middle / SHARE, LONGEST_PAUSE);
  }

  /** Something has changed on the page: remember what it costs to show. */
  changed(): void {
    if (this.watching) return;
    this.watching = true;
    this.watch((cost) => {
      this.watching = false;
      this.costs = [...this.costs, cost].slice(-REMEMBERED);
    });
  }
}
