// The program of the services that read and write archives of guests, started by export-guest.ts and import-guest.ts.
import { noRoom, roomBelow } from '../../host/disk-room.ts';
import { explainAny, Failure } from '../../host/failure.ts';
import type { TransferLine } from './lines.ts';
import { pack } from './pack.ts';
import { unpack, unpackPlace } from './unpack-archive.ts';

const [job = '', how = '', ...places] = process.argv.slice(2);

/** The archive goes to standard output, so that the lines go to standard error. */
const out = job === 'pack' ? process.stderr : process.stdout;
const say = (line: TransferLine): boolean => out.write(`${JSON.stringify(line)}\n`);

let bytes = 0;
let told = 0;
const progress = (now: number): void => {
  bytes = now;
};

async function work(): Promise<void> {
  if (job === 'pack')
    return void say({ digest: await pack(places, how === 'zstd', progress, (warning) => say({ warning })) });
  process.umask(0o022);
  return unpack(progress, (manifest) => say({ manifest }));
}

const watch = setInterval(() => {
  if (bytes !== told) say({ bytes });
  told = bytes;
  if (job === 'pack' || roomBelow(unpackPlace) >= 0) return;
  // All children end with us.
  say({ failure: noRoom(unpackPlace).message });
  process.exit(1);
}, 250);

// Node exits with 0 when its event loop drains, even with work pending.
process.exitCode = 70;
work()
  .then(
    () => {
      process.exitCode = 0;
    },
    (error: unknown) => {
      const remedy = error instanceof Failure ? error.remedy : undefined;
      say({
        failure: error instanceof Failure ? error.message : explainAny(error),
        ...(remedy && { remedy }),
      });
      process.exitCode = 1;
    },
  )
  .finally(() => clearInterval(watch));
