import type { TextToImage } from "./messages.gen";

/** A request that leaves everything to the model, except what is named. */
export function wish(prompt: string, named: Partial<TextToImage> = {}): TextToImage {
  return {
    prompt,
    negative: "",
    model: null,
    width: null,
    height: null,
    steps: null,
    guidance: null,
    sampler: null,
    schedule: null,
    clipSkip: null,
    seed: null,
    count: 1,
    ...named,
  };
}
