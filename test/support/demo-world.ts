/** A demo server, a browser and a regulator for one file of end-to-end tests; set up before its tests and gone after them. */
import { afterAll, beforeAll } from 'vitest';
import {
  type Regulator,
  regulatorOf,
  type ServerProcess,
  startServerProcess,
  temporaryData,
} from './server-process.ts';
import { launchTabs, type TabbedChromium } from './tabbed-chromium.ts';

/** What the tests of a file share. Read it inside of tests only. */
export interface DemoWorld {
  readonly url: string;
  readonly browser: TabbedChromium;
  readonly regulator: Regulator;
  /** Kills the server as a power cut would, and starts it again on its data and its port. */
  killAndRestart(): Promise<void>;
}

/** Registers set-up and clean-up with the surrounding `describe`. */
export function demoWorld(): DemoWorld {
  const data = temporaryData();
  let server: ServerProcess | undefined;
  let browser: TabbedChromium | undefined;
  let regulator: Regulator | undefined;

  function present<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('expected to be used inside of a test');
    return part;
  }

  beforeAll(async () => {
    server = await startServerProcess(data.folder);
    // As a person has it: nothing says that a program drives it.
    browser = await launchTabs(['--disable-blink-features=AutomationControlled']);
    regulator = await regulatorOf(server.url);
  });

  afterAll(async () => {
    await browser?.stop();
    await server?.stop();
    data.remove();
  });

  return {
    get url() {
      return present(server).url;
    },
    get browser() {
      return present(browser);
    },
    get regulator() {
      return present(regulator);
    },
    async killAndRestart() {
      const { port } = present(server);
      await present(server).kill();
      server = await startServerProcess(data.folder, port);
      regulator = await regulatorOf(server.url);
    },
  };
}
