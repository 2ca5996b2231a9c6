import { normalize } from 'node:path';

/** Returns the paths of file: and copy: URIs in a text. */
export const localPaths = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) =>
      [...line.matchAll(/\b(?:file|copy):(?:\/\/)?(\/[\w./+@~-]*[\w+@~-])/g)].map(([, path = '']) =>
        normalize(path),
      ),
    );
