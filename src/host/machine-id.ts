import { Failure } from './failure.ts';
import { nodeFiles } from './node-files.ts';

/** Returns the ID of the host: machine-id(5). It is not for others to see. */
export function machineId(): string {
  const id = nodeFiles.read('/etc/machine-id')?.trim() ?? '';
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new Failure('/etc/machine-id has no machine ID', 'See: machine-id(5)');
}
