const LARGEST = 16;
/** How far the wheel is turned for twice the size, in the pixels that browsers count it in. */
const DOUBLE = 400;
const LINE = 40;

/** How large a picture is shown: points of the screen for one of its own. */
export class Zoom {
  /** Null: as large as fits. */
  chosen = $state<number | null>(null);
  /** How large it is when it just fits. */
  fit = $state(1);
  readonly scale = $derived(this.chosen ?? this.fit);
  readonly percent = $derived(Math.round(this.scale * 100));

  /** Point by point, or as large as fits. */
  toggle(): void {
    this.chosen = this.chosen === null ? 1 : null;
  }

  /** Turning away from the hand makes it larger; it never gets smaller than what fits. */
  turn({ deltaY, deltaMode }: Pick<WheelEvent, "deltaY" | "deltaMode">): void {
    const turned = deltaMode === 0 ? deltaY : deltaY * LINE;
    const next = Math.min(Math.max(LARGEST, this.fit), this.scale * 2 ** (-turned / DOUBLE));
    this.chosen = next <= this.fit ? null : next;
  }
}
