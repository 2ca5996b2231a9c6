import { expect, test } from 'vitest';
import { parseState } from '../../src/guestctl/transfer/carried-state.ts';
import { fieldsOf } from '../../src/host/json-fields.ts';
import { stateFiles } from '../../src/state/state-files.ts';

/** What an archive leaves behind of the state of its guest, and why. */
const leftBehind: Readonly<Record<string, string>> = {
  claimed: 'exists only while a start deploys what is staged, and then nothing is exported',
  refused: 'the next update asks the source on the new host anew',
  undeployed: 'the first start on the new host tries to deploy again',
  rehearsed: 'a rehearsal on another host says little about this one',
  released: 'a switch was asked for on the other host, and is asked for again with one command',
  lockWish: 'the guest on the new host is another client of the FleetLock server, and does not go down',
  lock: 'the guest on the old host holds it, and gives it back',
  lockRefusal: 'the guest on the new host asks by itself',
};

test('an archive carries each kind of state file, unless it is said why not', () => {
  const none = fieldsOf({ trials: [], rejected: [], seen: false, places: [] });
  const carried = Object.keys(parseState(none, 1)).map((key) => (key === 'trials' ? 'trial' : key));
  expect(
    Object.keys(stateFiles).filter((kind) => !carried.includes(kind)),
    'Carry it in src/guestctl/transfer/carried-state.ts, or say above why it stays behind',
  ).toEqual(Object.keys(leftBehind));
});
