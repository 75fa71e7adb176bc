/** Images as an attacker would send them, made in memory. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { webcamFrame } from './sample-photos.ts';

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG whose header says `side × side`, with hardly any data behind it. */
export function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A JPEG whose frame header says `side × side`. */
export async function hugeJpeg(side: number): Promise<Buffer> {
  const bytes = Buffer.from(await webcamFrame());
  const at = bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1] === 0xc0 || bytes[i + 1] === 0xc2));
  bytes.writeUInt16BE(side, at + 5);
  bytes.writeUInt16BE(side, at + 7);
  return bytes;
}

/** A progressive JPEG whose last scan is repeated `times` times: each is a pass over all pixels. */
export async function scanBomb(times: number): Promise<Buffer> {
  const bytes = await sharp({ create: { width: 4_000, height: 4_000, channels: 3, background: '#808080' } })
    .jpeg({ progressive: true, quality: 20 })
    .toBuffer();
  const scan = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
  const body = bytes.subarray(scan, bytes.length - 2);
  const room = Math.min(times, Math.floor((500_000 - bytes.length) / body.length));
  return Buffer.concat([
    bytes.subarray(0, bytes.length - 2),
    ...Array<Buffer>(room).fill(body),
    bytes.subarray(-2),
  ]);
}

/** Two frames. */
export async function animatedWebp(): Promise<Buffer> {
  const frames = await Promise.all(
    ['#ff0000', '#00ff00'].map((background) =>
      sharp({ create: { width: 128, height: 128, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return await sharp(frames, { join: { animated: true } })
    .webp({ loop: 0, delay: [50, 50] })
    .toBuffer();
}

/** Changes 1–12 bytes, cuts or doubles parts: the same for the same `n`. */
export function mutated(bytes: Uint8Array, n: number): Buffer {
  let state = (n * 2_654_435_761 + 1) >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let copy = Buffer.from(bytes);
  const changes = 1 + next(12);
  for (let i = 0; i < changes; i += 1) {
    const at = next(n % 2 === 0 ? Math.min(700, copy.length) : copy.length);
    if (next(12) === 0)
      copy = Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + next(60)))]);
    else copy[at] = next(4) === 0 ? 0xff : next(256);
  }
  return copy;
}
