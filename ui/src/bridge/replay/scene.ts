/** Made-up pictures for the replay: a landscape drawn from a seed, and the same under fading noise as its preview. */

/** A small deterministic generator (mulberry32): the same seed gives the same picture everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SKIES = [
  ["#1f2a52", "#e98a5b", "#f8d49a"],
  ["#274a78", "#8fb7d3", "#e9edea"],
  ["#141a36", "#3c4a7d", "#9a8fb5"],
  ["#35586b", "#c9d8c5", "#f6efd8"],
  ["#4a2c4f", "#d46a6a", "#f4b88a"],
] as const;

/** One finished picture as SVG text, `width` by `height`. */
export function scene(seed: number, width: number, height: number): string {
  const random = randomFrom(seed);
  const sky = SKIES[Math.floor(random() * SKIES.length)] ?? SKIES[0];
  const horizon = height * (0.5 + random() * 0.2);
  const sun = { x: width * (0.2 + random() * 0.6), y: horizon * (0.35 + random() * 0.45) };
  const radius = Math.min(width, height) * (0.05 + random() * 0.05);
  const ridges = [0, 1, 2].map((layer) => ridge(random, width, height, horizon + layer * height * 0.1, layer));
  return svg(
    width,
    height,
    `<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${sky[0]}"/>` +
      `<stop offset=".7" stop-color="${sky[1]}"/><stop offset="1" stop-color="${sky[2]}"/></linearGradient></defs>` +
      `<rect width="${width}" height="${height}" fill="url(#s)"/>` +
      `<circle cx="${sun.x}" cy="${sun.y}" r="${radius * 2.2}" fill="${sky[2]}" opacity=".25"/>` +
      `<circle cx="${sun.x}" cy="${sun.y}" r="${radius}" fill="#fff4da"/>${ridges.join("")}${tower(random, width, height)}`,
  );
}

/** The picture at a share (0 to 1) of its steps: small, soft, and less noisy each time. */
export function preview(seed: number, width: number, height: number, share: number): string {
  const edge = 96 / Math.max(width, height);
  const [across, down] = [Math.round(width * edge), Math.round(height * edge)];
  const noise =
    `<filter id="n" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".22" ` +
    `numOctaves="2" seed="${seed % 97}"/><feColorMatrix type="saturate" values="1.6"/></filter>` +
    `<filter id="b"><feGaussianBlur stdDeviation="${((1 - share) * 5).toFixed(2)}"/></filter>`;
  const inner = scene(seed, across, down).replace("<svg ", `<svg filter="url(#b)" `);
  const veil = `<rect width="100%" height="100%" filter="url(#n)" opacity="${(0.95 * (1 - share) ** 1.3).toFixed(3)}"/>`;
  return svg(across, down, `<defs>${noise}</defs>${inner}${veil}`);
}

function ridge(random: () => number, width: number, height: number, base: number, layer: number): string {
  const points = Array.from({ length: 9 }, (_, at) => {
    const y = base - random() * height * (0.16 - layer * 0.04);
    return `${((at * width) / 8).toFixed(1)},${y.toFixed(1)}`;
  });
  const shades = ["#43536d", "#2d3b50", "#1a2433"];
  return `<path d="M0,${height} L${points.join(" L")} L${width},${height} Z" fill="${shades[layer]}" opacity=".92"/>`;
}

function tower(random: () => number, width: number, height: number): string {
  const x = width * (0.15 + random() * 0.7);
  const top = height * (0.42 + random() * 0.12);
  const half = Math.min(width, height) * 0.028;
  return (
    `<path d="M${x - half},${height * 0.86} L${x - half * 0.6},${top} L${x + half * 0.6},${top} ` +
    `L${x + half},${height * 0.86} Z" fill="#e8e2d6"/><rect x="${x - half * 0.8}" y="${top - half}" ` +
    `width="${half * 1.6}" height="${half}" fill="#c4473a"/><circle cx="${x}" cy="${top - half * 1.4}" r="${half * 0.5}" fill="#ffe9a8"/>`
  );
}

function svg(width: number, height: number, inner: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inner}</svg>`;
}
