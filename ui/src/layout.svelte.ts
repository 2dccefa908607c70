import { flushSync } from "svelte";
import { recall, remember, type Shelf } from "./bridge/shelf";

export const VIEWS = ["prompt", "stage", "queue", "gallery"] as const;
export type View = (typeof VIEWS)[number];

/** The same bound as in App.svelte. */
const NARROW = "(max-width: 55rem)";

const SIDE_KEY = "darkroom.side";
/** Widths of the queue and the gallery, in pixels. */
export const SIDE = { least: 208, most: 900 } as const;

/** Which parts of the page are on the screen, and how wide. `view` matters only where they do not all fit. */
export class Layout {
  view = $state<View>("prompt");
  /** The panels at the sides; off leaves the picture alone. */
  panels = $state(true);
  /** How wide the user made the queue and the gallery; null for what suits the window. */
  side = $state<number | null>(null);
  private readonly shelf: Shelf;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
    this.side = recall(shelf, SIDE_KEY, isWidth, null);
  }

  /** Makes the queue and the gallery so many pixels wide, also the next time; null for what suits the window. */
  widen(to: number | null): void {
    this.side = to === null ? null : Math.round(Math.min(SIDE.most, Math.max(SIDE.least, to)));
    remember(this.shelf, SIDE_KEY, this.side);
  }

  /** After Generate the picture is what counts; where all parts fit, nothing moves. */
  watch(): void {
    if (matchMedia(NARROW).matches && this.view === "prompt") this.go("stage");
  }

  /** Shows a part and puts the keyboard there. */
  go(view: View): void {
    this.view = view;
    this.panels ||= view !== "stage";
    flushSync();
    focusRegion(view);
  }
}

function focusRegion(view: View): void {
  const region = document.querySelector<HTMLElement>(`[data-region="${view}"]`);
  const first = region?.querySelector<HTMLElement>("[data-first]:not(:disabled)");
  (first ?? region)?.focus();
}

function isWidth(value: unknown): value is number {
  return typeof value === "number" && value >= SIDE.least && value <= SIDE.most;
}
