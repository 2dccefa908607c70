/** What the fake engine says: rows, answers and sentences, without any state. */

import type { Answer, Job, Picture, Plan, Problem, Progress, TextToImage } from "../messages.gen";

/** Characters of a prompt in an event or a list; what is longer is cut there. */
export const LONGEST = 200;

export function row(id: number, request: TextToImage, position: number): Job {
  const created = new Date(Date.UTC(2026, 10, 21, 8, 0, id)).toISOString();
  return {
    id,
    state: "queued",
    request,
    position,
    priority: 0,
    attempt: 0,
    pictures: 0,
    skipped: 0,
    problem: null,
    created,
    cut: false,
  };
}

/** The row as events and the snapshot carry it: without the rest of a long prompt, and saying so. */
export function brief(job: Job): Job {
  const { prompt, negative } = job.request;
  const request = { ...job.request, prompt: beginning(prompt), negative: beginning(negative) };
  return { ...job, request, cut: request.prompt !== prompt || request.negative !== negative };
}

/** As `brief`, of a picture. */
export function briefPicture(picture: Picture): Picture {
  const prompt = beginning(picture.prompt);
  return { ...picture, prompt, cut: prompt !== picture.prompt };
}

function beginning(text: string): string {
  const characters = Array.from(text);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join("")}…` : text;
}

export function blank(progress: Partial<Progress> & Pick<Progress, "phase">): Progress {
  return {
    index: 0,
    count: 1,
    step: 0,
    steps: 0,
    doneBytes: 0,
    totalBytes: 0,
    secondsPerStep: null,
    secondsLeft: null,
    preview: null,
    ...progress,
  };
}

export function accepted(id: number | null = null): Answer {
  return { type: "accepted", id };
}

export function refused(code: Problem["code"], message: string): Answer {
  return { type: "refused", problem: { code, message } };
}

export function missing(kind: string, id: number): Answer {
  return refused("not-found", `${kind} ${id} does not exist any more; refresh the list.`);
}

export function counted(text: string): Answer {
  const tokens = text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
  const unknown = Array.from(text.matchAll(/embedding:([^\s,]+)/gu), (match) => match[1] ?? "");
  return { type: "tokenCount", tokens, chunks: Math.max(1, Math.ceil(tokens / 75)), unknown };
}

export function sentence(code: Problem["code"]): string {
  if (code === "out-of-memory") return "The picture of 512 × 512 did not fit into memory; try a smaller size.";
  return `The picture failed (${code}); try again or look into the engine log.`;
}

export function infotext(plan: Plan): string {
  return (
    `${plan.prompt}\nNegative prompt: ${plan.negative}\nSteps: ${plan.steps}, Sampler: ${plan.sampler}, ` +
    `CFG scale: ${plan.guidance}, Seed: ${plan.seed}, Size: ${plan.width}x${plan.height}, Model: ${plan.model}`
  );
}
