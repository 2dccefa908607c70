import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Page } from "../page.svelte";
import { Client } from "./client";
import { parse, stringify } from "./exact";
import type { Command, EngineEvent } from "./messages.gen";
import { atOnce, fakeHost, fakeShelf } from "./replay/testing";

const GOLDEN = join(import.meta.dirname, "../../../tests/messages/golden");
const EVENTS = /^(job(Changed|Removed|Progressed)|picture(Saved|sChanged)|queuePaused|engineChanged|settingsChanged)/;
const ANSWERS = /^(accepted|refused|snapshot|jobDetails|pictureP|pictureD|pictureSettings|modelList|tokenCount)/;

const all = readdirSync(GOLDEN).map((file) => file.replace(".json", ""));
const events = all.filter((name) => EVENTS.test(name));
const commands = all.filter((name) => !EVENTS.test(name) && !ANSWERS.test(name));

function golden<T>(name: string): T {
  return parse<T>(readFileSync(join(GOLDEN, `${name}.json`), "utf8"));
}

test("the golden messages are there", () => {
  expect(events).toHaveLength(8);
  expect(commands.length).toBeGreaterThanOrEqual(17);
});

describe("a golden message crosses the bridge unchanged", () => {
  test.each(all)("%s", (name) => {
    const message = golden<{ type: string }>(name);

    expect(parse(stringify(message))).toEqual(message);
    expect(message.type).toBe(name);
  });
});

describe("the page folds every golden event", () => {
  test.each(events)("%s", async (name) => {
    const { host, engine } = fakeHost();
    const page = new Page(new Client(host, atOnce()), fakeShelf());
    await page.start();

    engine.emit(golden<EngineEvent>(name));

    expect(page.notices.list).toEqual([]);
  });
});

describe("the replay answers every golden command", () => {
  test.each(commands)("%s", (name) => {
    const { engine } = fakeHost();

    expect(engine.handle(golden<Command>(name)).type).toMatch(ANSWERS);
  });
});
