import type { Code } from "../bridge/messages.gen";

/** What can be done about a problem, besides dismissing it. */
export type Remedy = "retry" | "log" | "restart" | "settings" | "model" | "folder" | "open" | "none";

/** One remedy per code; a new code does not compile without one. */
export const REMEDIES: Readonly<Record<Code, Remedy>> = {
  "bad-request": "none",
  "bad-prompt": "none",
  "bad-size": "none",
  "bad-steps": "none",
  "bad-guidance": "none",
  "bad-seed": "none",
  "bad-count": "none",
  "bad-clip-skip": "none",
  "unknown-sampler": "none",
  "unknown-schedule": "none",
  "bad-message": "log",
  "not-found": "none",
  "model-missing": "model",
  "model-unsupported": "model",
  "model-unsafe": "model",
  "picture-unreadable": "open",
  "latents-not-finite": "retry",
  "picture-black": "retry",
  "home-unwritable": "settings",
  "home-newer": "settings",
  "home-damaged": "log",
  "disk-full": "folder",
  "queue-error": "none",
  "job-poisoned": "retry",
  "job-cancelled": "retry",
  "out-of-memory": "retry",
  interrupted: "none",
  "engine-lost": "restart",
  "internal-error": "log",
};
