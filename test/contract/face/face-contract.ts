/** What every driver of the face networks must do: the same, on the same pixels. */
import { expect, it } from 'vitest';
import { decodeImage } from '../../../server/src/adapters/face/image.ts';
import type { FaceNets } from '../../../server/src/adapters/face/nets/nets.ts';
import { readImage, readPixels } from '../../../server/src/adapters/face/pipeline.ts';
import { selfTest } from '../../../server/src/adapters/face/self-test.ts';
import { descriptorDistance } from '../../../server/src/core/identity/compare.ts';
import type { ImageReading } from '../../../server/src/core/identity/reading.ts';
import { FACE_THRESHOLDS } from '../../../server/src/core/identity/thresholds.ts';
import { SAMPLES, samplePhoto, webcamFrame } from '../../support/sample-photos.ts';

const ALL = { descriptor: true, eyes: true, sureCount: false, cleaned: false };

/** Faces that the pipeline counts in the samples. */
const FACES = [3, 3, 3, 4, 5, 4];

async function readSample(nets: FaceNets, n: number): Promise<ImageReading> {
  return await readPixels(nets, await decodeImage(samplePhoto(n)), ALL);
}

/** Runs the contract against a driver; `reference` is another one. */
export function faceContract(open: () => FaceNets, reference: () => FaceNets): void {
  it('gives the recorded numbers', async () => {
    await expect(selfTest(open())).resolves.toBeUndefined();
  });

  it.each(SAMPLES)('agrees with the reference on sample %i', async (n) => {
    const ours = await readSample(open(), n);
    const theirs = await readSample(reference(), n);
    expect(ours.count).toBe(FACES[n - 1]);
    expect(theirs.count).toBe(ours.count);
    const [a, b] = [ours.face, theirs.face];
    if (a === null || b === null || a.descriptor === null || b.descriptor === null)
      throw new Error('expected a face');
    expect(descriptorDistance(a.descriptor, b.descriptor, FACE_THRESHOLDS)).toBeLessThan(1e-3);
    for (const [i, point] of a.landmarks.entries()) {
      const other = b.landmarks[i] ?? { x: Number.NaN, y: Number.NaN };
      expect(Math.hypot(point.x - other.x, point.y - other.y)).toBeLessThan(1);
    }
    expect(a.eyes?.[0]).toBeCloseTo(b.eyes?.[0] ?? Number.NaN, 3);
    expect(ours.hash).toBe(theirs.hash);
  });

  it('knows a face again when the head is rolled and the light is less', async () => {
    const plain = await readImage(open(), await webcamFrame(), ALL);
    const changed = await readImage(
      open(),
      await webcamFrame((frame) => frame.rotate(20, { background: '#404040' }).modulate({ brightness: 0.7 })),
      ALL,
    );
    if (plain.status !== 'read' || changed.status !== 'read') throw new Error('expected two readings');
    const [a, b] = [plain.face?.descriptor ?? [], changed.face?.descriptor ?? []];
    expect(descriptorDistance(a, b, FACE_THRESHOLDS)).toBeLessThan(FACE_THRESHOLDS.matchMax);
  });

  it('sees nobody where nobody is', async () => {
    const empty = await webcamFrame((frame) => frame.blur(60));
    expect(await readImage(open(), empty, ALL)).toMatchObject({ status: 'read', count: 0, face: null });
  });
}
