/** The replay as host: the fake engine behind the same door as the shell, its pictures as blobs. */

import type { Host, SizeChange } from "../host";
import type { Command, EngineEvent } from "../messages.gen";
import { FakeEngine, type Kept } from "./engine";
import { optionsFrom } from "./options";
import { preview, scene } from "./scene";

const KEY = "darkroom.replay";
const CACHED = 400;
/** A browser zooms by itself; the page is only told what a window would say. */
const PERCENT: Readonly<Record<SizeChange, number>> = { larger: 110, smaller: 90, usual: 100 };

/** What tests and screenshots steer the replay with, as `window.darkroomReplay`. */
export interface Replay {
  readonly engine: FakeEngine;
  /** Moves the engine on by `count` steps. */
  tick(count: number): void;
  /** Sends an event of any kind. */
  emit(event: EngineEvent): void;
  /** As if these files had been dropped on the window. */
  drop(paths: readonly string[]): void;
  /** What the page asked of the window around it. */
  readonly asked: readonly string[];
}

declare global {
  interface Window {
    darkroomReplay?: Replay;
  }
}

export function replayHost(search: string): Host {
  const options = optionsFrom(search);
  const engine = new FakeEngine(options, options.keep ? kept() : undefined);
  const events = new Set<(event: string) => void>();
  const files = new Set<(paths: readonly string[]) => void>();
  const asked: string[] = [];
  const note = async (what: string): Promise<void> => void asked.push(what);
  const save = (): void => {
    if (options.keep) sessionStorage.setItem(KEY, JSON.stringify(engine.kept));
  };
  engine.emit = (event) => events.forEach((listener) => listener(JSON.stringify(event)));
  const tick = (count: number): void => {
    for (let at = 0; at < count; at += 1) engine.tick();
    save();
  };
  if (options.pace > 0) setInterval(() => tick(1), options.pace);
  window.darkroomReplay = {
    engine,
    tick,
    emit: engine.emit,
    drop: (paths) => files.forEach((listener) => listener(paths)),
    asked,
  };
  const addresses = new Addresses();
  return {
    async engine(command) {
      if (options.silent) return new Promise<string>(() => undefined);
      const answer = engine.handle(JSON.parse(command) as Command);
      save();
      return JSON.stringify(answer);
    },
    async onEvent(listener) {
      events.add(listener);
      return () => events.delete(listener);
    },
    async onFiles(listener) {
      files.add(listener);
      return () => files.delete(listener);
    },
    onHover: async () => () => undefined,
    previewUrl: (key) => addresses.of(`preview ${key}`, () => previewOf(key)),
    pictureUrl: (id, thumb) => addresses.of(`picture ${id} ${thumb ?? ""}`, () => pictureOf(engine, id, thumb)),
    pickFolder: async () => "/home/you/more-models",
    pickPicture: async () => "/home/you/Pictures/found.png",
    saveAs: async (name) => `/home/you/Pictures/${name}`,
    showPicture: async () => undefined,
    showHome: async () => undefined,
    copyPicture: async () => undefined,
    copyText: (text) => navigator.clipboard.writeText(text),
    engineLog: async () =>
      "09:00:01 engine started\n09:00:02 home opened, 24 pictures\n09:00:04 torch 2.15.0 loaded, 2 threads",
    restartEngine: async () => engine.emit({ type: "engineChanged", state: "ready", problem: null }),
    setHome: async () => undefined,
    showProgress: async () => undefined,
    zoom: async (change) => (await note(change), PERCENT[change]),
    fullScreen: (on) => note(`full screen ${on}`),
    closeWindow: () => note("close"),
    shelf: async () => localStorage,
    startOver: () => location.reload(),
  };
}

/** Addresses of generated pictures; the oldest are given back. */
class Addresses {
  private readonly known = new Map<string, string>();

  of(name: string, make: () => string): string {
    const old = this.known.get(name);
    if (old !== undefined) return old;
    const address = URL.createObjectURL(new Blob([make()], { type: "image/svg+xml" }));
    this.known.set(name, address);
    const [first] = this.known;
    if (this.known.size > CACHED && first) {
      URL.revokeObjectURL(first[1]);
      this.known.delete(first[0]);
    }
    return address;
  }
}

function previewOf(key: string): string {
  const [step = 0, seed = 0, width = 512, height = 512, steps = 20] = (key.split("/")[2] ?? "").split(".").map(Number);
  return preview(seed, width, height, step / steps);
}

function pictureOf(engine: FakeEngine, id: number, thumb: number | undefined): string {
  const row = engine.kept.pictures.find((one) => one.id === id);
  const [width, height] = [row?.width ?? 512, row?.height ?? 512];
  const scale = thumb === undefined ? 1 : thumb / Math.max(width, height);
  return scene(row?.seed ?? id, Math.round(width * scale), Math.round(height * scale));
}

function kept(): Kept | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Kept);
}
