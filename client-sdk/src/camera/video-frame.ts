/** A camera shown in a preview, and pictures taken of it: unmirrored JPEG, whatever the preview shows. */
import type { Schedule } from '../core/effects.ts';
import { element } from '../screen/layer/element.ts';
import { brightnessOf, SAMPLE_PX } from './brightness.ts';

/** Milliseconds in which the first picture must come. */
const FIRST_PICTURE_MS = 8_000;

/** Shares of full quality, tried in this order until the picture is small enough. */
const QUALITIES = [0.85, 0.6, 0.4] as const;

/** What cameras are asked for. */
export const CONSTRAINTS: MediaStreamConstraints = {
  audio: false,
  video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
};

/** A preview: silent, in the page, mirrored by its style only. */
export function createPreview(doc: Document): HTMLVideoElement {
  const preview = element(doc, 'video', { 'aria-hidden': 'true' });
  preview.muted = true;
  preview.playsInline = true;
  return preview;
}

/** Shows a stream. @throws DOMException `NotReadableError` when no picture comes in time */
export async function showStream(
  preview: HTMLVideoElement,
  stream: MediaStream,
  schedule: Schedule,
): Promise<void> {
  preview.srcObject = stream;
  let stopTimer: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    stopTimer = schedule(FIRST_PICTURE_MS, () =>
      reject(new DOMException('expected a picture', 'NotReadableError')),
    );
  });
  try {
    await Promise.race([preview.play(), late]);
  } finally {
    stopTimer();
  }
}

/** Stops every track: the camera's light goes out. */
export function release(stream: MediaStream | null, preview: HTMLVideoElement): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  preview.srcObject = null;
}

/** Takes pictures of a preview. */
export interface Grabber {
  /** @returns null when the browser could not encode it in so many bytes */
  jpeg(bytesMax: number): Promise<Uint8Array | null>;
  /** Mean brightness of the present picture, 0…255. */
  brightness(): number;
}

/** @param width and height: the largest picture, px; the camera's shape is kept */
export function createGrabber(preview: HTMLVideoElement, width: number, height: number): Grabber {
  const doc = preview.ownerDocument;
  const canvas = element(doc, 'canvas', {});
  const sample = element(doc, 'canvas', {});
  sample.width = SAMPLE_PX;
  sample.height = SAMPLE_PX;
  return {
    async jpeg(bytesMax) {
      const { videoWidth, videoHeight } = preview;
      const scale = Math.min(1, width / videoWidth, height / videoHeight);
      canvas.width = Math.round(videoWidth * scale);
      canvas.height = Math.round(videoHeight * scale);
      canvas.getContext('2d')?.drawImage(preview, 0, 0, canvas.width, canvas.height);
      for (const quality of QUALITIES) {
        const blob = await new Promise<Blob | null>((got) => canvas.toBlob(got, 'image/jpeg', quality));
        if (blob !== null && blob.size <= bytesMax) return new Uint8Array(await blob.arrayBuffer());
      }
      return null;
    },
    brightness() {
      const pen = sample.getContext('2d', { willReadFrequently: true });
      pen?.drawImage(preview, 0, 0, SAMPLE_PX, SAMPLE_PX);
      return brightnessOf(pen?.getImageData(0, 0, SAMPLE_PX, SAMPLE_PX).data ?? new Uint8ClampedArray());
    },
  };
}
