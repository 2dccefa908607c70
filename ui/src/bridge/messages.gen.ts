// Written by tools/generate_types.py from python/darkroom/messages.py; `make types` renews it.

/** What consumers switch on. The text of an error may change, its code may not. */
export type Code =
  | "bad-request"
  | "bad-prompt"
  | "bad-size"
  | "bad-steps"
  | "bad-guidance"
  | "bad-seed"
  | "bad-count"
  | "bad-clip-skip"
  | "unknown-sampler"
  | "unknown-schedule"
  | "bad-message"
  | "not-found"
  | "model-missing"
  | "model-unsupported"
  | "model-unsafe"
  | "picture-unreadable"
  | "latents-not-finite"
  | "picture-black"
  | "home-unwritable"
  | "home-newer"
  | "home-damaged"
  | "disk-full"
  | "queue-error"
  | "job-poisoned"
  | "job-cancelled"
  | "out-of-memory"
  | "interrupted"
  | "engine-lost"
  | "internal-error";

export type Sampler =
  | "euler"
  | "euler_ancestral"
  | "heun"
  | "dpmpp_2m"
  | "ddim"
  | "uni_pc"
  | "lcm";

export type Schedule =
  | "normal"
  | "karras"
  | "simple"
  | "sgm_uniform"
  | "exponential"
  | "ddim_uniform";

export type JobState =
  | "queued"
  | "running"
  | "saving"
  | "done"
  | "failed"
  | "cancelled"
  | "interrupted";

/** What a running job is doing now, in this order. */
export type Phase =
  | "waiting"
  | "loading"
  | "encoding"
  | "sampling"
  | "decoding"
  | "saving";

export type EngineState =
  | "starting"
  | "loadingTorch"
  | "ready"
  | "working"
  | "stopping";

/** A wish. `None` means "what suits the model"; `plan()` resolves it once. */
export interface TextToImage {
  readonly prompt: string;
  readonly negative: string;
  readonly model: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly steps: number | null;
  readonly guidance: number | null;
  readonly sampler: Sampler | null;
  readonly schedule: Schedule | null;
  readonly clipSkip: number | null;
  readonly seed: number | null;
  readonly count: number;
}

/** A wish. `None` means "what suits the model"; `plan()` resolves it once. */
export interface TextToImageInit {
  prompt: string;
  negative?: string;
  model?: string | null;
  width?: number | null;
  height?: number | null;
  steps?: number | null;
  guidance?: number | null;
  sampler?: Sampler | null;
  schedule?: Schedule | null;
  clipSkip?: number | null;
  seed?: number | null;
  count?: number;
}

/** What really runs for one picture: nothing is optional. Stored in the picture and replayed from it. */
export interface Plan {
  readonly prompt: string;
  readonly negative: string;
  readonly model: string;
  readonly modelHash: string;
  readonly family: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly sampler: Sampler;
  readonly schedule: Schedule;
  readonly clipSkip: number;
  readonly seed: number;
  readonly precision: string;
  readonly noise: "cpu";
  readonly task: "textToImage";
  readonly version: number;
}

/** A failure as the user reads it: a code to switch on and one sentence with the way out. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
}

/** One finished picture. `file` is relative to the home folder. `cut`: long texts are shortened, as in events and lists; GetPicture answers with all of them. */
export interface Picture {
  readonly id: number;
  readonly job: number;
  readonly index: number;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly prompt: string;
  readonly created: string;
  readonly trashed: boolean;
  readonly cut: boolean;
}

/** One row of the queue. `cut`: long texts are shortened, as in events and in the snapshot; GetJob answers with all of them. */
export interface Job {
  readonly id: number;
  readonly state: JobState;
  readonly request: TextToImage;
  readonly position: number;
  readonly priority: number;
  readonly attempt: number;
  readonly pictures: number;
  readonly skipped: number;
  readonly problem: Problem | null;
  readonly created: string;
  readonly cut: boolean;
}

/** Where a running job is: `step` of `steps` in picture `index` of `count`; bytes while loading. */
export interface Progress {
  readonly phase: Phase;
  readonly index: number;
  readonly count: number;
  readonly step: number;
  readonly steps: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly secondsPerStep: number | null;
  readonly secondsLeft: number | null;
  readonly preview: string | null;
}

