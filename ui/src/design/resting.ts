import type { HTMLButtonAttributes } from "svelte/elements";

type Given = Pick<HTMLButtonAttributes, "disabled" | "onclick">;

/**
 * What a button has that cannot be pressed now. Not `disabled`: one that has the keyboard would lose it, often by being
 * pressed, and the next letter would be taken for a command.
 */
export function resting(disabled: Given["disabled"], onclick: Given["onclick"]): HTMLButtonAttributes {
  return disabled ? { "aria-disabled": true } : { onclick };
}
