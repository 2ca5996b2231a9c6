// Where Debian packages come from on this machine: the mirror that its own apt is set up for.
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** How often a download is begun again: a mirror that does not answer once is no failure of a test. */
export const retries = 5;

export async function debianMirror(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1];
  const format = '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(SITE)';
  const { stdout } = await execa('apt-get', ['indextargets', '--format', format], { reject: false });
  const main = stdout.split('\n').find((line) => line.startsWith(`Packages main ${codename} http`));
  return main?.split(' ')[3] ?? 'http://deb.debian.org/debian';
}
