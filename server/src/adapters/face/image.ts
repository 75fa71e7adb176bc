/**
 * Attacker-controlled bytes → pixels. Caps come before decoding: bytes, then the header's format, frames and pixels; libvips
 * refuses what contradicts itself, and gets a time limit of its own because a thread inside of it cannot be stopped.
 */
import sharp from 'sharp';
import type { ImageFault } from '../../core/identity/reading.ts';

/** Bytes of one image: as much as the wire takes (protocol: PHOTO_BYTES_MAX). */
export const IMAGE_BYTES_MAX: number = 512 * 1_024;

/** Pixels that a header may announce: 4096 × 4096, 48 MiB once decoded. */
export const IMAGE_PIXELS_MAX: number = 4_096 * 4_096;

/** Longest side after decoding, px (core: DECODED_SIDE_MAX_PX). */
export const DECODED_SIDE_PX = 1_280;

/** Shortest side in which a face can be found, px. */
export const IMAGE_SIDE_MIN_PX = 64;

/** Seconds that libvips may take. */
export const DECODE_SECONDS_MAX = 3;

/** Scans of a progressive JPEG: encoders write about ten, bombs hundreds, each of which is a pass over all pixels. */
export const JPEG_SCANS_MAX = 32;

/** JPEG quality of the cleaned image. */
const CLEANED_QUALITY = 88;

const FORMATS = new Set(['jpeg', 'png', 'webp']);
const JPEG_START_OF_SCAN = 0xda;

/** Decoded pixels: RGB, 8 bit, upright. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Bytes that are refused, and why. */
export class ImageRefusal extends Error {
  override readonly name: string = 'ImageRefusal';
  readonly fault: ImageFault;

  constructor(fault: ImageFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.fault = fault;
  }
}

/** Marker bytes inside of entropy-coded data are stuffed (ff 00), so that this counts scans, if anything too many. */
function countScans(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === JPEG_START_OF_SCAN) scans += 1;
  }
  return scans;
}

/** First bytes: JPEG, PNG or WebP. libvips must never see anything else (SVG, PDF, TIFF, …). */
function looksRight(bytes: Uint8Array): boolean {
  const starts = (expected: readonly number[], at = 0) => expected.every((byte, i) => bytes[at + i] === byte);
  if (bytes.length < 12) return false;
  if (starts([0xff, 0xd8, 0xff]) || starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return true;
  return starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8);
}

function checkBytes(bytes: Uint8Array): void {
  if (bytes.length > IMAGE_BYTES_MAX) {
    throw new ImageRefusal('too-large', `expected at most ${IMAGE_BYTES_MAX} bytes, got ${bytes.length}`);
  }
  if (!looksRight(bytes)) throw new ImageRefusal('not-an-image', 'expected JPEG, PNG or WebP');
  if (bytes[0] === 0xff && countScans(bytes) > JPEG_SCANS_MAX) {
    throw new ImageRefusal('too-large', `expected at most ${JPEG_SCANS_MAX} scans of a JPEG`);
  }
}

async function checkHeader(bytes: Uint8Array): Promise<void> {
  const { format, width, height, pages } = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (!FORMATS.has(format)) throw new ImageRefusal('not-an-image', 'expected JPEG, PNG or WebP');
  if ((pages ?? 1) > 1) throw new ImageRefusal('animated', 'expected one frame');
  if (width * height > IMAGE_PIXELS_MAX) {
    throw new ImageRefusal('too-large', `expected at most ${IMAGE_PIXELS_MAX} pixels`);
  }
  if (Math.min(width, height) < IMAGE_SIDE_MIN_PX) {
    throw new ImageRefusal('too-small', `expected sides of at least ${IMAGE_SIDE_MIN_PX} px`);
  }
}

/** Whatever libvips says about attacker-controlled bytes is about those bytes. */
function refusalOf(error: unknown): ImageRefusal {
  if (error instanceof ImageRefusal) return error;
  if (/timeout/i.test(String(error)))
    return new ImageRefusal('too-slow', `expected decoding within ${DECODE_SECONDS_MAX} s`, error);
  return new ImageRefusal('damaged', 'expected an image that can be decoded', error);
}

/**
 * Decodes one image: upright by its EXIF orientation, sRGB, without alpha, scaled down to {@link DECODED_SIDE_PX}.
 * @throws ImageRefusal with the reason; no other error comes from the content.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Pixels> {
  try {
    checkBytes(bytes);
    await checkHeader(bytes);
    const { data, info } = await sharp(bytes, { limitInputPixels: IMAGE_PIXELS_MAX, failOn: 'error' })
      .timeout({ seconds: DECODE_SECONDS_MAX })
      .autoOrient()
      .resize(DECODED_SIDE_PX, DECODED_SIDE_PX, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .flatten({ background: '#000000' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new ImageRefusal('damaged', 'expected three channels of colour');
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw refusalOf(error);
  }
}

/** The image as JPEG, from its pixels alone: no metadata, no trailing bytes, no second document hidden in it. */
export async function encodeClean({ data, width, height }: Pixels): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 as const };
  return await sharp(data, { raw }).jpeg({ quality: CLEANED_QUALITY, mozjpeg: false }).toBuffer();
}
