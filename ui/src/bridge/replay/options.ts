/** How the replay behaves, read from the page's address: `?pictures=200&pace=40&fail=out-of-memory`. */

import type { Code } from "../messages.gen";

export interface Options {
  /** Finished pictures in the gallery at the start. */
  readonly pictures: number;
  /** Jobs already waiting. */
  readonly jobs: number;
  /** Milliseconds between two steps; 0 means only `tick()` moves on. */
  readonly pace: number;
  /** Every job fails half-way with this code. */
  readonly fail: Code | null;
  /** Names, prompts and answers full of hostile text. */
  readonly hostile: boolean;
  /** The engine never answers. */
  readonly silent: boolean;
  /** The engine's first state. */
  readonly boot: "ready" | "loadingTorch";
  /** State survives a reload of the page, as the real engine's does. */
  readonly keep: boolean;
}

export function optionsFrom(search: string): Options {
  const given = new URLSearchParams(search);
  const number = (name: string, otherwise: number): number => Number(given.get(name) ?? otherwise);
  return {
    pictures: number("pictures", 24),
    jobs: number("jobs", 0),
    pace: number("pace", 120),
    fail: given.get("fail") as Code | null,
    hostile: given.has("hostile"),
    silent: given.has("silent"),
    boot: given.has("loading") ? "loadingTorch" : "ready",
    keep: given.has("keep"),
  };
}
