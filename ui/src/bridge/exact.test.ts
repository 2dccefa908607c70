import { expect, test } from "vitest";
import { parse, seedAfter, seedOf, stringify } from "./exact";

test.each(["0", "7", "9007199254740991", "9007199254740992", "18446744073709551615"])(
  "the seed %s comes back digit by digit",
  (digits) => {
    const text = `{"request":{"seed":${digits},"count":1}}`;

    expect(stringify(parse(text))).toBe(text);
  },
);

test("digits in a prompt stay a prompt", () => {
  const message = { prompt: '"seed":18446744073709551615 and "seed":"1n"', seed: 18446744073709551615n };

  expect(parse(stringify(message))).toEqual(message);
});

test("small seeds stay numbers", () => {
  expect(parse('{"seed":42}')).toEqual({ seed: 42 });
  expect(seedOf("42")).toBe(42);
});

test("seeds of a batch count on, exactly and around the end", () => {
  expect(seedAfter(7, 2)).toBe(9);
  expect(seedAfter(9007199254740991, 1)).toBe(9007199254740992n);
  expect(seedAfter(18446744073709551615n, 1)).toBe(0);
});
