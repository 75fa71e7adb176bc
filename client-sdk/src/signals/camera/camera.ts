import { CAMERA_ODD } from '@zhenxue/protocol';
import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Names that programs give to cameras that are none, and identifiers where a device has a name. */
const VIRTUAL_LABEL = /virtual|obs|manycam|snap cam|xsplit|droidcam|^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** What is odd about a track, in bits of `CAMERA_ODD`. */
async function oddities(track: MediaStreamTrack): Promise<number> {
  const { deviceId = '', groupId = '' } = track.getSettings();
  const devices = await navigator.mediaDevices.enumerateDevices();
  const listed = devices.some((device) => device.kind === 'videoinput' && device.deviceId === deviceId);
  const made = Object.getPrototypeOf(track) !== MediaStreamTrack.prototype;
  const uncounted = 'stats' in MediaStreamTrack.prototype && (track as { stats?: unknown }).stats == null;
  return (
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
      void oddities(track).then(
        (odd) => tell(0, odd),
        () => undefined,
      );
  });
};
