// The directories of ostree-guests, and those that it shares with systemd and OSTree. No other file of src/ spells them:
// test/unit/paths.test.ts.

/** Guest files and build files of the administrator. */
export const configDirectory = '/etc/ostree-guests';
/** Guest files of packages. */
export const vendorDirectory = '/usr/lib/ostree-guests';
/** Guest files for this boot of the host, and one directory for each guest that was started. */
export const runtimeDirectory = '/run/ostree-guests';
/** The directory for the data of all guests and builds, except configuration. */
export const stateDirectory = '/var/lib/ostree-guests';

/** Returns the guest file of the administrator. */
export const guestFileOf = (guest: string): string => `${configDirectory}/${guest}.guest`;
export const buildFileOf = (build: string): string => `${configDirectory}/${build}.build`;
export const mirrorFileOf = (mirror: string): string => `${configDirectory}/${mirror}.mirror`;

/** Returns the state directory of a guest. */
export const stateOf = (guest: string): string => `${stateDirectory}/${guest}`;
/** Returns the default directory of the guest's system root. */
export const defaultSysrootOf = (guest: string): string => `${stateOf(guest)}/sysroot`;
export const runtimeOf = (guest: string): string => `${runtimeDirectory}/${guest}`;
/** Returns the link to the deployment that a guest boots or has booted. */
export const rootLinkOf = (guest: string): string => `${runtimeOf(guest)}/root`;

/** Returns the file in which the last run of a guest has left what its control group knew of memory: src/machine/note-memory. */
export const memoryNoteOf = (guest: string): string => `${runtimeOf(guest)}/memory-events`;

/** Where machinectl(1) finds running and other machines by their images. */
export const imagesDirectory = '/run/machines';
/** The output of generators: systemd.generator(7). */
export const generatedDirectory = '/run/systemd/generator';
export const generatorsDirectory = '/usr/lib/systemd/system-generators';
/** The files of transient units, as long as systemd has them loaded: systemd.unit(5). */
export const transientDirectory = '/run/systemd/transient';
/** Units of packages, and the directory in which systemctl(1) records enabled units: systemd.unit(5). */
export const vendorUnits = '/usr/lib/systemd/system';
export const enabledDirectory = '/etc/systemd/system';
/** Settings of containers: systemd.nspawn(5), ".nspawn File Discovery". */
export const nspawnDirectory = '/etc/systemd/nspawn';
export const nspawnRuntimeDirectory = '/run/systemd/nspawn';

/** Where OSTree records the staged deployment of a running system. */
export const ostreeRuntime = '/run/ostree';
/** Remotes of the host: ostree(1). */
export const remotesDirectory = '/etc/ostree/remotes.d';
/** The keys that hold for all remotes: ostree-sign(1). */
export const ostreeKeys = [
  '/etc/ostree/trusted.ed25519',
  '/etc/ostree/trusted.ed25519.d',
  '/etc/ostree/revoked.ed25519',
  '/etc/ostree/revoked.ed25519.d',
] as const;
/** The registry logins of OSTree's own container support; the first file that exists is used. */
export const registryLogins = ['/etc/ostree/auth.json', '/usr/lib/ostree/auth.json'] as const;

/** Where node_exporter of Prometheus looks for files of others on Debian. The units of our metrics name it, too. */
export const textfileDirectory = '/var/lib/prometheus/node-exporter';
/** What can be had again, but takes long. */
export const cacheDirectory = '/var/cache/ostree-guests';
