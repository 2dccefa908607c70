import type { Progress } from "../bridge/messages.gen";
import { bytes, pace, seconds } from "../design/format";
import { texts } from "../texts";

/** The small line under the phase; `stalled` is for how many seconds nothing has come that should have. */
export function factsOf(now: Progress, stalled: number | null): string[] {
  const facts: string[] = [];
  if (now.count > 1) facts.push(texts.stage.picture(now.index + 1, now.count));
  if (stalled !== null) return [...facts, texts.stage.stalled(seconds(stalled))];
  if (now.phase === "loading" && now.totalBytes > 0) {
    facts.push(texts.stage.bytes(bytes(now.doneBytes), bytes(now.totalBytes)));
  }
  if (now.secondsPerStep !== null && now.phase === "sampling") facts.push(pace(now.secondsPerStep));
  if (now.secondsLeft !== null) facts.push(texts.stage.left(seconds(now.secondsLeft)));
  return facts;
}
