/** Editing keys of the field: weights with Ctrl+Up/Down, tags with Alt+Left/Right. Pure: text and selection in, out. */

export interface Edit {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const WEIGHTED = /^\(([\s\S]*):(-?\d+(?:\.\d+)?)\)$/;
const ADAPTER = /<(?:lora|lyco|hypernet):[^<>]*>/g;
const WORD = /[^\s,()[\]<>|{}:]/;
const STEP = 0.1;
const ADAPTER_STEP = 0.05;

/** Raises or lowers the weight of the selection, of the word, parentheses or `<lora:…>` tag under the cursor. */
export function reweigh(edit: Edit, direction: 1 | -1): Edit {
  const tag = adapterAt(edit);
  if (tag) return reweighAdapter(edit, tag, direction);
  const span = weightedAround(edit) ?? trimmed(edit, edit.start === edit.end ? wordAt(edit) : edit);
  if (span.start === span.end) return edit;
  const inner = edit.text.slice(span.start, span.end);
  const match = WEIGHTED.exec(inner);
  const weight = rounded(Number(match?.[2] ?? 1) + direction * STEP);
  const body = match?.[1] ?? inner;
  return replaced(edit.text, span, weight === 1 ? body : `(${body}:${weight})`);
}

/** Moves the comma-separated tag under the cursor one place to the left or right. */
export function moveTag(edit: Edit, direction: 1 | -1): Edit {
  const tags = edit.text.split(",");
  const at = edit.text.slice(0, edit.start).split(",").length - 1;
  const to = at + direction;
  if (to < 0 || to >= tags.length) return edit;
  const words = tags.map((tag) => tag.trim());
  [words[at], words[to]] = [words[to] ?? "", words[at] ?? ""];
  const text = words.join(", ");
  const start = words.slice(0, to).join(", ").length + (to > 0 ? 2 : 0);
  return { text, start, end: start + (words[to]?.length ?? 0) };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100;
}

function replaced(text: string, span: Span, by: string): Edit {
  return {
    text: text.slice(0, span.start) + by + text.slice(span.end),
    start: span.start,
    end: span.start + by.length,
  };
}

function adapterAt(edit: Edit): Span | undefined {
  for (const match of edit.text.matchAll(ADAPTER)) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (span.start <= edit.start && edit.end <= span.end) return span;
  }
  return undefined;
}

function reweighAdapter(edit: Edit, span: Span, direction: 1 | -1): Edit {
  const [kind, name, weight, ...rest] = edit.text.slice(span.start + 1, span.end - 1).split(":");
  const next = rounded(Number(weight ?? 1) + direction * ADAPTER_STEP);
  return replaced(edit.text, span, `<${[kind, name, next, ...rest].join(":")}>`);
}

/** The nearest `(…:weight)` around the selection, if there is one. */
function weightedAround(edit: Edit): Span | undefined {
  const start = edit.text.lastIndexOf("(", edit.start);
  const end = start < 0 ? -1 : edit.text.indexOf(")", Math.max(edit.end - 1, start)) + 1;
  if (start < 0 || end < edit.end) return undefined;
  return WEIGHTED.test(edit.text.slice(start, end)) ? { start, end } : undefined;
}

function wordAt(edit: Edit): Span {
  let { start, end } = edit;
  while (start > 0 && WORD.test(edit.text[start - 1] ?? "")) start -= 1;
  while (end < edit.text.length && WORD.test(edit.text[end] ?? "")) end += 1;
  return { start, end };
}

function trimmed(edit: Edit, span: Span): Span {
  const inner = edit.text.slice(span.start, span.end);
  const start = span.start + (inner.length - inner.trimStart().length);
  return { start, end: Math.max(start, span.end - (inner.length - inner.trimEnd().length)) };
}
