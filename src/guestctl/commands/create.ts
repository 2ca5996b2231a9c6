import { existsSync, readFileSync, statSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { guestNameRule } from '../../config/guest-name.ts';
import { loadGuest } from '../../config/load.ts';
import { buildFileOf, guestFileOf } from '../../config/paths.ts';
import type { Problem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles, unlessMissing } from '../../host/node-files.ts';
import { reloadUnits, startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, failed, formatOf, misused, outputOption, print, say } from '../command.ts';
import { declarationNamed, loadDeclaration } from '../declaration.ts';
import { enableGuest } from '../enablement.ts';
import { followUpdate } from '../follow.ts';
import {
  createDeclaration,
  findProblems,
  refuseShared,
  requireUnchanged,
  whileDeclaring,
} from '../install-guest-file.ts';
import { type NewGuest, newGuestText } from '../new-guest.ts';
import { type Planned, withPlanned } from '../planned-files.ts';
import { plannedJson, plannedText } from '../screens/planned.ts';
import { problemsText } from '../screens/problems.ts';
import { templateJson, templatesText } from '../screens/templates.ts';
import { startAndTell } from '../start-guest.ts';
import { takenBackUnlessDone } from '../take-back.ts';
import { listTemplates, templateFor } from '../templates.ts';

interface Options extends NewGuest {
  readonly sshKey?: string;
  readonly start?: true;
  readonly enable?: true;
  readonly listTemplates?: true;
  readonly dryRun?: true;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

export const create: Define = (guestctl) =>
  guestctl
    .command('create')
    .description('Create a guest: write and check its guest file, then fetch or build its tree')
    .addArgument(new Argument('[name]', `name of the guest: ${guestNameRule}`))
    .option('--build <build>', 'Build its tree on this host, with this build or template')
    .option('--list-templates', 'List the templates for --build, and create nothing')
    .option('--image <image>', 'Take its tree from a container image: REGISTRY/NAME:TAG, oci:/PATH:TAG, …')
    .option('--ref <remote:ref>', 'Tree to follow, of a remote')
    .option('--url <url>', "URL of the remote. Default: the host's remote of that name")
    .option('--gpg-key <file>', 'Keys that may sign the commits')
    .option('--install <packages>', 'Packages to add to the tree: nginx,curl', collect)
    .option('-p, --port <port>', 'Port of the host to forward to it: tcp:8080:80', collect)
    .option('--ssh-key <file>', 'Public keys that may log in as root by ssh; - for standard input')
    .option('--description <text>', 'Description for people')
    .option('--set <section.key=value>', 'Any other setting. May be given more than once', collect)
    .option('--enable', 'Start it when the host boots, and enable its update timer')
    .option('--start', 'Start it once it is created')
    .option('--dry-run', 'Only check, and show the files that would be written')
    .addOption(outputOption())
    .addHelpText('after', namesHelp)
    .action(async (name: string | undefined, options: Options, command) => {
      if (options.listTemplates) return printTemplates(command);
      if (name === undefined)
        return command.error("error: missing required argument 'name'", { exitCode: misused });
      if (!namesTree(options)) return command.error(noTree, { exitCode: misused });
      await createGuest(name, options, command);
    });

const namesHelp = `
Guests find each other by name if they name the same zone, such as:
  --set Network.Zone=site`;

const noTree =
  'error: where does the tree come from? Give --build, --image or --ref. See: guestctl create --list-templates';

/** True if an option says where the tree comes from, also by --set. */
const namesTree = ({ build, image, ref, set = [] }: Options): boolean =>
  [build, image, ref].some((one) => one !== undefined) || set.some((one) => one.startsWith('Guest.'));

async function printTemplates(command: Command): Promise<void> {
  const templates = await listTemplates();
  await print(command, {
    json: () => templates.map(templateJson),
    text: (screen) => templatesText(templates, screen),
  });
}

async function createGuest(name: string, options: Options, command: Command): Promise<void> {
  if (existsSync(guestFileOf(name)) || loadGuest(nodeFiles, name)) throw declaredAlready(name);
  if (options.dryRun) return showPlan(name, options, command);
  const planned = plannedFor(name, options);
  refuse(await problemsIn(name, options, planned), planned);
  await takenBackUnlessDone(name, async ({ wrote, begin }) => {
    const written = await whileDeclaring(() => writeNew(name, planned, wrote));
    for (const file of written) say(command, `Wrote ${file}`);
    await reloadUnits();
    begin();
    await followUpdate(name, command);
  });
  if (options.enable) {
    const timers = await enableGuest(requireGuest(name), true);
    say(command, `Enabled ${name} at boot, and its updates by ${timers.join(', ')}`);
  }
  if (!options.start) return say(command, `Start it: guestctl start ${name}`);
  await startAndTell(requireGuest(name), command, () => startUnit(driver.unit(name)));
}

const declaredAlready = (name: string): Failure =>
  new Failure(`${name} is declared already`, `Change it: guestctl edit ${name}`);

/** Writes the files, and returns those that did not exist. A build may have been declared by another create meanwhile. */
function writeNew(name: string, planned: Planned, wrote: (file: string) => void): string[] {
  if (loadGuest(nodeFiles, name)) throw declaredAlready(name);
  refuseShared(planned);
  const written: string[] = [];
  for (const [file, text] of planned) {
    if (createDeclaration(file, text)) {
      wrote(file);
      written.push(file);
    } else if (file === guestFileOf(name)) throw declaredAlready(name);
    else requireUnchanged(file, text);
  }
  return written;
}

/** Returns the files to write: the guest file, and before it a copy of the template if its build is not declared yet. */
function plannedFor(name: string, options: Options): Planned {
  const { build, sshKey } = options;
  const template = build === undefined ? undefined : templateFor(build);
  const keys = sshKey === undefined ? undefined : publicKeys(sshKey);
  const text = newGuestText(keys === undefined ? options : { ...options, keys });
  return new Map([
    ...(build !== undefined && template !== undefined
      ? ([[buildFileOf(build), readFileSync(template, 'utf8')]] as const)
      : []),
    [guestFileOf(name), text],
  ]);
}

function publicKeys(file: string): string {
  if (file === '-') return readFileSync(0, 'utf8');
  const stat = unlessMissing(() => statSync(file));
  if (stat && !stat.isDirectory()) return readFileSync(file, 'utf8');
  throw new Failure(
    stat ? `${file} is a directory` : `There is no file ${file}`,
    'Name a file of public keys, such as: --ssh-key ~/.ssh/id_ed25519.pub. Make one: ssh-keygen',
  );
}

async function problemsIn(name: string, { build }: Options, planned: Planned): Promise<Problem[]> {
  const ofBuild = build === undefined ? undefined : declarationNamed('build', build);
  // What is wrong with a build that does not exist is said of the guest.
  const isThere = ofBuild && loadDeclaration(withPlanned(planned), ofBuild);
  return [
    ...(ofBuild && isThere ? await findProblems(ofBuild, planned) : []),
    ...(await findProblems(declarationNamed('guest', name), planned)),
  ];
}

function refuse(problems: readonly Problem[], planned: Planned): void {
  if (problems.length > 0)
    throw new Failure(`${problemsText(problems, withPlanned(planned))}\nNothing was written`);
}

/** Shows what would be written. With mistakes it is shown only to scripts, which get these, too. */
async function showPlan(name: string, options: Options, command: Command): Promise<void> {
  const planned = plannedFor(name, options);
  const problems = await problemsIn(name, options, planned);
  if (formatOf(command) !== 'json') refuse(problems, planned);
  if (problems.length > 0) process.exitCode = failed;
  await print(command, {
    json: () => plannedJson(planned, problems),
    text: () => plannedText(planned),
  });
}
