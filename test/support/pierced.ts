/** Looks into closed shadow roots, as only the browser's own tools can: what is in the tree, where it is, what a screen reader is told. */
import type { Page } from 'playwright-core';

interface DomNode {
  readonly nodeId: number;
  readonly nodeName: string;
  readonly nodeValue: string;
  readonly attributes?: readonly string[];
  readonly children?: readonly DomNode[];
  readonly shadowRoots?: readonly DomNode[];
}

interface AxNode {
  readonly ignored?: boolean;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
}

function* walk(node: DomNode): Generator<DomNode> {
  yield node;
  for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) yield* walk(child);
}

/** A rectangle in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Tools for one page. */
export interface Pierced {
  /** Every text and attribute value of the document, closed shadow roots included. */
  texts(): Promise<string>;
  /** Where the first element of a class is; null when there is none. */
  boxOf(className: string): Promise<Box | null>;
  /** A computed style of the first element of a class; null when there is none. */
  styleOf(className: string, property: string): Promise<string | null>;
  /** `role:name` of everything that a screen reader is told. */
  spoken(): Promise<string[]>;
}

/** Attaches to a page. */
export async function pierce(page: Page): Promise<Pierced> {
  const session = await page.context().newCDPSession(page);
  const nodes = async (): Promise<DomNode[]> => {
    const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
    return [...walk(root as DomNode)];
  };
  const find = async (className: string): Promise<DomNode | undefined> =>
    (await nodes()).find(({ attributes = [] }) => {
      const at = attributes.indexOf('class');
      return at >= 0 && (attributes[at + 1] ?? '').split(' ').includes(className);
    });
  return {
    async styleOf(className, property) {
      await session.send('DOM.enable');
      await session.send('CSS.enable');
      const found = await find(className);
      if (found === undefined) return null;
      const { computedStyle } = await session.send('CSS.getComputedStyleForNode', { nodeId: found.nodeId });
      return computedStyle.find(({ name }) => name === property)?.value ?? null;
    },
    texts: async () =>
      (await nodes()).map((node) => [node.nodeValue, ...(node.attributes ?? [])].join(' ')).join('\n'),
    async boxOf(className) {
      const found = await find(className);
      if (found === undefined) return null;
      const { model } = await session.send('DOM.getBoxModel', { nodeId: found.nodeId });
      const [left = 0, top = 0, , , right = 0, bottom = 0] = model.border;
      return { left, top, right, bottom };
    },
    async spoken() {
      await session.send('Accessibility.enable');
      const { nodes: told } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
      return told
        .filter((node) => node.ignored !== true)
        .map((node) => `${node.role?.value ?? ''}:${node.name?.value ?? ''}`);
    },
  };
}
