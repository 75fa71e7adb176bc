import { CAMERA_ODD } from '@zhenxue/protocol';
import type { Signal, SignalContext } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Names that programs give to cameras that are none, and identifiers where a device has a name. */
const VIRTUAL_LABEL = /virtual|obs|manycam|snap cam|xsplit|droidcam|^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Ms between two looks at the picture, and its sides while it is compared: a sensor's noise survives any scaling. */
const LOOK_AGAIN_MS = 350;
const SIDE_PX = 48;

/** Difference of brightness below which a picture says nothing: a covered lens is the same black twice. */
const CONTRAST_MIN = 24;

interface FrameGrabber {
  grabFrame(): Promise<ImageBitmap>;
}

async function pixels(grabber: FrameGrabber, doc: Document): Promise<Uint8ClampedArray> {
  const frame = await grabber.grabFrame();
  const canvas = doc.createElement('canvas');
  canvas.width = SIDE_PX;
  canvas.height = SIDE_PX;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen?.drawImage(frame, 0, 0, SIDE_PX, SIDE_PX);
  frame.close();
  return pen?.getImageData(0, 0, SIDE_PX, SIDE_PX).data ?? new Uint8ClampedArray();
}

/** Whether two pictures taken apart are the same to the last bit, as no sensor's ever are. */
async function isFrozen(track: MediaStreamTrack, { player, schedule }: SignalContext): Promise<boolean> {
  const Grabber = (window as { ImageCapture?: new (track: MediaStreamTrack) => FrameGrabber }).ImageCapture;
  if (Grabber === undefined) return false;
  const grabber = new Grabber(track);
  const doc = player.video.ownerDocument;
  const first = await pixels(grabber, doc);
  await new Promise<void>((resolve) => void schedule(LOOK_AGAIN_MS, resolve));
  const second = await pixels(grabber, doc);
  const light = first.filter((_value, index) => index % 4 === 1);
  if (Math.max(...light) - Math.min(...light) < CONTRAST_MIN) return false;
  return first.every((value, index) => value === second[index]);
}

/** What is odd about a track, in bits of `CAMERA_ODD`. */
async function oddities(track: MediaStreamTrack, ctx: SignalContext): Promise<number> {
  const { deviceId = '', groupId = '' } = track.getSettings();
  const devices = await navigator.mediaDevices.enumerateDevices();
  const listed = devices.some((device) => device.kind === 'videoinput' && device.deviceId === deviceId);
  const made = Object.getPrototypeOf(track) !== MediaStreamTrack.prototype;
  const uncounted = 'stats' in MediaStreamTrack.prototype && (track as { stats?: unknown }).stats == null;
  const frozen = await isFrozen(track, ctx).catch(() => false);
  return (
    (frozen ? CAMERA_ODD.frozen : 0) |
    (made ? CAMERA_ODD.constructed : 0) |
    (deviceId === '' ? CAMERA_ODD.noDevice : 0) |
    (listed ? 0 : CAMERA_ODD.unlisted) |
    (groupId === '' ? CAMERA_ODD.noGroup : 0) |
    (uncounted ? CAMERA_ODD.noStats : 0) |
    (VIRTUAL_LABEL.test(track.label) ? CAMERA_ODD.virtualLabel : 0)
  );
}

/** Facts about every camera that is opened for a photo or a challenge. Nothing of its picture leaves the page here. */
export const cameraSignal: Signal = (ctx) => {
  const tell = witnessed(ctx, 'camera', [0, 0]);
  return ctx.onCamera((stream) => {
    const [track] = stream.getVideoTracks();
    if (track !== undefined)
      void oddities(track, ctx).then(
        (odd) => tell(0, odd),
        () => undefined,
      );
  });
};
