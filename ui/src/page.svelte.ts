/** The page's composition root: one client, the stores that fold its events, and what the user can do. */

import { getContext, setContext } from "svelte";
import type { Client } from "./bridge/client";
import { problemOf } from "./bridge/host";
import type { EngineChanged, EngineEvent, Problem, Snapshot } from "./bridge/messages.gen";
import type { Shelf } from "./bridge/shelf";
import { Dialogs } from "./dialogs.svelte";
import { EngineStore } from "./engine/engine.svelte";
import { GalleryStore } from "./library/gallery.svelte";
import { Library } from "./library/library";
import { Selection } from "./library/selection.svelte";
import { ViewerStore } from "./library/viewer.svelte";
import { ModelStore } from "./models/models.svelte";
import { REMEDIES, type Remedy } from "./notices/actions";
import { Announcer } from "./notices/announcer.svelte";
import { NoticeStore, type NoticeAction } from "./notices/notices.svelte";
import { PresetActions } from "./presets/actions";
import { PresetStore } from "./presets/presets.svelte";
import { StageStore } from "./previews/stage.svelte";
import { QueueStore } from "./queue/queue.svelte";
import { QueueActions } from "./queue/actions.svelte";
import { SettingsStore } from "./settings/settings.svelte";
import { DraftStore } from "./tasks/draft.svelte";
import { texts } from "./texts";

export class Page {
  readonly client: Client;
  readonly engine = new EngineStore();
  readonly queue = new QueueStore();
  readonly announcer = new Announcer();
  readonly notices = new NoticeStore();
  readonly dialogs = new Dialogs();
  readonly gallery: GalleryStore;
  readonly selection: Selection;
  readonly viewer: ViewerStore;
  readonly models: ModelStore;
  readonly settings: SettingsStore;
  readonly draft: DraftStore;
  readonly presets: PresetStore;
  readonly stage: StageStore;
  readonly library: Library;
  readonly jobs: QueueActions;
  readonly presetActions = new PresetActions(this);
  /** Events that came while a snapshot was on its way: it may be older than they are, so they are folded again. */
  private since: EngineEvent[] | null = null;

  constructor(client: Client, shelf: Shelf) {
    this.client = client;
    this.gallery = new GalleryStore(client);
    this.selection = new Selection(this.gallery);
    this.viewer = new ViewerStore(client, this.gallery);
    this.models = new ModelStore(client);
    this.settings = new SettingsStore(client, shelf);
    this.draft = new DraftStore(shelf);
    this.presets = new PresetStore(shelf);
    this.stage = new StageStore(this.queue, this.gallery);
    this.library = new Library(this);
    this.jobs = new QueueActions(this, shelf);
  }

  /** Listens first and asks afterwards, so that nothing between the two is lost. */
  async start(): Promise<void> {
    this.client.onEvents((events) => events.forEach((event) => this.hear(event)));
    await this.attempt(async () => {
      await this.client.open();
      await this.client.host.onFiles((paths) => this.library.inspect(paths));
    });
    await this.reload();
  }

  /** Everything anew from one snapshot; run at the start and after each restart of the engine. */
  async reload(): Promise<void> {
    const since: EngineEvent[] = (this.since = []);
    const answered = await this.asked(since);
    if (this.since === since) this.since = null;
    if (answered) await Promise.all([this.ask(() => this.gallery.refresh()), this.ask(() => this.models.refresh())]);
  }

  /** Whether a snapshot came. An engine that refuses one cannot work: what it says is its state, not a passing notice. */
  private async asked(since: readonly EngineEvent[]): Promise<boolean> {
    try {
      this.applySnapshot(await this.client.request({ type: "getSnapshot" }), since);
      return true;
    } catch (reason) {
      const problem = problemOf(reason);
      if (problem.code !== "engine-lost") this.engine.apply({ type: "engineChanged", state: "stopping", problem });
      return false;
    }
  }

  /** Runs what the page asks by itself. That the engine is away needs no notice: the banner says it already. */
  private async ask(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      if (problemOf(reason).code !== "engine-lost") this.notices.problem(reason, (problem) => this.remedy(problem));
    }
  }

  /** Runs what may fail; a failure becomes a notice with the remedy of its code. Answers whether it worked. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (reason) {
      this.notices.problem(reason, (problem) => this.remedy(problem, () => void this.attempt(work)));
      return false;
    }
  }

  /** What can be done about a problem; `retry` is how what failed is tried again. */
  remedy(problem: Problem, retry?: () => void): readonly NoticeAction[] {
    const kind = REMEDIES[problem.code];
    const actions: Record<Remedy, (() => void) | undefined> = {
      retry,
      log: () => this.dialogs.show("log"),
      restart: () => void this.attempt(() => this.client.host.restartEngine()),
      settings: () => this.dialogs.show("settings"),
      model: () => this.dialogs.show("models"),
      folder: () => void this.attempt(() => this.client.host.showHome()),
      open: () => void this.library.openFile(),
      none: undefined,
    };
    const run = actions[kind];
    return run && kind !== "none" ? [{ label: texts.notices[kind], run }] : [];
  }

  private applySnapshot(snapshot: Snapshot, since: readonly EngineEvent[]): void {
    // A library that was made anew has other numbers: an undo of what this page remembers would be of other pictures.
    if (snapshot.pictures.some(({ id, file }) => (this.gallery.find(id)?.file ?? file) !== file)) {
      this.client.host.startOver();
    }
    this.engine.applySnapshot(snapshot);
    this.queue.applySnapshot(snapshot);
    this.gallery.applySnapshot(snapshot);
    this.settings.applySnapshot(snapshot);
    this.draft.now.model ??= snapshot.settings.model;
    since.forEach((event) => this.apply(event));
  }

  private hear(event: EngineEvent): void {
    this.since?.push(event);
    this.announcer.apply(event);
    this.apply(event);
  }

  private apply(event: EngineEvent): void {
    switch (event.type) {
      case "jobChanged":
      case "jobRemoved":
      case "jobProgressed":
      case "queuePaused":
        return this.queue.apply(event);
      case "pictureSaved":
        this.queue.apply(event);
        return this.gallery.apply(event);
      case "picturesChanged":
        if (event.trashed) this.selection.drop(event.pictures);
        return this.gallery.apply(event);
      case "settingsChanged":
        // Too large for an event: the snapshot has them.
        return event.settings ? this.settings.apply(event.settings) : void this.reload();
      case "engineChanged":
        return this.engineChanged(event);
      default:
        event satisfies never;
    }
  }

  private engineChanged(event: EngineChanged): void {
    const wasAway = this.engine.away;
    this.engine.apply(event);
    if (this.engine.away || event.state === "starting") this.queue.forgetSequence();
    if (this.engine.away) return;
    // Every new engine says "starting" first; one snapshot on its way is enough.
    const isNew = event.state === "starting" || !this.engine.known;
    if (wasAway || (isNew && this.since === null)) void this.reload();
  }
}

const KEY = Symbol("page");

export function setPage(page: Page): void {
  setContext(KEY, page);
}

export function usePage(): Page {
  return getContext<Page>(KEY);
}
