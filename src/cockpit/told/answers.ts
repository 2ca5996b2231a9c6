// What guestctl prints with --output=json. A test compares it with docs/guestctl.schema.json.

/** The answer of each command that the page asks. */
export interface Answers {
  readonly list: readonly ToldGuest[];
  readonly status: ToldGuest;
  readonly history: readonly ToldAttempt[];
  readonly deployments: readonly ToldListedDeployment[];
  readonly diff: ToldDifference;
  /** With --list-templates. */
  readonly create: readonly ToldTemplate[];
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
  readonly machine?: ToldMachine | null;
}

interface ToldUpdate {
  readonly state: 'running' | 'failed' | 'idle';
  readonly fault: string | null;
  readonly next: string | null;
  readonly window: string | null;
  readonly timer: 'enabled' | 'disabled';
}

interface ToldMachine {
  readonly memory: number | null;
  readonly cpu: number | null;
  readonly tasks: number | null;
  readonly addresses: readonly string[];
}

export interface ToldTrouble {
  readonly kind:
    | 'file has mistakes'
    | 'damaged'
    | 'start failed'
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

interface ToldTemplate {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly build: string | null;
  readonly problems: readonly { readonly message: string; readonly remedy: string | null }[];
}
