import type { Progress } from "../bridge/messages.gen";

/** How much of a job is done, 0 to 1; all its pictures count the same. */
export function fraction(progress: Progress | undefined): number {
  if (!progress || progress.count <= 0) return 0;
  return Math.min(1, (progress.index + ofPicture(progress)) / progress.count);
}

/** The share of one picture: decoding and saving come after the last step, so it reads full only when saved. */
function ofPicture(progress: Progress): number {
  if (progress.phase === "decoding" || progress.phase === "saving") return 0.97;
  return progress.steps > 0 ? (0.95 * progress.step) / progress.steps : 0;
}

const LEAST_PATIENCE = 5;
const SLOWER = 10;

/** Seconds without a step after which something may be wrong; null while it is not known how long a step takes. */
export function patience({ phase, secondsPerStep }: Progress): number | null {
  return phase === "sampling" && secondsPerStep !== null ? Math.max(LEAST_PATIENCE, SLOWER * secondsPerStep) : null;
}
