/** What every page needs, handed down by `main.ts`; there is no module-level state. */
import type { ConsoleToken } from '@zhenxue/protocol';
import { type InjectionKey, inject, type Ref } from 'vue';
import type { Api } from '../api/client.ts';

/** The running console. */
export interface ConsoleContext {
  readonly api: Api;
  /** Who is signed in, null when nobody. */
  readonly user: Readonly<Ref<ConsoleToken | null>>;
  /** True after the server refused an expired token, until the next sign-in. */
  readonly expired: Readonly<Ref<boolean>>;
  signIn(token: ConsoleToken): void;
  signOut(): void;
  toggleLanguage(): void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Key of the context. */
export const CONSOLE: InjectionKey<ConsoleContext> = Symbol('console');

/** The context of the running console. */
export function useConsole(): ConsoleContext {
  const context = inject(CONSOLE);
  if (context === undefined) throw new Error('expected the console context to be provided by main.ts');
  return context;
}
