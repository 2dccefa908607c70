/** Serves the built page as the shell does: same policy, nothing else. */

import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { TestProject } from "vitest/node";

const DIST = join(import.meta.dirname, "..", "dist");

/** As in the shell, with the replay's blobs in place of its picture schemes. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

declare module "vitest" {
  interface ProvidedContext {
    address: string;
  }
}

function serve(): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    const file = join(DIST, normalize(path === "/" ? "/index.html" : path));
    if (!file.startsWith(DIST) || !existsSync(file)) return void response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY });
    createReadStream(file).pipe(response);
  });
}

/** `DARKROOM_PAGE=http://127.0.0.1:1420` runs the tests against `npm run dev` instead, without the policy. */
export default async function setup(project: TestProject): Promise<() => void> {
  const running = process.env["DARKROOM_PAGE"];
  if (running) {
    project.provide("address", running);
    return () => undefined;
  }
  if (!existsSync(DIST)) throw new Error("ui/dist is missing; run `npm run build` first.");
  const server = serve();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("address", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => void server.close();
}
