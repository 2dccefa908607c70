/** A small deterministic engine for the browser: accepts every command, moves on by `tick()`, answers with events. */

import type {
  Answer,
  Command,
  EngineEvent,
  EngineState,
  Job,
  JobState,
  Picture,
  Plan,
  Problem,
  Progress,
  Settings,
  TextToImage,
} from "../messages.gen";
import { HOSTILE } from "./hostile";
import { wish } from "../wish";
import { accepted, blank, brief, briefPicture, counted, infotext, missing, refused, row, sentence } from "./answers";
import { hostileModels, MODELS, oldPictures, picture, planOf, PROMPTS, SETTINGS } from "./fixtures";
import type { Options } from "./options";
import { randomFrom } from "./scene";

const LOAD_TICKS = 2;
const MODEL_BYTES = 41_200_000;

/** Everything that has to survive when the page is reloaded. */
export interface Kept {
  jobs: Job[];
  pictures: Picture[];
  plans: Record<number, Plan>;
  progress: Record<string, Progress>;
  seqs: Record<string, number>;
  settings: Settings;
  paused: boolean;
  nextJob: number;
  ticks: number;
}

type Unsequenced<E> = E extends { seq: number } ? Omit<E, "seq"> : never;

export class FakeEngine {
  readonly kept: Kept;
  /** Paths that pictures were exported to. */
  readonly exported: string[] = [];
  state: EngineState;
  emit: (event: EngineEvent) => void = () => undefined;
  private readonly options: Options;

  constructor(options: Options, kept?: Kept) {
    this.options = options;
    this.kept = kept ?? fresh(options);
    this.state = this.running() ? "working" : options.boot;
  }

  /** One step of whatever runs. Answers whether there was anything to do. */
  tick(): boolean {
    if (this.state === "loadingTorch") return this.become("ready");
    const job = this.running() ?? this.begin();
    if (!job) return this.state === "working" && this.become("ready");
    this.kept.ticks += 1;
    if (this.options.fail && this.half(job)) return this.fail(job, this.options.fail);
    this.advance(job);
    return true;
  }

  handle(command: Command): Answer {
    switch (command.type) {
      case "generate":
        return this.generate(wish("", command.request), command.front ?? false);
      case "cancelJob":
        return this.end(command.job, "cancelled");
      case "skipPicture":
        return this.skip(command.job, command.index);
      case "retryJob":
        return this.retry(command.job);
      case "removeJob":
        return this.remove(command.job);
      case "moveJob":
        return this.move(command.job, command.before);
      case "pauseQueue":
      case "resumeQueue":
        return this.pause(command.type === "pauseQueue");
      case "getSnapshot":
        return this.snapshot();
      case "getJob":
        return this.job(command.job);
      case "listPictures":
        return this.list(command.before ?? null, command.limit ?? 100);
      case "getPicture":
        return this.details(command.picture);
      case "trashPictures":
      case "restorePictures":
        return this.trash(command.pictures, command.type === "trashPictures");
      case "exportPicture":
        this.exported.push(command.path);
        return accepted();
      case "inspectPicture":
        return this.inspect(command.path);
      case "inspectText":
        return this.inspectText(command.text);
      case "listModels":
        return { type: "modelList", models: this.options.hostile ? hostileModels() : MODELS };
      case "countTokens":
        return counted(command.text);
      case "saveSettings":
        this.kept.settings = { ...SETTINGS, ...command.settings };
        this.emit({ type: "settingsChanged", settings: this.kept.settings });
        return accepted();
      default:
        return command satisfies never;
    }
  }

  /** An event of a job, with its next sequence number. */
  private say(event: Unsequenced<EngineEvent>): void {
    const seq = (this.kept.seqs[event.job] ?? 0) + 1;
    this.kept.seqs[event.job] = seq;
    this.emit({ ...event, seq } as EngineEvent);
  }

  private become(state: EngineState): true {
    this.state = state;
    this.emit({ type: "engineChanged", state, problem: null });
    return true;
  }

  private put(job: Job): Job {
    const at = this.kept.jobs.findIndex((row) => row.id === job.id);
    if (at < 0) this.kept.jobs.push(job);
    else this.kept.jobs[at] = job;
    this.say({ type: "jobChanged", job: job.id, row: brief(job) });
    return job;
  }

  private running(): Job | undefined {
    return this.kept.jobs.find((job) => job.state === "running");
  }

  private waiting(): Job[] {
    return this.kept.jobs.filter((job) => job.state === "queued").sort((a, b) => a.position - b.position);
  }

  private begin(): Job | undefined {
    const next = this.kept.paused ? undefined : this.waiting()[0];
    if (!next) return undefined;
    if (this.state !== "working") this.become("working");
    this.report(next.id, { phase: "waiting", count: next.request.count });
    return this.put({ ...next, state: "running", attempt: next.attempt + 1 });
  }

