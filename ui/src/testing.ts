import { Client } from "./bridge/client";
import { atOnce, fakeHost, fakeShelf } from "./bridge/replay/testing";
import { Page } from "./page.svelte";

/** A page on an engine of its own, filled by its first snapshot. */
export async function started(search?: string, shelf = fakeShelf()) {
  const fake = fakeHost(search);
  const client = new Client(fake.host, atOnce());
  const page = new Page(client, shelf);
  await page.start();
  return { ...fake, page };
}

/** Until everything the page has begun by itself is done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
