/** Thrown by a parser whose JSON is not what it should be. */
export class WrongJson extends Error {}

/** The fields of a JSON object. Each getter fails with the name of the field that is missing or of another type. */
export interface Fields {
  text(key: string): string;
  /** Returns undefined if the field is missing. */
  optionalText(key: string): string | undefined;
  number(key: string): number;
  /** Returns null if the field is null or missing. */
  numberOrNull(key: string): number | null;
  flag(key: string): boolean;
  /** Returns false if the field is missing. */
  optionalFlag(key: string): boolean;
  date(key: string): Date;
  oneOf<T extends string>(key: string, values: readonly T[]): T;
  texts(key: string): string[];
  /** An object in the object. */
  fields(key: string): Fields;
  /** Like fields(); undefined if the field is missing. */
  optionalFields(key: string): Fields | undefined;
  /** The objects of a list. */
  list(key: string): Fields[];
  /** A field of a type that another room knows; `what` is what it is, for the error. */
  is<T>(key: string, guard: (field: unknown) => field is T, what: string): T;
}

export const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isDate = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isOneOf =
  <T extends string>(values: readonly T[]) =>
  (value: unknown): value is T =>
    values.some((one) => one === value);
/** Whether it is a list of these. */
export const listOf =
  <T>(is: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(is);

/** Whether it is a JSON object, and no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses an object, in one text. Fails with WrongJson whatever the text is. */
export const parseFields = (json: string): Fields => fieldsOf(parse(json));

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new WrongJson('it is not JSON');
  }
}

/** Parses a list of objects, which a program of systemd prints. */
export function parseList(json: string): Fields[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new WrongJson('it is not a list');
  return list.map(fieldsOf);
}

/** The answer of a method of D-Bus, as busctl(1) prints it with --json: its arguments. */
export function parseAnswer(json: string): readonly unknown[] {
  const answer: unknown = JSON.parse(json);
  if (isObject(answer) && Array.isArray(answer['data'])) return answer['data'];
  throw new WrongJson('it is not an answer of D-Bus');
}

/** Fails if it is no JSON object. */
export function fieldsOf(value: unknown): Fields {
  if (!isObject(value)) throw new WrongJson('it is not a JSON object');
  const get =
    <T>(is: (field: unknown) => field is T, what: string) =>
    (key: string): T => {
      const field = value[key];
      if (is(field)) return field;
      throw new WrongJson(`"${key}" is ${field === undefined ? 'missing' : `not ${what}`}`);
    };
  const text = get(isText, 'text');
  const flag = get(isFlag, 'true or false');
  return {
    text,
    optionalText: (key) => (value[key] === undefined ? undefined : text(key)),
    number: get(isNumber, 'a number'),
    numberOrNull: (key) => (value[key] == null ? null : get(isNumber, 'a number')(key)),
    flag,
    optionalFlag: (key) => value[key] !== undefined && flag(key),
    date: (key) => new Date(get(isDate, 'a time')(key)),
    oneOf: (key, values) => get(isOneOf(values), `one of ${values.join(', ')}`)(key),
    texts: get(listOf(isText), 'a list of texts'),
    fields: (key) => fieldsOf(get(isObject, 'an object')(key)),
    optionalFields: (key) =>
      value[key] === undefined ? undefined : fieldsOf(get(isObject, 'an object')(key)),
    list: (key) => get(listOf(isObject), 'a list of objects')(key).map(fieldsOf),
    is: (key, guard, what) => get(guard, what)(key),
  };
}
