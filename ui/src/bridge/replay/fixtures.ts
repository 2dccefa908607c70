/** The made-up library of the replay: models, pictures and jobs, the same on every start. */

import type { Model, Picture, Plan, Settings, TextToImage } from "../messages.gen";
import { wish } from "../wish";
import { HOSTILE } from "./hostile";
import { randomFrom } from "./scene";

export const PROMPTS: readonly string[] = [
  "a lighthouse by the sea at sunset, a clear sky",
  "snowy mountains at dawn, a hot-air balloon in the middle",
  "a windmill among rolling hills, white clouds, in the evening",
  "a sailing boat on a calm sea at night, a full moon",
  "a cottage in the forest, falling rain, by day",
  "the desert at midnight, many stars, a tent on the left",
  "a clock tower in front of a big city at dusk",
];

export const MODELS: readonly Model[] = [
  model("starter", "Darkroom Starter", "starter", 41_200_000, 256),
  model("dreamshaper-8", "DreamShaper 8", "sd15", 2_132_625_894, 512),
  model("juggernaut-xl-v9", "Juggernaut XL v9", "sdxl", 7_105_348_592, 1024),
  {
    ...model("old-pickle", "old-pickle.ckpt", "unknown", 4_265_327_726, 512),
    problem: { code: "model-unsafe", message: "old-pickle.ckpt holds pickled code; convert it to safetensors." },
  },
];

function model(id: string, name: string, family: string, sizeBytes: number, edge: number): Model {
  const usual = { steps: 25, guidance: 7, sampler: "dpmpp_2m", schedule: "karras", clipSkip: 1 } as const;
  return { id, name, family, kind: "file", sizeBytes, width: edge, height: edge, ...usual, problem: null };
}

export const SETTINGS: Settings = {
  theme: "system",
  previews: "fine",
  previewRate: 0,
  device: "auto",
  model: null,
  modelFolders: ["/home/you/stable-diffusion/models"],
};

/** What the fake engine makes of a wish. */
export function planOf(asked: TextToImage, seed: number): Plan {
  const base = MODELS.find((row) => row.id === asked.model) ?? MODELS[0];
  return {
    prompt: asked.prompt,
    negative: asked.negative,
    model: asked.model ?? "starter",
    modelHash: "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa",
    family: base?.family ?? "starter",
    width: asked.width ?? base?.width ?? 512,
    height: asked.height ?? base?.height ?? 512,
    steps: asked.steps ?? 20,
    guidance: asked.guidance ?? 6.5,
    sampler: asked.sampler ?? "dpmpp_2m",
    schedule: asked.schedule ?? "karras",
    clipSkip: asked.clipSkip ?? 1,
    seed,
    precision: "float32",
    noise: "cpu",
    task: "textToImage",
    version: 1,
  };
}

const EPOCH = Date.UTC(2026, 10, 20, 9, 0);

export function picture(id: number, job: number, index: number, plan: Plan): Picture {
  const created = new Date(EPOCH + id * 61_000).toISOString();
  const file = `pictures/${created.slice(0, 10)}/${String(job).padStart(6, "0")}-${index}.png`;
  const { width, height, seed, prompt } = plan;
  return { id, job, index, file, width, height, seed, prompt, created, trashed: false, cut: false };
}

const SIZES = [
  [512, 512],
  [512, 512],
  [768, 512],
  [512, 768],
] as const;

/** `count` finished pictures, oldest first. */
export function oldPictures(count: number, hostile: boolean): Picture[] {
  const random = randomFrom(7);
  return Array.from({ length: count }, (_, at) => {
    const prompt = hostile ? HOSTILE[at % HOSTILE.length] : PROMPTS[at % PROMPTS.length];
    const [width, height] = SIZES[Math.floor(random() * SIZES.length)] ?? SIZES[0];
    const seed = Math.floor(random() * 2 ** 32);
    return picture(at + 1, at + 1, 0, planOf(wish(prompt ?? "", { width, height }), seed));
  });
}

export function hostileModels(): readonly Model[] {
  return HOSTILE.map((text, at) => ({ ...model(`hostile-${at}`, text, text, at, 512), id: `${at}:${text}` }));
}
