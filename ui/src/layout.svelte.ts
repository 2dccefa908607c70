import { flushSync } from "svelte";

export const VIEWS = ["prompt", "stage", "queue", "gallery"] as const;
export type View = (typeof VIEWS)[number];

/** The same bound as in App.svelte. */
const NARROW = "(max-width: 55rem)";

/** Which parts of the page are on the screen. `view` matters only where they do not all fit. */
export class Layout {
  view = $state<View>("prompt");
  /** The panels at the sides; off leaves the picture alone. */
  panels = $state(true);

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
