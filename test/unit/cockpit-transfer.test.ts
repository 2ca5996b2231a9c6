// The dialogues of the page in Cockpit that copy, rename, export and import guests.
import { expect, test } from 'vitest';
import { shownText } from '../../src/cockpit/model/terminal-text.ts';
import {
  dialogueOf,
  emptyTransfer,
  isTransferComplete,
  type Transfer,
  type TransferForm,
  transferArgs,
  transferMistake,
} from '../../src/cockpit/model/transfer.ts';
import { running, stopped } from './cockpit-guests.ts';

const cases: readonly [Transfer, typeof stopped | undefined, Partial<TransferForm>, string][] = [
  ['copy', stopped, { name: 'post' }, 'copy mail post'],
  ['copy', running, { name: 'post', stops: true, hasVar: false }, 'copy --no-var --stop mail post'],
  ['rename', stopped, { name: 'post' }, 'rename mail post'],
  ['export', stopped, {}, 'export mail /root/mail.tar.zst'],
  ['export', running, { file: '/srv/a.tar', stops: true }, 'export --stop mail /srv/a.tar'],
  ['import', undefined, { file: '/srv/a.tar' }, 'import /srv/a.tar'],
  ['import', undefined, { file: '/srv/a.tar', name: 'post' }, 'import --as=post /srv/a.tar'],
];

test.each(cases)('%s', (transfer, guest, typed, command) => {
  const form = { ...emptyTransfer(transfer, guest), ...typed };
  expect(transferArgs(transfer, guest, form).join(' ')).toBe(command);
  expect(isTransferComplete(transfer, guest, form, ['mail'])).toBe(true);
});

test('only a running guest is stopped for a copy', () => {
  expect(dialogueOf('copy', running).fields).toEqual(['name', 'hasVar', 'stops']);
  expect(dialogueOf('export', stopped).fields).toEqual(['file', 'hasVar']);
});

test.each([
  ['copy', { name: '' }, ''],
  ['copy', { name: 'mail' }, 'mail is declared already'],
  ['rename', { name: 'A b' }, 'A name has 1 to 63 of a-z, 0-9 and -'],
  ['export', { file: '' }, ''],
  ['import', { file: 'a.tar' }, 'Type the whole path, with / at its beginning'],
  ['import', { file: '/a.tar', name: 'mail' }, 'mail is declared already'],
] as const)('%s waits for what is missing or wrong: %o', (transfer, typed, mistake) => {
  const guest = transfer === 'import' ? undefined : stopped;
  const form = { ...emptyTransfer(transfer, guest), ...typed };
  expect(isTransferComplete(transfer, guest, form, ['mail'])).toBe(false);
  const mistakes = dialogueOf(transfer, guest).fields.map((field) => transferMistake(field, form, ['mail']));
  expect(mistakes.filter(Boolean).join()).toBe(mistake);
});

test.each([
  ['lines of a terminal', 'one\r\ntwo\r\n', 'one\ntwo\n'],
  ['progress that is shown anew', 'Packing\r\nFiles: 1 MB\r\x1b[KFiles: 2 MB', 'Packing\nFiles: 2 MB'],
  ['progress that has ended', 'Files: 9 MB\r\x1b[KExported\r\n', 'Exported\n'],
])('%s', (_, output, shown) => {
  expect(shownText(output)).toBe(shown);
});
