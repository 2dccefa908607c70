import { expect, test } from "vitest";
import { Client } from "../bridge/client";
import { fakeHost, fakeShelf } from "../bridge/replay/testing";
import { SettingsStore } from "./settings.svelte";

test("a change is shown at once and kept by the engine", async () => {
  const { host, engine } = fakeHost();
  const settings = new SettingsStore(new Client(host), fakeShelf());

  const kept = settings.change({ theme: "light" });
  const shown = settings.now.theme;
  await kept;

  expect(shown).toBe("light");
  expect(engine.kept.settings.theme).toBe("light");
});

test("a refused change goes back to what was", async () => {
  const { host } = fakeHost();
  host.engine = async () =>
    JSON.stringify({ type: "refused", problem: { code: "home-unwritable", message: "The home folder is read-only." } });
  const settings = new SettingsStore(new Client(host), fakeShelf());

  const failure = await settings.change({ device: "cuda" }).catch((reason: unknown) => reason);

  expect(failure).toMatchObject({ problem: { code: "home-unwritable" } });
  expect(settings.now.device).toBe("auto");
});

test("the theme of the last time paints the first frame", () => {
  const shelf = fakeShelf();
  shelf.setItem("darkroom.theme", '"dark"');

  expect(new SettingsStore(new Client(fakeHost().host), shelf).now.theme).toBe("dark");
});
