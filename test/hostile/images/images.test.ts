import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodeImage,
  encodeClean,
  IMAGE_BYTES_MAX,
  ImageRefusal,
} from '../../../server/src/adapters/face/image.ts';
import { animatedWebp, hugeJpeg, hugePng, mutated, scanBomb } from '../../support/hostile-images.ts';
import { webcamFrame } from '../../support/sample-photos.ts';

/** Mutations tried here; ZHENXUE_MUTATIONS=10000 for the whole set. */
const MUTATIONS = Number(process.env.ZHENXUE_MUTATIONS ?? 400);

async function faultOf(bytes: Uint8Array): Promise<string> {
  try {
    const { width, height } = await decodeImage(bytes);
    return `${width}x${height}`;
  } catch (error) {
    return error instanceof ImageRefusal ? error.fault : `an untyped error: ${String(error)}`;
  }
}

const frame = await webcamFrame();
const text = (value: string) => Buffer.from(value);
const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#123456' } })
    .png()
    .toBuffer();

const REFUSED: readonly (readonly [string, string, () => Promise<Uint8Array> | Uint8Array])[] = [
  ['no bytes at all', 'not-an-image', () => new Uint8Array(0)],
  ['a text', 'not-an-image', () => text('hello, this is no image at all')],
  [
    'an SVG',
    'not-an-image',
    () => text('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"></svg>'),
  ],
  [
    'an SVG behind the first bytes of a JPEG',
    'damaged',
    () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), text('<svg xmlns="http://www.w3.org/2000/svg"/>')]),
  ],
  [
    'a GIF',
    'not-an-image',
    () =>
      sharp({ create: { width: 99, height: 99, channels: 3, background: '#fff' } })
        .gif()
        .toBuffer(),
  ],
  ['half of a JPEG', 'damaged', () => frame.subarray(0, frame.length >> 1)],
  ['a JPEG without its end', 'damaged', () => frame.subarray(0, frame.length - 2_000)],
  ['a JPEG header alone', 'damaged', () => frame.subarray(0, 200)],
  ['a PNG that says 30,000 × 30,000', 'too-large', () => hugePng(30_000)],
  ['a JPEG that says 30,000 × 30,000', 'too-large', () => hugeJpeg(30_000)],
  ['a PNG that says more than its data', 'damaged', () => hugePng(3_000)],
  ['a progressive JPEG of hundreds of scans', 'too-large', () => scanBomb(1_000)],
  ['two frames', 'animated', () => animatedWebp()],
  ['one pixel', 'too-small', () => png(1, 1)],
  ['a thin line', 'too-small', () => png(3_000, 10)],
  ['too many bytes', 'too-large', () => Buffer.concat([frame, Buffer.alloc(IMAGE_BYTES_MAX)])],
];

describe('hostile images', () => {
  it.each(REFUSED)('refuses %s as %s', async (_name, fault, make) => {
    expect(await faultOf(await make())).toBe(fault);
  });

  it('decodes unusual but honest ones', async () => {
    expect(await faultOf(await sharp(frame).toColourspace('cmyk').jpeg().toBuffer())).toBe('640x480');
    expect(await faultOf(await sharp(frame).greyscale().jpeg().toBuffer())).toBe('640x480');
    expect(await faultOf(await sharp(frame).resize(320).ensureAlpha(0.5).png().toBuffer())).toBe('320x240');
    expect(await faultOf(await sharp(frame).webp().toBuffer())).toBe('640x480');
    expect(await faultOf(await sharp(frame).jpeg({ progressive: true }).toBuffer())).toBe('640x480');
    expect(await faultOf(await sharp(frame).resize(2_560).jpeg({ quality: 60 }).toBuffer())).toBe('1280x960');
  });

  it('turns pictures upright as their EXIF says', async () => {
    const onItsSide = await sharp(frame).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await faultOf(onItsSide)).toBe('480x640');
  });

  it('keeps nothing but pixels: no EXIF, no place, no second document', async () => {
    const exif = { IFD0: { Copyright: 'SECRET-OWNER' }, IFD3: { GPSLatitude: '34/1 45/1 0/1' } };
    const tagged = await sharp(frame)
      .withExif(exif)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRET-XMP</x:xmpmeta>')
      .jpeg()
      .toBuffer();
    const polyglot = Buffer.concat([tagged, text('PK\u0003\u0004<script>alert("SECRET-TAIL")</script>')]);
    expect(polyglot.includes('SECRET-OWNER') && polyglot.includes('SECRET-XMP')).toBe(true);
    const cleaned = Buffer.from(await encodeClean(await decodeImage(polyglot)));
    const { exif: left, xmp, icc, orientation } = await sharp(cleaned).metadata();
    expect([left, xmp, icc, orientation]).toEqual([undefined, undefined, undefined, undefined]);
    expect(cleaned.includes('SECRET')).toBe(false);
    expect(cleaned.includes('<script>')).toBe(false);
  });

  it(`answers ${MUTATIONS} random mutations of a JPEG with pixels or a typed refusal`, {
    timeout: 600_000,
  }, async () => {
    const small = await sharp(frame)
      .resize(160)
      .jpeg({ quality: 60 })
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer();
    const answers = new Map<string, number>();
    for (let n = 0; n < MUTATIONS; n += 1) {
      const answer = (await faultOf(mutated(small, n))).replace(/^\d+x\d+$/, 'decoded');
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    const known = ['decoded', 'damaged', 'not-an-image', 'too-large', 'too-small'];
    expect([...answers.keys()].filter((answer) => !known.includes(answer))).toEqual([]);
    expect(answers.get('decoded')).toBeGreaterThan(0);
    expect(answers.get('damaged')).toBeGreaterThan(0);
  });
});
