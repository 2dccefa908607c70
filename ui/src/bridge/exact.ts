/** JSON with exact seeds. They go up to 2^64, further than a double counts, so the large ones become bigints. */

const LARGE = /("seed":)(\d{16,})/g;
const MARKED = /("seed":)"(\d+)n"/g;

/** A seed: a bigint only where a number would not be exact. */
export type Seed = number | bigint;

export const LARGEST_SEED = 2n ** 64n - 1n;

/** The value of `text`. A quote inside a string is escaped there, so only real keys are found. */
export function parse<T>(text: string): T {
  if (text.search(LARGE) < 0) return JSON.parse(text) as T;
  const marked = text.replace(LARGE, '$1"$2n"');
  return JSON.parse(marked, (key, value: unknown) =>
    key === "seed" && typeof value === "string" ? seedOf(value.slice(0, -1)) : value,
  ) as T;
}

export function stringify(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? `${item}n` : item));
  return text.replace(MARKED, "$1$2");
}

/** The seed written in digits, exact; a number where that is enough. */
export function seedOf(digits: string): Seed {
  const exact = BigInt(digits);
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}

/** The seed `by` places after `seed`, as pictures of a batch have them. */
export function seedAfter(seed: Seed, by: number): Seed {
  return seedOf(String((BigInt(seed) + BigInt(by)) % (LARGEST_SEED + 1n)));
}
