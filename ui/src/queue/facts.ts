import type { Job } from "../bridge/messages.gen";
import { size } from "../design/format";
import { texts } from "../texts";

/** The second line of a queue row: state, size, number of pictures, attempts. */
export function factsOf({ request, state, attempt }: Job): string {
  const facts: string[] = [];
  if (state !== "queued") facts.push(texts.states[state]);
  if (request.width && request.height) facts.push(size(request.width, request.height));
  if (request.count > 1) facts.push(texts.queue.pictures(request.count));
  if (attempt > 1) facts.push(texts.queue.attempt(attempt));
  return facts.join(" · ") || texts.states[state];
}
