/** How the application refuses: a code of the closed list and a sentence that says what was expected. */
import type { ErrorCode } from '@zhenxue/protocol';

/** A refusal with a stable code. `message` never holds a token, an image or content of the refused request. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly code: ErrorCode;
  /** With `platform-banned`: the last local date of the ban. */
  readonly banEndsOn: string | null;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; banEndsOn?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.banEndsOn = options.banEndsOn ?? null;
  }
}

/** A write under an epoch that is not the present one: another server took the sitting over. Nothing was stored. */
export class LeaseLost extends Refusal {
  override readonly name: string = 'LeaseLost';

  constructor() {
    super('unavailable', 'append: expected the present epoch of the sitting; another server took it over');
  }
}

/** Another living server holds the sitting; it was told, and lets go when it can. */
export class HeldElsewhere extends Refusal {
  override readonly name: string = 'HeldElsewhere';

  constructor() {
    super('unavailable', 'expected a sitting that no other server holds');
  }
}

/** The refusal for tenants who ask for what is not theirs: the same as for what does not exist. */
export function notFound(what: string): Refusal {
  return new Refusal('not-found', `expected the id of an existing ${what}`);
}
