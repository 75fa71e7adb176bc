/** One image from bytes to a reading, on the networks of any driver. */
import type { FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading, FaceSeen, ImageReading } from '../../core/identity/reading.ts';
import { extentOf, faceSquare, findLandmarks } from './align.ts';
import { type Box, detectFaces } from './detect.ts';
import { decodeImage, encodeClean, ImageRefusal, type Pixels } from './image.ts';
import { brightnessOf, differenceHash, eyesOf, lightOf } from './measure.ts';
import { type FaceNets, NET_SIDES } from './nets/nets.ts';
import { mirrored } from './sampling.ts';

/** Mean of the descriptors of a face and of its mirror image. */
async function describe(nets: FaceNets, square: Float32Array): Promise<readonly number[]> {
  const plain = await nets.descriptor(square);
  const turned = await nets.descriptor(mirrored(square, NET_SIDES.descriptor));
  return Array.from(plain, (value, i) => (value + (turned[i] ?? Number.NaN)) / 2);
}

async function readFace(
  nets: FaceNets,
  pixels: Pixels,
  box: Box,
  { descriptor, eyes }: FaceReadOptions,
): Promise<FaceSeen> {
  const landmarks = await findLandmarks(nets, pixels, box);
  const square = faceSquare(pixels, landmarks);
  return {
    score: box.score,
    sizePx: extentOf(landmarks, 0).side,
    landmarks,
    ...lightOf(square, NET_SIDES.descriptor),
    descriptor: descriptor ? await describe(nets, square) : null,
    eyes: eyes ? await eyesOf(nets, pixels, landmarks) : null,
  };
}

/** Reads decoded pixels. */
export async function readPixels(
  nets: FaceNets,
  pixels: Pixels,
  options: FaceReadOptions,
): Promise<ImageReading> {
  const boxes = await detectFaces(nets, pixels, options.sureCount);
  const [largest] = boxes;
  return {
    status: 'read',
    widthPx: pixels.width,
    heightPx: pixels.height,
    brightness: brightnessOf(pixels),
    hash: differenceHash(pixels),
    count: boxes.length,
    face: largest === undefined ? null : await readFace(nets, pixels, largest, options),
    cleaned: options.cleaned ? await encodeClean(pixels) : null,
  };
}

/** Reads attacker-controlled bytes. Refusals are answers; anything thrown is a fault of ours. */
export async function readImage(
  nets: FaceNets,
  bytes: Uint8Array,
  options: FaceReadOptions,
): Promise<FaceReading> {
  try {
    return await readPixels(nets, await decodeImage(bytes), options);
  } catch (error) {
    if (error instanceof ImageRefusal) return { status: 'refused', fault: error.fault };
    throw error;
  }
}
