/** One frame of the camera. The track is stopped as soon as the frame is drawn, whatever happens. */
import type { PhotoFailure } from '@zhenxue/protocol';
import type { Schedule } from '../../core/effects.ts';

/** Asks for a camera. */
export type OpenCamera = (constraints: MediaStreamConstraints) => Promise<MediaStream>;

/** Milliseconds that a camera needs to settle its exposure. */
const SETTLE_MS = 900;

/** Milliseconds in which the first frame must come. */
const FIRST_FRAME_MS = 8_000;

/** JPEG qualities, tried in this order until the photo is small enough. */
const QUALITIES = [0.8, 0.6, 0.4] as const;

/** A photo, or why there is none. */
export type Capture =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: PhotoFailure };

/** What taking a photo needs. */
export interface CaptureOptions {
  readonly doc: Document;
  readonly openCamera: OpenCamera;
  readonly schedule: Schedule;
  readonly bytesMax: number;
}

/** The protocol's word for what `getUserMedia` rejected with. */
export function failureOf(cause: unknown): PhotoFailure {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no-camera';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'error';
}

function pause(schedule: Schedule, delayMs: number): Promise<void> {
  return new Promise((resolve) => void schedule(delayMs, resolve));
}

async function firstFrame(viewer: HTMLVideoElement, schedule: Schedule): Promise<void> {
  let stopTimer: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    stopTimer = schedule(FIRST_FRAME_MS, () => reject(new DOMException('no frame', 'NotReadableError')));
  });
  try {
    await Promise.race([viewer.play(), late]);
  } finally {
    stopTimer();
  }
}

async function encode(canvas: HTMLCanvasElement, bytesMax: number): Promise<Uint8Array> {
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    if (blob !== null && blob.size <= bytesMax) return new Uint8Array(await blob.arrayBuffer());
  }
  throw new DOMException('the frame could not be encoded', 'EncodingError');
}

async function draw(stream: MediaStream, options: CaptureOptions): Promise<Uint8Array> {
  const { doc, schedule } = options;
  const viewer = doc.createElement('video');
  viewer.muted = true;
  viewer.playsInline = true;
  viewer.srcObject = stream;
  try {
    await firstFrame(viewer, schedule);
    await pause(schedule, SETTLE_MS);
    const canvas = doc.createElement('canvas');
    canvas.width = viewer.videoWidth;
    canvas.height = viewer.videoHeight;
    canvas.getContext('2d')?.drawImage(viewer, 0, 0);
    return await encode(canvas, options.bytesMax);
  } finally {
    viewer.srcObject = null;
  }
}

/** Takes one photo. Never rejects. */
export async function takePhoto(options: CaptureOptions): Promise<Capture> {
  let stream: MediaStream;
  try {
    stream = await options.openCamera({
      audio: false,
      video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
    });
  } catch (cause) {
    return { ok: false, why: failureOf(cause) };
  }
  try {
    return { ok: true, bytes: await draw(stream, options) };
  } catch (cause) {
    return { ok: false, why: failureOf(cause) };
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
