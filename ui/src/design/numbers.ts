/** Numbers typed by hand: kept inside their range, on their grid, and nothing when the field is empty. */

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** What was typed as a value of the range; null when it is empty or no number. */
export function parsed(text: string, range: Range): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : clamped(value, range);
}

export function clamped(value: number, range: Range): number {
  const onGrid = Math.round(value / range.step) * range.step;
  return Number(Math.min(range.max, Math.max(range.min, onGrid)).toFixed(6));
}

/** One step up or down, ten with Shift. */
export function stepped(value: number, direction: 1 | -1, far: boolean, range: Range): number {
  return clamped(value + direction * range.step * (far ? 10 : 1), range);
}
