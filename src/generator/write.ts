import type { Files } from '../config/file-port.ts';
import type { Generated } from './generated.ts';

export function writeUnits(files: Files, output: string, units: readonly Generated[]): void {
  for (const generated of units) {
    const path = `${output}/${generated.path}`;
    if ('text' in generated) files.write(path, generated.text);
    else files.link(generated.target, path);
  }
}