/** A model the engine can load. `id` is what requests name; `problem` says why it cannot be used. From `width` on: what a request that leaves the setting open is made with. */
export interface Model {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly kind: "folder" | "file";
  readonly sizeBytes: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly sampler: Sampler;
  readonly schedule: Schedule;
  readonly clipSkip: number;
  readonly problem: Problem | null;
}

/** What the user chose once. Kept in `settings.toml`. */
export interface Settings {
  readonly theme: "system" | "light" | "dark";
  readonly previews: "off" | "linear" | "fine";
  readonly previewRate: 0 | 1 | 2 | 5 | 10;
  readonly device: string;
  readonly model: string | null;
  readonly modelFolders: readonly string[];
}

/** What the user chose once. Kept in `settings.toml`. */
export interface SettingsInit {
  theme?: "system" | "light" | "dark";
  previews?: "off" | "linear" | "fine";
  previewRate?: 0 | 1 | 2 | 5 | 10;
  device?: string;
  model?: string | null;
  modelFolders?: readonly string[];
}

export interface Generate {
  request: TextToImageInit;
  front?: boolean;
  priority?: number;
  type: "generate";
}

export interface CancelJob {
  job: number;
  type: "cancelJob";
}

/** Give up picture `index` of a running job and go on with the next; too late once it is being saved. */
export interface SkipPicture {
  job: number;
  index: number;
  type: "skipPicture";
}

export interface RetryJob {
  job: number;
  type: "retryJob";
}

export interface RemoveJob {
  job: number;
  type: "removeJob";
}

/** Put a queued job before another one, or last when `before` is null. */
export interface MoveJob {
  job: number;
  before: number | null;
  type: "moveJob";
}

export interface PauseQueue {
  type: "pauseQueue";
}

export interface ResumeQueue {
  type: "resumeQueue";
}

export interface GetSnapshot {
  type: "getSnapshot";
}

export interface GetJob {
  job: number;
  type: "getJob";
}

/** A page of the gallery, newest first: pictures with an id below `before`. */
export interface ListPictures {
  before?: number | null;
  limit?: number;
  trashed?: boolean;
  type: "listPictures";
}

export interface GetPicture {
  picture: number;
  type: "getPicture";
}

export interface TrashPictures {
  pictures: readonly number[];
  type: "trashPictures";
}

export interface RestorePictures {
  pictures: readonly number[];
  type: "restorePictures";
}

/** Copy a picture to a path the user chose. */
export interface ExportPicture {
  picture: number;
  path: string;
  type: "exportPicture";
}

/** Read the settings out of any picture file: ours, or A1111-style infotext. */
export interface InspectPicture {
  path: string;
  type: "inspectPicture";
}

/** Read the settings out of pasted text: infotext, or a ComfyUI graph in its API format. */
export interface InspectText {
  text: string;
  type: "inspectText";
}

export interface ListModels {
  type: "listModels";
}

export interface CountTokens {
  text: string;
  model?: string | null;
  type: "countTokens";
}

export interface SaveSettings {
  settings: SettingsInit;
  type: "saveSettings";
}

/** The command is carried out; what changes because of it arrives as events. `id` is the job's, if one was made. */
export interface Accepted {
  readonly id: number | null;
  readonly type: "accepted";
}

export interface Refused {
  readonly problem: Problem;
  readonly type: "refused";
}

/** All a view needs to start from; later changes come as events, and so may some that it already holds. */
export interface Snapshot {
  readonly state: EngineState;
  readonly problem: Problem | null;
  readonly version: string;
  readonly home: string;
  readonly paused: boolean;
  readonly jobs: readonly Job[];
  readonly progress: Readonly<Record<string, Progress>>;
  readonly pictures: readonly Picture[];
  readonly settings: Settings;
  readonly samplers: readonly Sampler[];
  readonly schedules: readonly Schedule[];
  readonly type: "snapshot";
}