  private half(job: Job): boolean {
    const progress = this.kept.progress[job.id];
    return progress !== undefined && progress.steps > 0 && progress.step * 2 >= progress.steps;
  }

  private fail(job: Job, code: Problem["code"]): true {
    const message = this.options.hostile ? (HOSTILE[1] ?? "") : sentence(code);
    this.put({ ...job, state: "failed", problem: { code, message } });
    delete this.kept.progress[job.id];
    return true;
  }

  private advance(job: Job): void {
    const now = this.kept.progress[job.id] ?? blank({ phase: "waiting" });
    const plan = this.plan(job, now.index);
    switch (now.phase) {
      case "waiting":
        return this.report(job.id, { ...now, phase: "loading", doneBytes: 0, totalBytes: MODEL_BYTES });
      case "loading":
        if (now.doneBytes < MODEL_BYTES) {
          return this.report(job.id, { ...now, doneBytes: now.doneBytes + MODEL_BYTES / LOAD_TICKS });
        }
        return this.report(job.id, { ...now, phase: "encoding", doneBytes: 0, totalBytes: 0 });
      case "encoding":
        return this.report(job.id, { ...now, phase: "sampling", step: 0, steps: plan.steps });
      case "sampling":
        return now.step < now.steps ? this.step(job, now, plan) : this.report(job.id, { ...now, phase: "decoding" });
      case "decoding":
        return this.report(job.id, { ...now, phase: "saving" });
      case "saving":
        return this.saved(job, now, plan);
      default:
        now.phase satisfies never;
    }
  }

  private step(job: Job, now: Progress, plan: Plan): void {
    const step = now.step + 1;
    const secondsPerStep = 0.84;
    const secondsLeft = (plan.steps * (now.count - now.index) - step) * secondsPerStep;
    const preview =
      this.kept.settings.previews === "off"
        ? null
        : `${job.id}/${now.index}/${step}.${plan.seed}.${plan.width}.${plan.height}.${plan.steps}`;
    this.report(job.id, { ...now, step, preview, secondsPerStep, secondsLeft });
  }

  private saved(job: Job, now: Progress, plan: Plan): void {
    const id = (this.kept.pictures.at(-1)?.id ?? 0) + 1;
    const saved = picture(id, job.id, now.index, plan);
    this.kept.pictures.push(saved);
    this.kept.plans[id] = plan;
    this.say({ type: "pictureSaved", job: job.id, picture: briefPicture(saved) });
    this.leave({ ...job, pictures: job.pictures + 1 }, now);
  }

  /** A picture of the job is made or given up: the next one, or the end. */
  private leave(job: Job, now: Progress): void {
    if (now.index + 1 < now.count) {
      this.put(job);
      return this.report(job.id, { ...now, index: now.index + 1, phase: "sampling", step: 0, preview: null });
    }
    this.finish(job, job.pictures > 0 ? "done" : "cancelled");
  }

  private skip(id: number, index: number): Answer {
    const job = this.find(id);
    const now = this.kept.progress[id];
    if (!job || !now) return missing("Job", id);
    if (index === now.index) this.leave({ ...job, skipped: job.skipped + 1 }, now);
    return accepted();
  }

  private report(job: number, progress: Partial<Progress> & Pick<Progress, "phase">): void {
    const full = blank(progress);
    this.kept.progress[job] = full;
    this.say({ type: "jobProgressed", job, progress: full });
  }

  private plan(job: Job, index: number): Plan {
    return planOf(job.request, (job.request.seed ?? 1000 + job.id) + index);
  }

  private generate(request: TextToImage, front: boolean): Answer {
    const id = this.kept.nextJob++;
    const positions = this.waiting().map((job) => job.position);
    const position = front ? Math.min(0, ...positions) - 1 : Math.max(0, ...positions) + 1;
    this.put(row(id, request, position));
    return accepted(id);
  }

  private find(id: number): Job | undefined {
    return this.kept.jobs.find((job) => job.id === id);
  }

  private job(id: number): Answer {
    const job = this.find(id);
    return job ? { type: "jobDetails", job } : missing("Job", id);
  }

  private end(id: number, state: JobState): Answer {
    const job = this.find(id);
    if (!job) return missing("Job", id);
    this.finish(job, state);
    return accepted();
  }

  private finish(job: Job, state: JobState): void {
    delete this.kept.progress[job.id];
    this.put({ ...job, state });
    if (this.state === "working" && !this.running() && this.waiting().length === 0) this.become("ready");
  }

  private retry(id: number): Answer {
    const job = this.find(id);
    if (!job) return missing("Job", id);
    this.put({ ...job, state: "queued", problem: null });
    return accepted(id);
  }

