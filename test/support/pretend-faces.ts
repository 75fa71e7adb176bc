/** An engine whose pictures say in plain text who is on them: for what the server does with readings, without pixels. */
import { createHash } from 'node:crypto';
import type { FaceEngine } from '../../server/src/app/ports.ts';
import { descriptorOf, landmarksOf, type Pose, readingOf } from './face-shape.ts';

/** What is on a pretended picture. */
export interface Picture extends Pose {
  /** Who is on it, 0–60. */
  readonly person?: number;
  readonly count?: number;
  readonly brightness?: number;
  /** Openness of the eyes; 0.35 is open. */
  readonly eyes?: number;
  /** Two pictures with the same shot are copies. */
  readonly shot?: number;
}

const MAGIC = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

/** Bytes that pass for a JPEG. */
export function pictureOf(picture: Picture): Uint8Array {
  return Buffer.concat([MAGIC, Buffer.from(JSON.stringify(picture).padEnd(64))]);
}

/** @param name other weights make templates incomparable. */
export function pretendFaces(name = 'pretended'): FaceEngine & { readonly reads: () => number } {
  let reads = 0;
  return {
    name: { driver: 'pretended', models: { 'face-recognition': name } },
    reads: () => reads,
    async read(bytes, wanted) {
      reads += 1;
      const picture = JSON.parse(Buffer.from(bytes.subarray(MAGIC.length)).toString()) as Picture;
      const { person = 0, count = 1, brightness = 120, eyes = 0.35, shot = 0 } = picture;
      const hash = createHash('sha256').update(`${person} ${shot}`).digest('hex').slice(0, 16);
      const descriptor = wanted.descriptor ? descriptorOf(person, 0.2, shot % 60) : null;
      const seen = { landmarks: landmarksOf(picture), brightness, descriptor, eyes: [eyes, eyes] as const };
      const reading = readingOf(seen, { count, brightness, hash });
      return reading.status === 'read' && wanted.cleaned ? { ...reading, cleaned: bytes } : reading;
    },
    close: async () => {},
  };
}
