/** Sizes that suit a model: the same area as it was trained on, in the usual shapes. */

export interface Shape {
  readonly name: string;
  readonly across: number;
  readonly down: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const SHAPES: readonly Shape[] = [
  { name: "1:1", across: 1, down: 1 },
  { name: "4:3", across: 4, down: 3 },
  { name: "3:4", across: 3, down: 4 },
  { name: "3:2", across: 3, down: 2 },
  { name: "2:3", across: 2, down: 3 },
  { name: "16:9", across: 16, down: 9 },
  { name: "9:16", across: 9, down: 16 },
];

/** Latents are an eighth of the picture. */
export const GRID = 8;

/** The size of `shape` with about the area of `base`, in whole blocks the network likes. */
export function sized(shape: Shape, base: Size): Size {
  const area = base.width * base.height;
  const ratio = shape.across / shape.down;
  const block = blockOf(base);
  return { width: blocks(Math.sqrt(area * ratio), block), height: blocks(Math.sqrt(area / ratio), block) };
}

/** The shape that `size` has, if it is one of the usual ones. */
export function shapeOf(size: Size, base: Size): Shape | undefined {
  return SHAPES.find((shape) => {
    const usual = sized(shape, base);
    return usual.width === size.width && usual.height === size.height;
  });
}

function blockOf(base: Size): number {
  const smallest = Math.min(base.width, base.height);
  return smallest >= 512 ? 64 : smallest >= 256 ? 32 : GRID;
}

function blocks(edge: number, block: number): number {
  return Math.max(block, Math.round(edge / block) * block);
}
