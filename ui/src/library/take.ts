/** What a foreign picture offers, part by part, as text; empty when it says nothing about it. */

import type { Model, TextToImage } from "../bridge/messages.gen";
import { size } from "../design/format";
import { PARTS, type Part } from "../tasks/draft.svelte";
import { texts } from "../texts";

const describe: Record<Part, (request: TextToImage) => string> = {
  prompt: (request) => request.prompt,
  negative: (request) => request.negative,
  size: ({ width, height }) => (width !== null && height !== null ? size(width, height) : ""),
  seed: ({ seed }) => (seed === null ? "" : String(seed)),
  model: ({ model }) => model ?? "",
  sampling: (request) =>
    [
      request.steps === null ? "" : `${texts.sampling.steps} ${request.steps}`,
      request.guidance === null ? "" : `${texts.sampling.guidance} ${request.guidance}`,
      request.sampler === null ? "" : (texts.samplers[request.sampler] ?? request.sampler),
      request.schedule === null ? "" : (texts.schedules[request.schedule] ?? request.schedule),
      request.clipSkip === null ? "" : `${texts.sampling.clipSkip} ${request.clipSkip}`,
    ]
      .filter(Boolean)
      .join(", "),
};

const SETTINGS_LINE = /^\s*Steps: *\d+,/m;
const GRAPH = /^\s*\{[\s\S]*"class_type"/;

/** Whether a text is worth asking the engine about: infotext, or a ComfyUI graph. The engine has the last word. */
export function mayBeSettings(text: string): boolean {
  return SETTINGS_LINE.test(text) || GRAPH.test(text);
}

export function given(request: TextToImage, part: Part): string {
  return describe[part](request);
}

/** Chosen to begin with: everything that is given, but not a model that is not here. */
export function worthTaking(request: TextToImage, models: readonly Model[]): ReadonlySet<Part> {
  const parts = PARTS.filter((part) => given(request, part) !== "");
  const here = models.some((model) => model.id === request.model && !model.problem);
  return new Set(parts.filter((part) => part !== "model" || here));
}
