/** The sample photos that ship in the face-api package; read where they are installed, never copied. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';

/** Sample photos of the package: six, 22 faces. */
export const SAMPLES: readonly number[] = [1, 2, 3, 4, 5, 6];

/** Bytes of sample `n`, 1920 px wide. */
export function samplePhoto(n: number): Uint8Array {
  const file = `../../node_modules/@vladmandic/face-api/demo/sample${n}.jpg`;
  return readFileSync(fileURLToPath(new URL(file, import.meta.url)));
}

/** The 22 faces: sample, then left, top, width and height of the box, px of the original. */
export const FACES: readonly (readonly [number, number, number, number, number])[] = [
  [1, 1473, 197, 204, 239],
  [1, 413, 353, 178, 240],
  [1, 838, 418, 188, 226],
  [2, 1447, 153, 194, 242],
  [2, 361, 132, 152, 255],
  [2, 898, 224, 153, 223],
  [3, 1073, 215, 224, 298],
  [3, 585, 329, 198, 270],
  [3, 1513, 288, 170, 283],
  [4, 663, 48, 185, 264],
  [4, 255, 182, 162, 251],
  [4, 988, 177, 171, 228],
  [4, 1278, 134, 146, 256],
  [5, 377, 861, 172, 299],
  [5, 1403, 385, 169, 277],
  [5, 597, 414, 166, 249],
  [5, 1111, 195, 162, 240],
  [5, 786, 108, 155, 213],
  [6, 1486, 259, 209, 299],
  [6, 249, 467, 210, 292],
  [6, 1180, 308, 188, 277],
  [6, 679, 318, 161, 308],
];

/** One of the 22 faces as a portrait of `side` px. */
export async function portrait(n: number, side = 400): Promise<Uint8Array> {
  const [sample = 1, left = 0, top = 0, width = 0, height = 0] = FACES[n] ?? [];
  const size = Math.round(Math.max(width, height) * 1.5);
  const x = Math.max(0, Math.round(left + width / 2 - size / 2));
  const y = Math.max(0, Math.round(top + height / 2 - size / 2));
  const photo = sharp(samplePhoto(sample));
  const { width: all = 0, height: tall = 0 } = await photo.metadata();
  const cut = { left: x, top: y, width: Math.min(size, all - x), height: Math.min(size, tall - y) };
  return await photo.extract(cut).resize(side, side, { fit: 'contain' }).jpeg({ quality: 90 }).toBuffer();
}

/** A webcam frame: 640×480 JPEG with one person in it. */
export async function webcamFrame(change: (frame: Sharp) => Sharp = (frame) => frame): Promise<Uint8Array> {
  const cut = { left: 1_280, top: 60, width: 640, height: 480 };
  const frame = await sharp(samplePhoto(2)).extract(cut).png().toBuffer();
  return await change(sharp(frame)).jpeg({ quality: 85 }).toBuffer();
}
