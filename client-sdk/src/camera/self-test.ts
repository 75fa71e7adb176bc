/** The camera self-test: a mirrored preview that never leaves the device, and one plain sentence about what is wrong. */
import type { Schedule } from '../core/effects.ts';
import { element } from '../screen/layer/element.ts';
import { failureOf, type OpenCamera } from '../screen/photo/capture.ts';
import type { Lang } from '../screen/texts.ts';
import { lightProblem } from './brightness.ts';
import { openDialog } from './dialog.ts';
import type { CameraProblem, CameraTexts } from './texts.ts';
import { CONSTRAINTS, createGrabber, createPreview, release, showStream } from './video-frame.ts';

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

/** Milliseconds for exposure to settle. */
const SETTLE_MS = 1_200;

/** What a self-test needs. */
export interface SelfTestOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly texts: CameraTexts;
  readonly openCamera: OpenCamera;
  readonly schedule: Schedule;
}

function look(preview: HTMLVideoElement): CameraCheck {
  const { videoWidth: width, videoHeight: height } = preview;
  const brightness = createGrabber(preview, width, height).brightness();
  const problem = lightProblem(brightness);
  return { ok: problem === null, problem, width, height, brightness };
}

function failed(cause: unknown): CameraCheck {
  return { ok: false, problem: failureOf(cause), width: 0, height: 0, brightness: null };
}

/** Opens the camera for a look. The track is stopped when the dialog closes, whatever happens. @returns the last result */
export function testCamera(options: SelfTestOptions): Promise<CameraCheck> {
  const { texts, container } = options;
  const doc = container.ownerDocument;
  const preview = createPreview(doc);
  let stream: MediaStream | null = null;
  let round = 0;
  let result: CameraCheck = failed(null);
  const letGo = (): void => {
    release(stream, preview);
    stream = null;
  };
  return new Promise((resolve) => {
    const close = (): void => {
      round += 1;
      letGo();
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
      letGo();
      dialog.say(texts.testWait);
      try {
        const opened = await options.openCamera(CONSTRAINTS);
        stream = opened;
        if (mine !== round) return letGo();
        await showStream(preview, opened, options.schedule);
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
