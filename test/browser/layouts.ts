// The page on screens of several sizes, in dark, and from right to left; each in Cockpit's shell.
import { checkout } from '../host/paths.ts';
import { frameOf, setTheme } from './accessible.ts';
import type { Visit } from './browser.ts';

const layouts = {
  desktop: { width: 1280, height: 720 },
  medium: { width: 800, height: 720 },
  mobile: { width: 390, height: 844 },
  dark: { width: 1280, height: 720 },
  'right-to-left': { width: 1280, height: 720 },
} as const;

/**
 * Looks at the page in each layout. Returns those that are wider than their screen. UPDATE_DOCS=1 writes docs/cockpit/NAME-LAYOUT.png
 * for people to look at; the docs keep some of these.
 */
export async function tooWide(visited: Visit, name: string): Promise<string[]> {
  const { page } = visited;
  const frame = frameOf(visited);
  const before = page.viewportSize();
  const found: string[] = [];
  for (const [layout, size] of Object.entries(layouts)) {
    await page.setViewportSize(size);
    await setTheme(visited, layout === 'dark' ? 'dark' : 'light');
    // No language that is written so has a translation yet.
    await frame.evaluate(`document.documentElement.dir = '${layout === 'right-to-left' ? 'rtl' : 'ltr'}'`);
    // Tabs find out after a moment that they do not fit, and get buttons to scroll.
    await frame.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500)))');
    const main = 'document.querySelector("main")';
    if (await frame.evaluate<boolean>(`${main}.scrollWidth > ${main}.clientWidth`)) found.push(layout);
    const path = `${checkout()}/docs/cockpit/${name}-${layout}.png`;
    if (process.env['UPDATE_DOCS'] === '1') await page.screenshot({ path, animations: 'disabled' });
  }
  await frame.evaluate(`document.documentElement.dir = 'ltr'`);
  if (before) await page.setViewportSize(before);
  return found;
}