/** The whole row: nothing in it is cut. */
export interface JobDetails {
  readonly job: Job;
  readonly type: "jobDetails";
}

export interface PicturePage {
  readonly pictures: readonly Picture[];
  readonly total: number;
  readonly type: "picturePage";
}

export interface PictureDetails {
  readonly picture: Picture;
  readonly plan: Plan;
  readonly infotext: string;
  readonly type: "pictureDetails";
}

/** What a picture file or pasted text says about itself; `notes` names what could not be taken over. `plan` is all that a picture of ours was made with. */
export interface PictureSettings {
  readonly request: TextToImage;
  readonly source: "darkroom" | "infotext" | "comfyui";
  readonly notes: readonly string[];
  readonly plan: Plan | null;
  readonly type: "pictureSettings";
}

export interface ModelList {
  readonly models: readonly Model[];
  readonly type: "modelList";
}

/** How long a prompt is; `unknown` are the embeddings it names that cannot be used and are left out. */
export interface TokenCount {
  readonly tokens: number;
  readonly chunks: number;
  readonly unknown: readonly string[];
  readonly type: "tokenCount";
}

/** A job was added, moved, or changed its state; every field of its row, so that folding is one assignment. */
export interface JobChanged {
  readonly job: number;
  readonly seq: number;
  readonly row: Job;
  readonly type: "jobChanged";
}

export interface JobRemoved {
  readonly job: number;
  readonly seq: number;
  readonly type: "jobRemoved";
}

export interface JobProgressed {
  readonly job: number;
  readonly seq: number;
  readonly progress: Progress;
  readonly type: "jobProgressed";
}

/** The picture is on disk and in the library: said only after both are durable. */
export interface PictureSaved {
  readonly job: number;
  readonly seq: number;
  readonly picture: Picture;
  readonly type: "pictureSaved";
}

/** Pictures went to the trash or came back. */
export interface PicturesChanged {
  readonly pictures: readonly number[];
  readonly trashed: boolean;
  readonly type: "picturesChanged";
}

export interface QueuePaused {
  readonly paused: boolean;
  readonly type: "queuePaused";
}

/** The engine's own state; `problem` when it cannot go on by itself. */
export interface EngineChanged {
  readonly state: EngineState;
  readonly problem: Problem | null;
  readonly type: "engineChanged";
}

/** `settings` is null when they are too large for an event: the snapshot has them. */
export interface SettingsChanged {
  readonly settings: Settings | null;
  readonly type: "settingsChanged";
}

export type Command =
  | Generate
  | CancelJob
  | SkipPicture
  | RetryJob
  | RemoveJob
  | MoveJob
  | PauseQueue
  | ResumeQueue
  | GetSnapshot
  | GetJob
  | ListPictures
  | GetPicture
  | TrashPictures
  | RestorePictures
  | ExportPicture
  | InspectPicture
  | InspectText
  | ListModels
  | CountTokens
  | SaveSettings;

export type Answer =
  | Accepted
  | Refused
  | Snapshot
  | JobDetails
  | PicturePage
  | PictureDetails
  | PictureSettings
  | ModelList
  | TokenCount;

export type JobEvent =
  | JobChanged
  | JobRemoved
  | JobProgressed
  | PictureSaved;

export type EngineEvent =
  | JobChanged
  | JobRemoved
  | JobProgressed
  | PictureSaved
  | PicturesChanged
  | QueuePaused
  | EngineChanged
  | SettingsChanged;

/** What each command is answered with, by the command's `type`. */
export interface Answers {
  generate: Accepted;
  cancelJob: Accepted;
  skipPicture: Accepted;
  retryJob: Accepted;
  removeJob: Accepted;
  moveJob: Accepted;
  pauseQueue: Accepted;
  resumeQueue: Accepted;
  getSnapshot: Snapshot;
  getJob: JobDetails;
  listPictures: PicturePage;
  getPicture: PictureDetails;
  trashPictures: Accepted;
  restorePictures: Accepted;
  exportPicture: Accepted;
  inspectPicture: PictureSettings;
  inspectText: PictureSettings;
  listModels: ModelList;
  countTokens: TokenCount;
  saveSettings: Accepted;
}
