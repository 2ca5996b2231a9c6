// The JSON between our own processes: what was damaged on the way, or comes from a process that was ended, is refused.
import { describe, expect, test } from 'vitest';
import { TransferLines } from '../../src/guestctl/transfer/lines.ts';
import { parseFields, WrongJson } from '../../src/host/json-fields.ts';
import { type LinkingTask, linkedOf, parseTask } from '../../src/trees/linking/linking-task.ts';
import { parseBefore } from '../../src/trees/packages/layer-tree.ts';
import { answerTo } from '../../src/trees/treework/job-answer.ts';
import { withTask } from '../../src/trees/treework/task.ts';

const notJson = ['', '{', '{"result":"a', 'Killed'];
const notObjects = ['null', '[]', '"text"', '1'];

test.each([...notJson, ...notObjects])('%j is no object', (text) => {
  expect(() => parseFields(text)).toThrow(WrongJson);
});

describe('the task of a job', () => {
  const input = { sysroot: '/s', stateroot: 'mail' };
  const image = {
    layers: ['a', 'b'],
    missing: ['b'],
    work: '/w',
    repository: '/r',
    digest: 'sha256:0',
  };
  const task = { job: 'unshare', input, rooms: ['/s'] };
  const read = (text: string) => withTask(text, (one): unknown => one);

  test.each<[string, Record<string, unknown>]>([
    ['unshare', input],
    ['commitBuild', { name: 'a', container: '/c', workPlace: '/w' }],
    ['unpackLayer', { place: '/w/layers/b', hex: 'b', content: 'd' }],
    ['commitImage', image],
    ['commitImage', { ...image, version: '1' }],
    ['commitLayers', { directory: '/d', repository: '/r', below: 'b', identity: 'i' }],
    [
      'checkOutTree',
      {
        directory: '/d',
        repository: '/r',
        commit: 'c',
        how: 'links',
        hostname: 'mail',
        programs: ['/usr/bin/dnf'],
        mounts: [],
        before: 'ref',
      },
    ],
    ['linkCommits', { from: '/a', to: '/b', commits: ['c'] }],
    [
      'takeCommits',
      {
        ...input,
        from: '/a',
        commits: ['c'],
        staged: 'c',
        remotes: [{ name: 'site', options: { url: 'x' } }],
      },
    ],
    ['replaceFiles', { ...input, from: '/a' }],
    ['replaceFiles', { ...input, from: '/a', copyOf: 'old' }],
  ])('%s arrives as it was sent', (job, sent) => {
    expect(read(JSON.stringify({ job, input: sent, rooms: [] }))).toEqual({ job, input: sent, rooms: [] });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['another job', { job: 'toString' }, /"job" is not a job/],
    ['no input', { input: undefined }, /"input" is missing/],
    ['half an input', { input: { sysroot: '/s' } }, /"stateroot" is missing/],
    ['another type', { input: { ...input, sysroot: 1 } }, /"sysroot" is not text/],
    ['no rooms', { rooms: '/s' }, /"rooms" is not a list of texts/],
  ])('with %s is refused', (_, change, message) => {
    expect(() => read(JSON.stringify({ ...task, ...change }))).toThrow(message);
  });
});

