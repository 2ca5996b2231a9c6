// What the page uses of window.cockpit: https://cockpit-project.org/guide/latest/api-base1

interface SpawnOptions {
  readonly superuser?: 'try' | 'require';
  /** What becomes of standard error: joined with the output, or the message of the failure. */
  readonly err?: 'out' | 'message';
  readonly environ?: readonly string[];
  /** Gives it a terminal. */
  readonly pty?: boolean;
}

export interface CockpitProcess extends PromiseLike<string> {
  stream(tell: (text: string) => void): CockpitProcess;
  /** Writes standard input, and ends it. */
  input(text: string): CockpitProcess;
  close(problem?: string): void;
}

/** What a process or a channel fails with. */
export interface CockpitFailure {
  readonly message: string | null;
  readonly problem: string | null;
  readonly exit_status?: number | null;
}

/** Options of a channel, by the protocol of the bridge. */
type ChannelOptions = Readonly<Record<string, unknown>> & { readonly payload: string };

export interface Channel {
  addEventListener(event: 'message', tell: (event: unknown, data: string) => void): void;
  addEventListener(event: 'close', tell: (event: unknown, failure: CockpitFailure) => void): void;
  send(data: string): void;
  /** Tells the bridge something about the channel, such as the size of its terminal. */
  control(options: Readonly<Record<string, unknown>>): void;
  close(): void;
}

interface BusMatch {
  readonly path?: string;
  readonly path_namespace?: string;
  readonly interface?: string;
  readonly member?: string;
}

type OnSignal = (path: string, name: string, signal: string, args: readonly unknown[]) => void;

interface Bus {
  subscribe(match: BusMatch, tell: OnSignal): { remove(): void };
  call(path: string, name: string, method: string, args: readonly unknown[]): PromiseLike<readonly unknown[]>;
}

interface Permission {
  /** null as long as it is not known. */
  readonly allowed: boolean | null;
  addEventListener(event: 'changed', tell: () => void): void;
}

interface Cockpit {
  readonly language?: string;
  readonly language_direction?: 'ltr' | 'rtl';
  readonly location: { readonly path: readonly string[]; go(path: readonly string[]): void };
  spawn(command: readonly string[], options?: SpawnOptions): CockpitProcess;
  dbus(name: string, options: { readonly bus: 'system' }): Bus;
  channel(options: ChannelOptions): Channel;
  permission(options: { readonly admin: boolean }): Permission;
  gettext(text: string): string;
  addEventListener(event: 'locationchanged', tell: () => void): void;
  removeEventListener(event: 'locationchanged', tell: () => void): void;
}

declare global {
  interface Window {
    readonly cockpit: Cockpit;
  }
}

/** Made by base1/cockpit.js, which the page loads before its own script. */
export const { cockpit } = window;
