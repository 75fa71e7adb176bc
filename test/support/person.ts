/**
 * A person in front of the demo lesson. What this person knows of the page is what a screen reader is told (the accessibility
 * tree, which also holds closed shadow roots), and what it does, it does by keyboard and by pressing what can be pressed.
 */
import type { CDPSession, Page } from 'playwright-core';

/** Milliseconds between two looks at the page. */
const LOOK_MS = 250;

/** Looks after which an answer that changed nothing is given again. */
const PATIENCE_LOOKS = 8;

interface AxNode {
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
  readonly ignored?: boolean;
}

/** A person; `leave` ends what it does by itself. */
export interface Person {
  /** Popups answered so far. */
  answered(): number;
  /** Text that the page tells a screen reader, joined. */
  reads(): Promise<string>;
  leave(): Promise<void>;
}

/** A frame and those inside of it. */
interface FrameTree {
  readonly frame: { readonly id: string };
  readonly childFrames?: readonly FrameTree[];
}

function framesIn({ frame, childFrames = [] }: FrameTree): string[] {
  return [frame.id, ...childFrames.flatMap(framesIn)];
}

async function textsOf(session: CDPSession): Promise<string[]> {
  const { frameTree } = await session.send('Page.getFrameTree');
  const trees = framesIn(frameTree).map((frameId) =>
    session.send('Accessibility.getFullAXTree', { frameId }),
  );
  const nodes = (await Promise.all(trees)).flatMap((tree) => tree.nodes as AxNode[]);
  return nodes
    .filter((node) => node.ignored !== true)
    .map((node) => `${node.role?.value ?? ''}:${node.name?.value ?? ''}`);
}

/** The keys that agree to everything that the camera notice asks, scope by scope; null when it is not on screen. */
function agreementTo(texts: readonly string[]): readonly string[] | null {
  if (!texts.includes('button:Agree to what is ticked and go on')) return null;
  return ['Tab', 'Space', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'Enter'];
}

/** The keys that answer the popup on screen; null when there is none. */
function answerTo(texts: readonly string[]): readonly string[] | null {
  if (!texts.some((text) => text.startsWith('dialog:'))) return null;
  for (const text of texts) {
    const [sum, a, b] = /(\d+) \+ (\d+)/.exec(text) ?? [];
    if (sum !== undefined) return [...String(Number(a) + Number(b)), 'Enter'];
  }
  // The dialog takes the focus, not its button: nobody answers by a key that was meant for something else.
  if (texts.includes('button:Cannot read it? Solve a sum instead')) return ['Tab', 'Tab', 'Enter'];
  return texts.includes('button:I am here') ? ['Tab', 'Enter'] : null;
}

/** Sits down: from here on every popup is answered by keyboard, and the camera is agreed to. */
export async function sitDown(page: Page): Promise<Person> {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  let answered = 0;
  let here = true;
  const popup = async (): Promise<readonly string[] | null> => answerTo(await textsOf(session));
  async function attend(): Promise<void> {
    while (here) {
      const agreement = agreementTo(await textsOf(session));
      for (const key of here ? (agreement ?? []) : []) await page.keyboard.press(key);
      const keys = agreement === null ? await popup() : null;
      for (const key of here ? (keys ?? []) : []) await page.keyboard.press(key);
      // The popup stays until the server has said that the answer is right; a key pressed too early is pressed again.
      for (let look = 0; here && keys !== null && look < PATIENCE_LOOKS; look += 1) {
        await page.waitForTimeout(LOOK_MS);
        if ((await popup()) !== null) continue;
        answered += 1;
        break;
      }
      await page.waitForTimeout(LOOK_MS);
    }
  }
  let fault: unknown = null;
  const attending = attend().catch((error: unknown) => {
    fault = here ? error : null;
  });
  return {
    answered: () => answered,
    reads: async () => (await textsOf(session)).join('\n'),
    async leave() {
      here = false;
      await attending;
      if (fault !== null) throw fault;
    },
  };
}

/** Opens the demo lesson for a learner and begins it. Resolves when the video plays. */
export async function beginLesson(
  page: Page,
  url: string,
  learner: string,
  lesson = 'lesson-1',
): Promise<void> {
  await page.goto(`${url}/demo/?lang=en&consent=given&lesson=${lesson}&learner=${learner}`);
  await page.getByTestId('start').click();
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2);
}

/** Waits until something that the server is asked for holds; asks again after a moment. @throws after `withinMs`. */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  withinMs: number,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`expected it to hold within ${withinMs} ms; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
