import { readdirSync, rmSync } from 'node:fs';
import { stateOf } from '../config/paths.ts';
import { syncDirectory, writeAtomically } from '../host/atomic-file.ts';
import { codeOf, Failure } from '../host/failure.ts';
import { type Fields, fieldsOf, isObject, WrongJson } from '../host/json-fields.ts';
import { isThere, readRegularFile, unlessMissing } from '../host/node-files.ts';

export const stateFile = (guest: string, name: string): string => `${stateOf(guest)}/${name}`;

/** A kind of state file: its format, its parser, and what happens if it is damaged. */
export interface Definition<T extends object> {
  /** Its path below the directory of its guest or build; `*` stands for the names of many. */
  readonly name: string;
  /** The directory of its owner; that of a guest by default. */
  readonly directoryOf?: (owner: string) => string;
  /** The number of the format that is written. A file without a number has format 1. */
  readonly format: number;
  /** Fails with WrongJson if something is missing or of another type. Gets files of all formats up to `format`. */
  readonly parse: (fields: Fields) => T;
  /** Gives the content of an older format the fields of this one. */
  readonly convert?: (value: unknown) => unknown;
  /** What happens if a file is damaged; a sentence without its full stop. */
  readonly ifDamaged: string;
  /** True if reading a damaged file fails. Otherwise it reads as if it were missing. */
  readonly isNeeded?: true;
}

/** Why a state file cannot be used. */
export interface Damage {
  readonly file: string;
  /** A newer version of the program wrote it, so that nothing about its guest may be changed. */
  readonly isNewer: boolean;
  readonly message: string;
  readonly remedy: string;
}

/** Thrown for a state file that is needed and damaged, or that a newer version of the program wrote. */
export class DamagedState extends Failure {
  constructor({ message, remedy }: Damage) {
    super(message, remedy);
    this.name = 'DamagedState';
  }
}

/** The value of a state file, or why it cannot be used. */
export type Found<T> = { readonly value: T } | { readonly damage: Damage };

/** Reads, writes and removes the state files of one kind. */
export class StateFile<T extends object> {
  readonly definition: Definition<T>;

  constructor(definition: Definition<T>) {
    this.definition = definition;
  }

  /** The path of the file; `entry` stands for the `*` in its name. */
  path(owner: string, entry = ''): string {
    const { name, directoryOf = stateOf } = this.definition;
    return `${directoryOf(owner)}/${name.replace('*', entry)}`;
  }

  /** Returns undefined if the file is missing. */
  look(owner: string, entry?: string): Found<T> | undefined {
    const file = this.path(owner, entry);
    if (!isThere(file)) return undefined;
    try {
      const text = readRegularFile(file);
      return text === undefined ? undefined : { value: this.#parse(text) };
    } catch (error) {
      if (error instanceof NewerFormat) return { damage: this.#newer(file, error.format) };
      if (error instanceof WrongJson) return { damage: this.#damaged(file, error.message) };
      if (error instanceof Failure) return { damage: this.#damaged(file, 'it is not a text file') };
      if (isFault(error)) return { damage: this.#damaged(file, `it cannot be read (${error.code})`) };
      throw error;
    }
  }

  /** Returns undefined if the file is missing, or damaged and not needed. */
  read(owner: string, entry?: string): T | undefined {
    const found = this.look(owner, entry);
    if (found === undefined) return undefined;
    if ('value' in found) return found.value;
    if (found.damage.isNewer || this.definition.isNeeded) throw new DamagedState(found.damage);
    return undefined;
  }

  /** Returns the `*` in the names of existing files. */
  entries(owner: string): string[] {
    const [before = '', after = ''] = this.path(owner, '*').split('*');
    const names = isThere(before) ? unlessMissing(() => readdirSync(before)) : undefined;
    return (names ?? []).filter((name) => name.endsWith(after)).map((name) => name.slice(0, -after.length));
  }

  /** Returns the damage of each unusable file. */
  damage(owner: string): Damage[] {
    try {
      const entries = this.definition.name.includes('*') ? this.entries(owner) : [undefined];
      return entries.flatMap((entry) => {
        const found = this.look(owner, entry);
        return found && 'damage' in found ? [found.damage] : [];
      });
    } catch (error) {
      if (!isFault(error)) throw error;
      return [this.#damaged(this.path(owner, '*'), `its directory cannot be read (${error.code})`)];
    }
  }

  /** Replaces the file, but not one that a newer version wrote. */
  write(owner: string, value: T, entry?: string): void {
    this.#refuseNewer(owner, entry);
    writeAtomically(
      this.path(owner, entry),
      `${JSON.stringify({ format: this.definition.format, ...value })}\n`,
    );
  }

  /** Removes the file for good, but not one that a newer version wrote. A no-op if it is missing. */
  remove(owner: string, entry?: string): void {
    this.#refuseNewer(owner, entry);
    removeFile(this.path(owner, entry));
  }

  #refuseNewer(owner: string, entry: string | undefined): void {
    const found = this.look(owner, entry);
    if (found && 'damage' in found && found.damage.isNewer) throw new DamagedState(found.damage);
  }

  #parse(text: string): T {
    const value = parseJson(text);
    const format = isObject(value) ? (value['format'] ?? 1) : 1;
    if (typeof format !== 'number' || !Number.isInteger(format) || format < 1)
      throw new WrongJson('"format" is not a format number');
    if (format > this.definition.format) throw new NewerFormat(format);
    const { convert, parse } = this.definition;
    return parse(fieldsOf(convert ? convert(value) : value));
  }

  #damaged(file: string, what: string): Damage {
    const message = `${file} is damaged: ${what}. ${this.definition.ifDamaged}`;
    return { file, isNewer: false, message, remedy: `Remove it: rm ${file}` };
  }

  #newer(file: string, format: number): Damage {
    const known = `format ${format}; this version knows up to ${this.definition.format}`;
    return {
      file,
      isNewer: true,
      message: `${file} was written by a newer version of ostree-guests (${known}). Nothing of the guest is changed`,
      remedy: 'Update the package: ostree-guests',
    };
  }
}

/** True if the disk or the file system failed. A missing permission is not damage, and is reported as such. */
const isFault = (error: unknown): error is NodeJS.ErrnoException => {
  const code = codeOf(error);
  return error instanceof Error && 'syscall' in error && code !== 'EACCES' && code !== 'EPERM';
};

class NewerFormat extends Error {
  readonly format: number;

  constructor(format: number) {
    super();
    this.format = format;
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new WrongJson('it is empty');
  try {
    return JSON.parse(text);
  } catch {
    throw new WrongJson('it is not JSON');
  }
}

/** Returns undefined if `read` fails because of damaged state. For commands that show damage separately. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedState) return undefined;
    throw error;
  }
}

/** Removes a file for good. A no-op if it is missing. */
export function removeFile(file: string): void {
  rmSync(file, { force: true });
  unlessMissing(() => syncDirectory(file.slice(0, file.lastIndexOf('/'))));
}
