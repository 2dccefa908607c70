/** The fake engine behind a host without a browser, for tests of everything above the bridge. */

import { Batch } from "../batch";
import type { Host } from "../host";
import type { Command, EngineEvent } from "../messages.gen";
import { Pace } from "../pace";
import { FakeEngine } from "./engine";
import { optionsFrom } from "./options";

export interface FakeHost {
  readonly host: Host;
  readonly engine: FakeEngine;
  /** What the page sent, in order. */
  readonly sent: Command[];
  /** What the page handed to the clipboard and asked the shell to do. */
  readonly asked: string[];
}

/** Delivers every event when it comes. */
export function atOnce(): Batch<EngineEvent> {
  return new Batch({
    schedule: (run) => {
      run();
      return () => undefined;
    },
    pace: new Pace(() => undefined),
  });
}

export function fakeHost(search = "?pictures=3&pace=0"): FakeHost {
  const engine = new FakeEngine(optionsFrom(search));
  const sent: Command[] = [];
  const asked: string[] = [];
  const events = new Set<(event: string) => void>();
  engine.emit = (event) => events.forEach((listener) => listener(JSON.stringify(event)));
  const note = async (what: string): Promise<void> => void asked.push(what);
  const host: Host = {
    async engine(command) {
      sent.push(JSON.parse(command) as Command);
      return JSON.stringify(engine.handle(JSON.parse(command) as Command));
    },
    async onEvent(listener) {
      events.add(listener);
      return () => events.delete(listener);
    },
    onFiles: async () => () => undefined,
    onHover: async () => () => undefined,
    previewUrl: (key) => `preview:${key}`,
    pictureUrl: (id, thumb) => `picture:${id}?${thumb ?? ""}`,
    pickFolder: async () => "/models",
    pickPicture: async () => "/found.png",
    saveAs: async (name) => `/chosen/${name}`,
    showPicture: (id) => note(`show ${id}`),
    showHome: () => note("home"),
    copyPicture: (id) => note(`copy ${id}`),
    copyText: (text) => note(text),
    engineLog: async () => "log",
    restartEngine: () => note("restart"),
    setHome: (path) => note(`home ${path}`),
    showProgress: (percent) => note(`progress ${percent}`),
    zoom: async (change) => (await note(`zoom ${change}`), 100),
    fullScreen: (on) => note(`full screen ${on}`),
    closeWindow: () => note("close"),
    shelf: async () => fakeShelf(),
    startOver: () => void note("start over"),
  };
  return { host, engine, sent, asked };
}

/** A store that keeps nothing longer than the test. */
export function fakeShelf(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}
