/** A regulator in the console of a real server: signs in by the demo door and reads what the pages show. */
import type { Locator, Page } from 'playwright-core';

/** A numeric attribute. @throws when it is missing or no number. */
export async function numberOf(locator: Locator, attribute: string): Promise<number> {
  const value = Number(await locator.getAttribute(attribute));
  if (!Number.isFinite(value)) throw new Error(`expected a number in ${attribute}`);
  return value;
}

/** Enters as the demo regulator. */
export async function enterConsole(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/`);
  await page.getByTestId('enter-demo').click();
  await page.getByTestId('session-row').first().waitFor();
}

/** The server time (epoch ms) that a horizontal place of the timeline stands for. */
export async function timeAt(page: Page, x: number): Promise<number> {
  const plot = page.getByTestId('timeline-plot');
  const [left, width] = [await numberOf(plot, 'x'), await numberOf(plot, 'width')];
  const timeline = page.getByTestId('timeline');
  const [from, to] = [await numberOf(timeline, 'data-from-at'), await numberOf(timeline, 'data-to-at')];
  return from + ((x - left) / width) * (to - from);
}

/** Keeps a picture of the page for a person to look at when `ZHENXUE_SHOTS` names a folder. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.ZHENXUE_SHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
