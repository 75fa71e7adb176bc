/** How light a picture is, and whether anybody can be recognised in it. */

/** Mean brightness below which nobody can be recognised, and above which neither. */
const DARK_MAX = 40;
const BRIGHT_MIN = 225;

/** Side of the picture that brightness is measured on, px. */
export const SAMPLE_PX = 48;

/** Mean brightness of a picture, 0…255 (Rec. 601 luma). */
export function brightnessOf(pixels: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i + 3 < pixels.length; i += 4)
    sum += 0.299 * (pixels[i] ?? 0) + 0.587 * (pixels[i + 1] ?? 0) + 0.114 * (pixels[i + 2] ?? 0);
  return pixels.length === 0 ? 0 : Math.round((4 * sum) / pixels.length);
}

/** What a brightness means. */
export function lightProblem(brightness: number): 'too-dark' | 'too-bright' | null {
  if (brightness < DARK_MAX) return 'too-dark';
  return brightness > BRIGHT_MIN ? 'too-bright' : null;
}
