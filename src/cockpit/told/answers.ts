// What guestctl prints with --output=json. A test compares it with docs/guestctl.schema.json.

/** The answer of each command that the page asks. */
export interface Answers {
  readonly list: readonly ToldGuest[];
  readonly status: ToldGuest;
  readonly history: readonly ToldAttempt[];
  readonly deployments: readonly ToldListedDeployment[];
  readonly diff: ToldDifference;
  /** With --list-templates, or with --dry-run. */
  readonly create: readonly ToldTemplate[] | ToldCreation;
  readonly cat: readonly ToldSourceFile[];
  readonly verify: readonly ToldProblem[];
  /** With --dry-run. */
  readonly edit: ToldEdit;
  readonly builds: readonly ToldBuild[];
  readonly mirrors: readonly ToldListedMirror[];
}

export interface ToldGuest {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly source: string;
  readonly sysroot: string;
  readonly state: 'not created' | 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  readonly hidden: boolean;
  readonly damage: string | null;
  readonly troubles: readonly ToldTrouble[];
  readonly unapplied: { readonly reload: boolean; readonly update: boolean; readonly reboot: boolean };
  readonly since: string | null;
  readonly running: ToldDeployment | null;
  readonly staged: ToldStaged | null;
  readonly rollback: string | null;
  readonly trial: ToldTrial | null;
  readonly rejected: readonly ToldRejection[];
  readonly deployments: readonly ToldDeployment[];
  readonly update: ToldUpdate;
  /** Only of `status`. */
  readonly network?: ToldNetwork;
  readonly machine?: ToldMachine | null;
}

interface ToldUpdate {
  readonly state: 'running' | 'failed' | 'idle';
  readonly fault: string | null;
  readonly next: string | null;
  readonly window: string | null;
  readonly timer: 'enabled' | 'disabled';
  /** null if no maintenance window is declared. */
  readonly windowTimer: 'enabled' | 'disabled' | null;
}

interface ToldMachine {
  readonly memory: number | null;
  readonly cpu: number | null;
  readonly tasks: number | null;
  readonly addresses: readonly string[];
  readonly links: readonly string[];
}

export interface ToldNetwork {
  readonly kind: 'veth' | 'private' | 'host';
  readonly zone: string | null;
  readonly bridge: string | null;
  readonly ports: readonly string[];
}

export interface ToldTrouble {
  readonly kind:
    | 'file has mistakes'
    | 'damaged'
    | 'start failed'
    | 'not assessed'
    | 'rejected'
    | 'not deployed'
    | 'no lock'
    | 'update failed';
  readonly message: string;
}

export interface ToldDeployment {
  readonly checksum: string;
  readonly serial: number;
  readonly title: string;
  readonly version: string | null;
  readonly unique?: number;
}

export interface ToldListedDeployment {
  readonly checksum: string;
  readonly serial: number;
  readonly title: string;
  readonly default: boolean;
  readonly next: boolean;
  readonly running: boolean;
  readonly pinned: boolean;
  readonly trial: ToldTrial | null;
  readonly rejected: string | null;
  readonly unique: number;
}

interface ToldStaged {
  readonly checksum: string;
  readonly refspec: string;
  readonly since: string;
  readonly appliedFrom: string | null;
  readonly onlyInWindow: boolean;
  readonly waitsForRehearsal: boolean;
  readonly waitsForLock: { readonly kind: string; readonly reason: string; readonly since: string } | null;
  readonly failure: { readonly reason: string; readonly since: string } | null;
}

interface ToldTrial {
  readonly tries: number;
  readonly left: number;
  readonly fallback: string | null;
}

interface ToldRejection {
  readonly checksum: string;
  readonly reason: string;
  readonly since: string;
}

export interface ToldAttempt {
  readonly time: string;
  readonly guest: string;
  readonly action: string;
  readonly outcome: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly version: string | null;
  readonly trigger: string;
  readonly seconds: number;
  readonly message: string;
}

export interface ToldDifference {
  readonly from: ToldEnd;
  readonly to: ToldEnd;
  readonly packages: readonly ToldPackage[] | null;
  readonly files: readonly ToldFile[];
  readonly etc: readonly string[];
  readonly unmergeable: readonly string[];
}

export interface ToldEnd {
  readonly checksum: string;
  readonly version: string | null;
}

export interface ToldPackage {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded';
  readonly from: string | null;
  readonly to: string | null;
}

export interface ToldFile {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

export interface ToldCreation {
  readonly files: readonly ToldPlannedFile[];
  readonly problems: readonly ToldProblem[];
}

interface ToldPlannedFile {
  readonly path: string;
  readonly text: string;
}

export interface ToldTemplate {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly build: string | null;
  readonly problems: readonly { readonly message: string; readonly remedy: string | null }[];
}

export interface ToldSourceFile {
  readonly kind: 'guest' | 'build' | 'mirror' | 'nspawn';
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
}

export interface ToldProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string | null;
}

export interface ToldEdit {
  readonly file: string;
  readonly changed: boolean;
  readonly units: readonly ToldUnitChange[];
  readonly needs: ToldEditNeeds;
}

export interface ToldUnitChange {
  readonly path: string;
  readonly change: 'created' | 'changed' | 'removed';
  readonly diff: string;
}

interface ToldEditNeeds {
  readonly create: boolean;
  readonly update: boolean;
  readonly reboot: boolean;
}

/** Of builds, of mirrors, and of publishing. */
export type ToldRunState = 'idle' | 'running' | 'failed';

export interface ToldRunTimer {
  readonly enabled: boolean;
  readonly next: string | null;
}

/** What is known of a build or mirror if its file has mistakes. */
export type ToldBroken = Pick<ToldBuild, 'name' | 'mistakes'>;

export interface ToldBuild {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly state: ToldRunState;
  readonly timer: ToldRunTimer;
  readonly result: {
    readonly time: string;
    readonly checksum: string | null;
    readonly failure: string | null;
  } | null;
  readonly published: {
    readonly repository: string;
    readonly ref: string;
    readonly state: ToldRunState;
    readonly checksum: string | null;
    readonly version: string | null;
    readonly since: string | null;
    readonly commits: number;
  } | null;
  /** For people, a line each; empty if its file has none. */
  readonly mistakes: readonly string[];
}

export interface ToldListedMirror {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly url: string;
  readonly repository: string;
  readonly state: ToldRunState;
  readonly timer: ToldRunTimer;
  readonly result: {
    readonly time: string;
    readonly failure: string | null;
    readonly hint: string | null;
  } | null;
  readonly refs: readonly {
    readonly ref: string;
    readonly checksum: string | null;
    readonly version: string | null;
    readonly made: string | null;
    readonly since: string | null;
    readonly stale: string | null;
  }[];
  readonly mistakes: readonly string[];
}