  private remove(id: number): Answer {
    if (!this.find(id)) return missing("Job", id);
    this.kept.jobs = this.kept.jobs.filter((job) => job.id !== id);
    this.say({ type: "jobRemoved", job: id });
    return accepted();
  }

  private move(id: number, before: number | null): Answer {
    const job = this.find(id);
    if (!job) return missing("Job", id);
    const others = this.waiting().filter((other) => other.id !== id);
    const at = before === null ? others.length : others.findIndex((other) => other.id === before);
    const low = others[at - 1]?.position ?? (others[0]?.position ?? 0) - 2;
    const high = others[at]?.position ?? low + 2;
    this.put({ ...job, position: (low + high) / 2 });
    return accepted();
  }

  private pause(paused: boolean): Answer {
    this.kept.paused = paused;
    this.emit({ type: "queuePaused", paused });
    return accepted();
  }

  private snapshot(): Answer {
    return {
      type: "snapshot",
      state: this.state,
      problem: null,
      version: "0.1.0",
      home: this.options.hostile ? (HOSTILE[0] ?? "") : "/home/you/.local/share/darkroom",
      paused: this.kept.paused,
      jobs: this.kept.jobs.filter((job) => job.state !== "done").map(brief),
      progress: this.kept.progress,
      pictures: this.shown().slice(0, 50).map(briefPicture),
      settings: this.kept.settings,
      samplers: ["euler", "euler_ancestral", "heun", "dpmpp_2m", "ddim", "uni_pc", "lcm"],
      schedules: ["normal", "karras", "simple", "sgm_uniform", "exponential", "ddim_uniform"],
    };
  }

  private shown(): Picture[] {
    return this.kept.pictures.filter((row) => !row.trashed).reverse();
  }

  private list(before: number | null, limit: number): Answer {
    const all = this.shown();
    const below = before === null ? all : all.filter((row) => row.id < before);
    return { type: "picturePage", pictures: below.slice(0, limit).map(briefPicture), total: all.length };
  }

  private details(id: number): Answer {
    const found = this.kept.pictures.find((row) => row.id === id);
    if (!found) return missing("Picture", id);
    const { prompt, width, height, seed } = found;
    const plan = this.kept.plans[id] ?? planOf(wish(prompt, { width, height }), seed);
    return { type: "pictureDetails", picture: found, plan, infotext: infotext(plan) };
  }

  private trash(ids: readonly number[], trashed: boolean): Answer {
    const chosen = new Set(ids);
    this.kept.pictures = this.kept.pictures.map((row) => (chosen.has(row.id) ? { ...row, trashed } : row));
    this.emit({ type: "picturesChanged", pictures: ids, trashed });
    return accepted();
  }

  private inspect(path: string): Answer {
    if (!/\.(png|webp|jpe?g)$/i.test(path))
      return refused("picture-unreadable", `${path} is not a picture; drop a PNG.`);
    const text = this.options.hostile ? (HOSTILE[Number(/\d+/.exec(path)?.[0] ?? 0)] ?? "") : (PROMPTS[3] ?? "");
    return this.found(
      wish(text, { negative: "blurry, low quality", width: 768, height: 512, steps: 28, seed: 4_021_337 }),
    );
  }

  private inspectText(text: string): Answer {
    if (!/^Steps: /m.test(text)) return refused("picture-unreadable", "This text holds no settings; paste infotext.");
    const [prompt = ""] = text.split(/\n(?:Negative prompt|Steps): /);
    const negative = /^Negative prompt: (.*)$/m.exec(text)?.[1] ?? "";
    return this.found(wish(prompt, { negative, width: 768, height: 512, steps: 28, seed: 4_021_337 }));
  }

  private found(request: TextToImage): Answer {
    const unknown = 'Sampler "DPM++ 3M SDE" is not known here; your own choice stays.';
    return {
      type: "pictureSettings",
      request: { ...request, guidance: 7, schedule: "karras" },
      source: "infotext",
      notes: [this.options.hostile ? request.prompt : unknown],
      plan: null,
    };
  }
}

function fresh(options: Options): Kept {
  const random = randomFrom(3);
  const jobs = Array.from({ length: options.jobs }, (_, at) => {
    const prompt = options.hostile ? HOSTILE[at % HOSTILE.length] : PROMPTS[at % PROMPTS.length];
    const seed = Math.floor(random() * 2 ** 32);
    const request = wish(prompt ?? "", { seed, width: 512, height: 512, count: at % 3 === 1 ? 4 : 1 });
    return row(options.pictures + at + 1, request, at + 1);
  });
  return {
    jobs,
    pictures: oldPictures(options.pictures, options.hostile),
    plans: {},
    progress: {},
    seqs: {},
    settings: SETTINGS,
    paused: false,
    nextJob: options.pictures + options.jobs + 1,
    ticks: 0,
  };
}