describe('the answer to a job', () => {
  test('has its result', () => {
    expect(answerTo('unshare', '{"result":3}\n')).toEqual({ result: 3 });
    expect(answerTo('replaceFiles', '{}')).toEqual({ result: undefined });
    expect(answerTo('commitBuild', '{"result":{"checksum":"a","isNew":true}}')).toEqual({
      result: { checksum: 'a', isNew: true },
    });
    expect(answerTo('checkOutTree', '{"result":{"program":null,"localSources":[]}}')).toEqual({
      result: { program: null, localSources: [] },
    });
  });

  test('or why there is none', () => {
    expect(answerTo('unshare', '{"failure":"no room"}')).toEqual({ failure: 'no room' });
    expect(answerTo('unshare', '{"failure":"a","remedy":"b"}')).toEqual({ failure: 'a', remedy: 'b' });
  });

  test.each([
    ['unshare', '{}', /"result" is missing/],
    ['unshare', '{"result":"3"}', /"result" is not a number/],
    ['commitLayers', '{"result":null}', /"result" is not text/],
    ['commitBuild', '{"result":{"checksum":"a"}}', /"isNew" is missing/],
    ['checkOutTree', '{"result":{"program":1,"localSources":[]}}', /"program" is not text or null/],
    ['replaceFiles', '{"failure":1}', /"failure" is not text/],
  ] as const)('%s: %s is refused', (job, text, message) => {
    expect(() => answerTo(job, text)).toThrow(message);
  });
});

describe('the task of the linking step', () => {
  const task: LinkingTask = {
    repository: '/r',
    notes: ['/n'],
    neighbours: [{ repository: '/other', notes: [] }],
    want: { kind: 'pull', checksum: 'c', args: ['site'], seed: false },
    unconfined: [],
  };

  test.each<LinkingTask['want']>([
    task.want,
    { kind: 'commits', checksums: ['c'] },
    { kind: 'made of', identity: 'i', ref: 'r', layers: ['l'] },
    { kind: 'made over', base: 'b', ref: 'r' },
    { kind: 'image', image: 'i' },
  ])('arrives as it was sent: $kind', (want) => {
    expect(parseTask(JSON.stringify({ ...task, want }))).toEqual({ ...task, want });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no notes', { notes: undefined }, /"notes" is missing/],
    ['notes of a neighbour that are gone', { neighbours: [{ repository: '/other' }] }, /"notes" is missing/],
    ['guests without a namespace that are gone', { unconfined: null }, /"unconfined" is not a list of texts/],
    ['another wish', { want: { kind: 'all' } }, /"kind" is not one of commits, made of/],
    ['half a wish', { want: { kind: 'commits' } }, /"checksums" is missing/],
  ])('with %s is refused', (_, change, message) => {
    expect(() => parseTask(JSON.stringify({ ...task, ...change }))).toThrow(message);
  });

  test('ends with a line that says what was linked', () => {
    expect(linkedOf('{"progress":{"words":"a","bytes":1}}\n{"checksum":"c"}\n')).toEqual({ checksum: 'c' });
    expect(linkedOf('{}\n')).toEqual({});
    expect(linkedOf('{"failed":"no network"}\n')).toEqual({ failed: 'no network' });
  });

  test.each(['', '{"checksum":"c', '{"checksum":1}'])('%j is no such line', (output) => {
    expect(() => linkedOf(output)).toThrow(WrongJson);
  });
});

describe('what is put back into a tree with packages', () => {
  const before = {
    kept: [
      ['etc/hosts', { base64: 'YQ==' }],
      ['etc/resolv.conf', { link: '/run/x' }],
      ['etc/hostname', null],
    ],
    mountPoints: ['srv'],
  };

  test('is read as it was written', () => {
    expect(parseBefore(JSON.stringify(before))).toEqual(before);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no files', { kept: undefined }],
    ['a file without a name', { kept: [[null, null]] }],
    ['a file without content', { kept: [['etc/hosts', {}]] }],
    ['a file without an end', { kept: [['etc/hosts']] }],
    ['a mount point that is no text', { mountPoints: [1] }],
  ])('with %s is refused', (_, change) => {
    expect(() => parseBefore(JSON.stringify({ ...before, ...change }))).toThrow(WrongJson);
  });
});

test.each(['{"bytes":"1"}', '{"bytes":1', '{}', '{"warning":[]}'])('%s is not passed on', (line) => {
  const told: unknown[] = [];
  new TransferLines((one) => told.push(one)).add(`${line}\n{"bytes":1}\n`);
  expect(told).toEqual([{ bytes: 1 }]);
});
