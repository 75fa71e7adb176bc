/** What this server does when another one tells something. All of it would happen later anyway, by what is in the store. */
import type { App } from './context.ts';
import { endBanned } from './end-banned.ts';
import type { NodeMessage } from './node-ports.ts';

async function act(app: App, message: NodeMessage): Promise<unknown> {
  switch (message.kind) {
    case 'banned':
      return endBanned(app);
    case 'shared':
      return app.places.look();
    case 'wanted':
      // The keeper of the leases listens for itself.
      return null;
    default:
      return message satisfies never;
  }
}

/** Listens to the other servers. @returns its stop. */
export function hearNodes(app: App): () => void {
  return app.bus.listen((message) => {
    act(app, message).catch((error: unknown) => {
      app.log.warn('node.message-failed', { kind: message.kind, error: String(error) });
    });
  });
}
