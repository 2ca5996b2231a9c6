import { type Fields, isObject } from '../../host/json-fields.ts';

/** A remote in the configuration of a repository. */
export interface CarriedRemote {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** The keys that may sign its commits, in base64. */
  readonly keyring?: string;
}

export function parseCarriedRemote(remote: Fields): CarriedRemote {
  const keyring = remote.optionalText('keyring');
  return {
    name: remote.is('name', isName, 'the name of a remote'),
    options: remote.is('options', isRemoteOptions, 'options of a remote'),
    ...(keyring !== undefined && { keyring }),
  };
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.+-]{1,100}$/.test(value) && !value.startsWith('.');

export const isRemoteOptions = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) &&
  Object.entries(value).every(
    ([key, text]) => /^[\w-]{1,100}$/.test(key) && typeof text === 'string' && !/[\n\r\0]/.test(text),
  );
