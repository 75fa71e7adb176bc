/** The camera self-test: a mirrored preview that never leaves the device, and one plain sentence about what is wrong. */
import type { Schedule } from '../core/effects.ts';
import { element } from '../screen/layer/element.ts';
import { failureOf, type OpenCamera } from '../screen/photo/capture.ts';
import type { Lang } from '../screen/texts.ts';
import { openDialog } from './dialog.ts';
import type { CameraProblem, CameraTexts } from './texts.ts';

/** Result of a self-test. */
export interface CameraCheck {
  readonly ok: boolean;
  readonly problem: CameraProblem | null;
  /** Pixels of the camera's picture, 0 without one. */
  readonly width: number;
  readonly height: number;
  /** Mean brightness, 0…255; null without a picture. */
  readonly brightness: number | null;
}

/** Mean brightness below which nobody can be recognised, and above which neither. */
const DARK_MAX = 40;
const BRIGHT_MIN = 225;

/** Milliseconds for exposure to settle. */
const SETTLE_MS = 1_200;

/** Side of the picture that brightness is measured on, px. */
const SAMPLE_PX = 48;

/** What a self-test needs. */
export interface SelfTestOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly texts: CameraTexts;
  readonly openCamera: OpenCamera;
  readonly schedule: Schedule;
}

/** Mean brightness of a picture, 0…255 (Rec. 601 luma). */
export function brightnessOf(pixels: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i + 3 < pixels.length; i += 4)
    sum += 0.299 * (pixels[i] ?? 0) + 0.587 * (pixels[i + 1] ?? 0) + 0.114 * (pixels[i + 2] ?? 0);
  return pixels.length === 0 ? 0 : Math.round((4 * sum) / pixels.length);
}

/** What a brightness means. */
export function lightProblem(brightness: number): 'too-dark' | 'too-bright' | null {
  if (brightness < DARK_MAX) return 'too-dark';
  return brightness > BRIGHT_MIN ? 'too-bright' : null;
}

function look(preview: HTMLVideoElement): CameraCheck {
  const canvas = element(preview.ownerDocument, 'canvas', {});
  canvas.width = SAMPLE_PX;
  canvas.height = SAMPLE_PX;
  const pen = canvas.getContext('2d');
  pen?.drawImage(preview, 0, 0, SAMPLE_PX, SAMPLE_PX);
  const brightness = brightnessOf(
    pen?.getImageData(0, 0, SAMPLE_PX, SAMPLE_PX).data ?? new Uint8ClampedArray(),
  );
  const problem = lightProblem(brightness);
  const { videoWidth: width, videoHeight: height } = preview;
  return { ok: problem === null, problem, width, height, brightness };
}

function failed(cause: unknown): CameraCheck {
  return { ok: false, problem: failureOf(cause), width: 0, height: 0, brightness: null };
}

/** Opens the camera for a look. The track is stopped when the dialog closes, whatever happens. @returns the last result */
export function testCamera(options: SelfTestOptions): Promise<CameraCheck> {
  const { texts, container } = options;
  const doc = container.ownerDocument;
  const preview = element(doc, 'video', { 'aria-hidden': 'true' });
  preview.muted = true;
  preview.playsInline = true;
  let stream: MediaStream | null = null;
  let round = 0;
  let result: CameraCheck = failed(null);
  const release = (): void => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    preview.srcObject = null;
  };
  return new Promise((resolve) => {
    const close = (): void => {
      round += 1;
      release();
      dialog.close();
      resolve(result);
    };
    const tell = (check: CameraCheck): void => {
      result = check;
      dialog.say(
        check.problem === null ? texts.testGood : texts.problems[check.problem],
        check.problem !== null,
      );
    };
    async function run(): Promise<void> {
      round += 1;
      const mine = round;
      release();
      dialog.say(texts.testWait);
      try {
        const opened = await options.openCamera({ audio: false, video: { facingMode: 'user' } });
        stream = opened;
        if (mine !== round) return release();
        preview.srcObject = opened;
        await preview.play();
        await new Promise<void>((settled) => void options.schedule(SETTLE_MS, settled));
        if (mine === round) tell(look(preview));
      } catch (cause) {
        if (mine === round) tell(failed(cause));
      }
    }
    const dialog = openDialog({
      ...options,
      name: 'camera-test',
      title: texts.testTitle,
      body: [element(doc, 'p', {}, texts.testAsk), preview],
      actions: [
        { label: texts.close, run: close },
        { label: texts.again, plain: true, run: () => void run() },
      ],
      onEscape: close,
    });
    void run();
  });
}
