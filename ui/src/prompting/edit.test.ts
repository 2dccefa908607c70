import { describe, expect, test } from "vitest";
import { moveTag, reweigh, type Edit } from "./edit";

/** `|` marks the cursor, `[…]` is not used: two `|` mark a selection. */
function at(marked: string): Edit {
  const start = marked.indexOf("|");
  const end = marked.lastIndexOf("|");
  return { text: marked.replaceAll("|", ""), start, end: end === start ? start : end - 1 };
}

describe("weights", () => {
  const cases: [string, 1 | -1, string][] = [
    ["a light|house by the sea", 1, "a (lighthouse:1.1) by the sea"],
    ["a light|house by the sea", -1, "a (lighthouse:0.9) by the sea"],
    ["a (light|house:1.1) by the sea", 1, "a (lighthouse:1.2) by the sea"],
    ["a (light|house:1.1) by the sea", -1, "a lighthouse by the sea"],
    ["a |calm sea| at night", 1, "a (calm sea:1.1) at night"],
    ["a| calm sea |at night", 1, "a (calm sea:1.1) at night"],
    ["sea <lora:fo|o:0.8> sky", 1, "sea <lora:foo:0.85> sky"],
    ["sea <lora:fo|o:0.8:0.5> sky", -1, "sea <lora:foo:0.75:0.5> sky"],
    ["|", 1, ""],
    ["a, | ,b", 1, "a,  ,b"],
  ];
  test.each(cases)("%s moved by %i", (marked, direction, expected) => {
    expect(reweigh(at(marked), direction).text).toBe(expected);
  });

  test("pressing again goes on from the same place", () => {
    const once = reweigh(at("a light|house"), 1);

    const twice = reweigh(once, 1);

    expect(twice.text).toBe("a (lighthouse:1.2)");
  });
});

describe("tags", () => {
  test("a tag moves right and takes the cursor along", () => {
    const edit = moveTag(at("one, t|wo, three"), 1);

    expect(edit.text).toBe("one, three, two");
    expect(edit.text.slice(edit.start, edit.end)).toBe("two");
  });

  test("the first tag stays where it is", () => {
    expect(moveTag(at("o|ne, two"), -1).text).toBe("one, two");
  });
});
