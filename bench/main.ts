// npm run bench: what ours costs, against systemd's own and others', in a real test host. Nothing in it passes or fails.
import { bootHost } from '../test/host/host.ts';
import { runProgram } from '../test/host/program.ts';
import { say } from '../test/host/say.ts';
import { measureHelp, measureList, measureVerify } from './commands.ts';
import { measureDisk } from './disk.ts';
import { declareAll, generatorRows, measureGenerators } from './generators.ts';
import { makeBareSysroot, makeBareUnit, makeGuest } from './guest.ts';
import { measureImages } from './images.ts';
import { describeMachine } from './machine.ts';
import { measureNights } from './nights.ts';
import { unpackPeers } from './peers.ts';
import { report } from './report.ts';
import type { Results } from './results.ts';
import { measureStart, measureSwitch } from './starts.ts';
import { measureUpdates } from './updates.ts';

async function bench(): Promise<Results> {
  const host = await bootHost();
  try {
    const machine = await describeMachine(host, await unpackPeers(host));
    await declareAll(host);
    const costs = await measureGenerators(host);
    const help = await measureHelp(host);
    await makeGuest(host);
    const disk = await measureDisk(host);
    await makeBareSysroot(host);
    await makeBareUnit(host);
    const rows = [
      ...generatorRows(costs),
      ...(await measureUpdates(host)),
      ...(await measureImages(host)),
      await measureStart(host),
      await measureSwitch(host),
      ...(await measureNights(host)),
      ...help,
      ...(await measureList(host)),
      ...(await measureVerify(host)),
      disk,
    ];
    const command = 'UPDATE_DOCS=1 npm run bench';
    return { date: new Date().toISOString().slice(0, 10), command, machine, costs, rows };
  } finally {
    await host.stop();
  }
}

void runProgram(async () => {
  report(await bench());
  say(`All of this took ${Math.round(process.uptime())} seconds.`);
});
