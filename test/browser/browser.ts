// A Cockpit in a test host, and a browser there that looks at it.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type FrameLocator, type Page } from 'playwright-core';
import { expect, type TestContext } from 'vitest';
import { environment } from '../host/container.ts';
import { eventually } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { installProduct } from '../host/product.ts';
import { cockpitRecipe } from '../host/recipe.ts';
import { buildTree } from '../host/trees.ts';
import { makeWorkDirectory, removeWorkDirectory } from '../host/workdir.ts';

export interface CockpitHost {
  readonly host: Host;
  readonly browser: Browser;
  stop(): Promise<void>;
}

const port = 9099;
const portOfReader = 9098;

/** Boots a host with Cockpit and the product with its page, and starts a browser in it. Only root is there: nobody logs in. */
export async function bootCockpit(): Promise<CockpitHost> {
  const { repo } = await buildTree(cockpitRecipe);
  const work = makeWorkDirectory('product');
  const { ref } = cockpitRecipe;
  const names = ['ostree-guests', 'cockpit-ostree-guests'];
  const product = await installProduct(join(work, 'root'), repo, ref, names);
  const host = await bootHost({ tree: { repo, ref }, product });
  removeWorkDirectory(work);
  await startCockpit(host, port, '-p Environment=HOME=/root');
  const browser = await startBrowser(host);
  const stop = async () => {
    await browser.close();
    await host.stop();
  };
  return { host, browser, stop };
}

async function startCockpit(host: Host, at: number, options: string): Promise<void> {
  const ws = `/usr/lib/cockpit/cockpit-ws --no-tls --address 127.0.0.1 --port ${at} --local-session cockpit-bridge`;
  await host.sh(`systemd-run --quiet --unit=test-cockpit-${at} ${options} ${ws}`);
  await eventually(host, `curl -fsS -o /dev/null http://127.0.0.1:${at}/`);
}

/** Opens our page as a user who may not become root. */
export async function visitWithoutPrivileges({ host, browser }: CockpitHost): Promise<Visit> {
  await host.sh('useradd --create-home reader');
  await startCockpit(host, portOfReader, '--uid=reader -p Environment=HOME=/home/reader');
  return visit(browser, '', portOfReader);
}

/** Playwright speaks with a browser through pipes, which reach into the host. */
async function startBrowser(host: Host): Promise<Browser> {
  const executablePath = join(host.work, 'chromium');
  const [file, args] = host.inside('chromium-headless-shell');
  const words = [file, ...args].map((word) => `'${word}'`).join(' ');
  await writeFile(executablePath, `#!/bin/sh\nexec ${words} "$@"\n`);
  await chmod(executablePath, 0o755);
  return chromium.launch({ executablePath, chromiumSandbox: false, env: environment });
}

export interface Visit {
  readonly page: Page;
  /** The page of ours, in the frame of Cockpit's shell. */
  readonly frame: FrameLocator;
  /** What went wrong in it: errors of scripts, and what the policy of contents refused. */
  readonly errors: readonly string[];
}

/** Cockpit's own pages miss files and programs, too, and have scripts that fail then. */
const ourPath = '/ostree-guests/';
const failed = 'A script failed: ';

/**
 * Runs in each frame: Playwright does not tell in which of them a script failed. A frame has this from before it has its page,
 * with Cockpit 287.
 */
const tellFailures = `{
  const tell = (what) => location.pathname.includes('${ourPath}') && console.error('${failed}' + what);
  addEventListener('error', ({ message }) => tell(message));
  addEventListener('unhandledrejection', ({ reason }) => tell(reason));
}`;

/** Opens our page in Cockpit's shell. */
export async function visit(browser: Browser, path = '', at = port): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
  page.setDefaultTimeout(120_000);
  const errors: string[] = [];
  await page.addInitScript(tellFailures);
  page.on('console', (message) => {
    const text = message.text();
    const { url } = message.location();
    if (message.type() !== 'error') return;
    if (text.startsWith(failed) || url.includes(ourPath)) errors.push(`${url}: ${text}`);
  });
  await page.goto(`http://127.0.0.1:${at}/ostree-guests${path}`);
  return { page, frame: page.frameLocator('iframe[name="cockpit1:localhost/ostree-guests"]'), errors };
}

/** Prints the text of the page if a test fails: what it waits for may be missing for a reason that is written there. */
export async function tellIfFailed({ task }: TestContext, { frame }: Visit): Promise<void> {
  if (task.result?.state !== 'fail') return;
  const text = frame.locator('body').innerText({ timeout: 10_000 });
  console.log(`the page when '${task.name}' failed:\n${await text.catch(String)}`);
}

/** Expects that no script of our page has failed, and that one which does would be seen. */
export async function expectNoFailure({ frame, errors }: Visit): Promise<void> {
  expect(errors).toEqual([]);
  await frame.locator('body').evaluate(() => {
    Promise.reject(new Error('on purpose'));
  });
  await expect.poll(() => errors).toEqual([expect.stringContaining('on purpose')]);
}

/** Opens our page without Cockpit's shell. The server ends with its last page, so keep one open. */
export async function visitAlone(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/cockpit/@localhost/ostree-guests/index.html`);
  return page;
}
