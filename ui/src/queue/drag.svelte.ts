/** Reordering by pointer. Not HTML drag and drop: the shell's file drops switch that off on some systems. */
export class Drag {
  job = $state<number | null>(null);
  /** The job before which the dragged one would land; null for the end. */
  before = $state<number | null>(null);
  private moved = $state(false);
  readonly atEnd = $derived(this.moved && this.before === null);
  private readonly done: (job: number, before: number | null) => void;

  constructor(done: (job: number, before: number | null) => void) {
    this.done = done;
  }

  start(job: number): void {
    this.job = job;
    this.moved = false;
  }

  move(event: PointerEvent, list: HTMLElement): void {
    if (this.job === null) return;
    if (event.buttons === 0) return this.stop();
    event.preventDefault();
    this.moved = true;
    const rows = [...list.querySelectorAll<HTMLElement>("[data-movable]")];
    const below = rows.find((row) => middle(row) > event.clientY);
    this.before = below ? Number(below.dataset["job"]) : null;
  }

  drop(): void {
    if (this.job !== null && this.moved && this.before !== this.job) this.done(this.job, this.before);
    this.stop();
  }

  /** Esc while dragging is about the drag, not about the job that runs. */
  escape(event: KeyboardEvent): void {
    if (this.job === null || event.key !== "Escape") return;
    this.stop();
    event.preventDefault();
    event.stopPropagation();
  }

  stop(): void {
    this.job = null;
    this.before = null;
    this.moved = false;
  }

  isTarget(job: number): boolean {
    return this.moved && this.before === job && this.job !== job;
  }
}

function middle(row: HTMLElement): number {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}
