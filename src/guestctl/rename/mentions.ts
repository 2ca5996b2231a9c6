import { readdirSync } from 'node:fs';
import { enabledDirectory } from '../../config/paths.ts';
import { searchPath } from '../../config/search.ts';
import { nodeFiles, unlessMissing } from '../../host/node-files.ts';
import { driver } from '../../machine/driver.ts';

/** Finds lines of guest files, and of an administrator's units, that name a unit of a guest, as FILE:LINE. */
export function mentionsOf(guest: string): string[] {
  const step = new RegExp(`\\bostree-guest-[a-z]+@${guest}\\.`);
  const isMention = (line: string) => line.includes(driver.unit(guest)) || step.test(line);
  return [...searchPath.guests, enabledDirectory]
    .flatMap(filesIn)
    .flatMap((file) =>
      (read(file) ?? '')
        .split('\n')
        .flatMap((line, index) => (isMention(line) ? [`${file}:${index + 1}`] : [])),
    );
}

const filesIn = (directory: string): string[] =>
  (unlessMissing(() => readdirSync(directory, { recursive: true, encoding: 'utf8' })) ?? [])
    .filter((name) => /\.(guest|build|conf|service|timer)$/.test(name))
    .map((name) => `${directory}/${name}`);

function read(file: string): string | undefined {
  try {
    return nodeFiles.read(file);
  } catch {
    return undefined;
  }
}
