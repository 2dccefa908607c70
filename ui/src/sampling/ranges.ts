import type { Range } from "../design/numbers";

/** What can be typed. The engine has the last word and says so in a sentence. */
export const RANGES = {
  edge: { min: 16, max: 8192, step: 8 },
  steps: { min: 1, max: 1000, step: 1 },
  guidance: { min: 0, max: 100, step: 0.1 },
  clipSkip: { min: 1, max: 12, step: 1 },
  count: { min: 1, max: 1000, step: 1 },
} as const satisfies Record<string, Range>;

/** Where the sliders end. */
export const MOST = { steps: 60, guidance: 20 } as const;
