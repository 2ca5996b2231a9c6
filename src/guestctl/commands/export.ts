import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Argument } from 'commander';
import { syncDirectory } from '../../host/atomic-file.ts';
import { Failure } from '../../host/failure.ts';
import { run } from '../../host/process.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument, outputOption, print, say } from '../command.ts';
import { terminalReport } from '../terminal-report.ts';
import { exportGuest } from '../transfer/export-guest.ts';

interface Options {
  readonly var: boolean;
  readonly stop?: true;
}

export const exportCommand: Define = (guestctl) =>
  guestctl
    .command('export')
    .description('Write a guest into one file, for guestctl import')
    .addArgument(guestArgument())
    .addArgument(new Argument('[file]', 'the new file; - is standard output. Default: NAME.tar.zst'))
    .option('--no-var', 'Leave its /var out')
    .option('--stop', 'Stop a running guest for the copy, and start it again')
    .addOption(outputOption())
    .addHelpText('after', explanation)
    .action(async (name: string, file: string | undefined, options: Options, command) => {
      const guest = requireGuest(name);
      const hasZstd = (await run('zstd', ['--version'])).ended === 'exited';
      const target = file ?? `${name}.tar${hasZstd ? '.zst' : ''}`;
      const compress = target.endsWith('.zst') || (target === '-' && hasZstd);
      if (compress && !hasZstd)
        throw new Failure('zstd is missing', 'Install it, or name a file that ends with .tar');
      const wish = { var: options.var, stop: options.stop === true, command: `guestctl export ${name}` };
      const report = terminalReport(command);
      const into = (descriptor: number) => exportGuest(guest, wish, { descriptor, compress }, report);
      const started = performance.now();
      if (target === '-') {
        if (process.stdout.isTTY)
          throw new Failure('An archive is not for a terminal', 'Name a file, or use a pipe');
        await into(1).finally(report.end);
        return;
      }
      const { result: manifest, size } = await writeFile(resolve(target), into).finally(report.end);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      await print(command, {
        json: () => ({
          guest: name,
          file: resolve(target),
          bytes: size,
          seconds,
          running: manifest.running,
          var: manifest.var,
          deployments: manifest.deployments.map(({ checksum }) => checksum),
        }),
        text: () => '',
      });
      say(command, `Exported ${name} to ${target}: ${(size / 1e6).toFixed(1)} MB in ${seconds} s`);
      if (manifest.running) say(command, 'It was running: its files are as after a power cut');
      say(command, `It has the passwords and keys of ${name}. Import it: guestctl import ${target}`);
    });

const explanation = `
A running guest is copied in an instant on btrfs and XFS; elsewhere use --stop.
The file has the passwords and keys of the guest. It does not have what the
guest file only names, such as Bind= and LoadCredential=.`;

/** Writes a new file, for root only, that appears when it is complete and on disk. */
async function writeFile<T>(
  file: string,
  write: (descriptor: number) => Promise<T>,
): Promise<{ result: T; size: number }> {
  if (existsSync(file)) throw new Failure(`${file} exists already`, 'Name another file, or remove it');
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  const descriptor = openSync(partial, 'wx', 0o600);
  try {
    const result = await write(descriptor);
    fsyncSync(descriptor);
    const { size } = fstatSync(descriptor);
    renameSync(partial, file);
    syncDirectory(dirname(file));
    return { result, size };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
