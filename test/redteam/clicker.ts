/** Answers popups by remote debugging: finds them in the accessibility tree, clicks the exact centre of what it finds. */
import type { CDPSession } from 'playwright-core';
import { pause } from './stage.ts';

interface AxNode {
  readonly backendDOMNodeId?: number;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
  readonly ignored?: boolean;
}

async function click(cdp: CDPSession, node: AxNode | undefined): Promise<void> {
  if (node?.backendDOMNodeId === undefined) return;
  const { model } = await cdp.send('DOM.getBoxModel', { backendNodeId: node.backendDOMNodeId });
  const [left = 0, top = 0, , , right = 0, bottom = 0] = model.border;
  const at = { x: (left + right) / 2, y: (top + bottom) / 2 };
  await cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at });
  const press = { ...at, button: 'left', clickCount: 1 } as const;
  await cdp.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...press });
  await cdp.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...press });
}

async function look(cdp: CDPSession): Promise<void> {
  const { nodes } = (await cdp.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
  const seen = nodes.filter((node) => node.ignored !== true);
  const named = (name: string): AxNode | undefined =>
    seen.find(({ role, name: own }) => role?.value === 'button' && own?.value === name);
  const sum = seen
    .map(({ name }) => /(\d+) \+ (\d+)/.exec(name?.value ?? ''))
    .find((found) => found !== null);
  await click(cdp, named('I am here') ?? named('Cannot read it? Solve a sum instead'));
  if (sum === undefined) return;
  await click(
    cdp,
    seen.find(({ role }) => role?.value === 'textbox'),
  );
  await cdp.send('Input.insertText', { text: String(Number(sum?.[1]) + Number(sum?.[2])) });
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', code: 'Enter', text: '\r' });
}

/** Clicks for a while. */
export async function clickByProgram(cdp: CDPSession, forMs: number): Promise<void> {
  await cdp.send('Accessibility.enable');
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    await look(cdp).catch(() => undefined);
    await pause(500);
  }
}
