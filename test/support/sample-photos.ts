/** The sample photos that ship in the face-api package; read where they are installed, never copied. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Sample photos of the package: six, 22 faces. */
export const SAMPLES: readonly number[] = [1, 2, 3, 4, 5, 6];

/** Bytes of sample `n`, 1920 px wide. */
export function samplePhoto(n: number): Uint8Array {
  const file = `../../node_modules/@vladmandic/face-api/demo/sample${n}.jpg`;
  return readFileSync(fileURLToPath(new URL(file, import.meta.url)));
}

/** A webcam frame: 640×480 JPEG with the one face of sample 2. */
export async function webcamFrame(
  change: (frame: sharp.Sharp) => sharp.Sharp = (frame) => frame,
): Promise<Uint8Array> {
  const frame = sharp(samplePhoto(2)).resize(640, 480, { fit: 'cover' });
  return await change(frame).jpeg({ quality: 85 }).toBuffer();
}
