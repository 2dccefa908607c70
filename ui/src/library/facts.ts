import type { Model, PictureDetails } from "../bridge/messages.gen";
import { moment, size } from "../design/format";
import { texts } from "../texts";

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Takes the whole width: prompts. */
  readonly long: boolean;
}

/** All settings of a picture, in the order people look for them. */
export function factsOf({ picture, plan }: PictureDetails, models: readonly Model[] = []): readonly Fact[] {
  const names = texts.facts;
  const rows: readonly (readonly [string, string, boolean?])[] = [
    [names.prompt, plan.prompt, true],
    [names.negative, plan.negative, true],
    [names.model, models.find((model) => model.id === plan.model)?.name ?? plan.model],
    [names.hash, plan.modelHash.slice(0, 10)],
    [names.size, size(plan.width, plan.height)],
    [names.steps, String(plan.steps)],
    [names.guidance, String(plan.guidance)],
    [names.sampler, texts.samplers[plan.sampler] ?? plan.sampler],
    [names.schedule, texts.schedules[plan.schedule] ?? plan.schedule],
    [names.clipSkip, String(plan.clipSkip)],
    [names.seed, String(plan.seed)],
    [names.precision, plan.precision],
    [names.made, moment(picture.created)],
    [names.file, picture.file],
  ];
  return rows.filter(([, value]) => value !== "").map(([name, value, long = false]) => ({ name, value, long }));
}
