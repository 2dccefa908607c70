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
