// What axe-core finds in our page, in light and in dark.
import axeCore, { type AxeResults } from 'axe-core';
import type { Frame } from 'playwright-core';
import type { Visit } from './browser.ts';

/** Our page itself, without Cockpit's shell around it. */
export function frameOf({ page }: Visit): Frame {
  const frame = page.frames().find((one) => one.url().includes('/ostree-guests/'));
  if (!frame) throw new Error('the page is not open');
  return frame;
}

type Theme = 'light' | 'dark';

/** Sets what Cockpit's menu sets. */
export const setTheme = (visited: Visit, style: Theme): Promise<unknown> =>
  frameOf(visited).evaluate(`localStorage.setItem('shell:style', '${style}');
    window.dispatchEvent(new CustomEvent('cockpit-style', { detail: { style: '${style}' } }));`);

/** Waits for what moves to an end, which has no lasting colour, and looks. */
const look = `(async () => {
  const moving = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
  await Promise.allSettled(moving.map(({ finished }) => finished));
  return axe.run(document);
})()`;

/** What is wrong with the page as it is now, in both themes: the rule, and the places. */
export async function findings(visited: Visit): Promise<string[]> {
  const frame = frameOf(visited);
  // The browser runs it, and not the page, so the policy of contents does not matter.
  await frame.evaluate(axeCore.source);
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    await setTheme(visited, theme);
    const { violations } = await frame.evaluate<AxeResults>(look);
    for (const { id, help, nodes } of violations)
      for (const { html, failureSummary = '' } of nodes)
        found.push(`${theme}: ${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary}`);
  }
  return found;
}
