/** A test environment that compiles stores as for the browser, and has no browser: stores must not need one. */

import type { Environment } from "vitest/environments";

export default {
  name: "browserless",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => undefined }),
} satisfies Environment;
