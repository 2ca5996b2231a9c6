// The program of ostree-guest-metrics.service: writes the metrics of all guests, builds and mirrors for node_exporter.
import { writeAtomically } from '../../host/atomic-file.ts';
import { enabledUnits } from '../../host/enabled-units.ts';
import { explainAny } from '../../host/failure.ts';
import { driver } from '../../machine/driver.ts';
import { lastSuccess } from '../../state/last-success.ts';
import { lastUpdate } from '../../state/past-attempts.ts';
import { complain } from '../../state/report.ts';
import { overviewOfBuilds } from '../builds.ts';
import { overviewOfMirrors } from '../mirrors.ts';
import { type Overview, overviewOfAll } from '../overview.ts';
import { knownSizes, measureChanged } from './sizes.ts';
import type { Sources } from './sources-text.ts';
import { metricsText } from './text.ts';

const [directory = ''] = process.argv.slice(2);

async function work(): Promise<void> {
  const [{ overviews, broken }, sources] = await Promise.all([
    overviewOfAll({ shows: false }),
    readSources(),
  ]);
  const enabled = enabledUnits();
  const found = overviews.map((overview) => {
    const { name, sysroot } = overview.guest;
    const update = lastUpdate(name);
    return {
      overview,
      isEnabled: enabled.has(driver.unit(name)),
      lastUpdate: update,
      lastSuccess: lastSuccess(name),
      tree: { name, sysroot, key: keyOf(overview, update?.time) },
    };
  });
  let sizes = knownSizes();
  const write = () => {
    const facts = found.map((one) => ({ ...one, space: sizes.get(one.overview.guest.name) }));
    // Beside it and with another ending until it is complete: node_exporter reads *.prom.
    writeAtomically(`${directory}/ostree-guests.prom`, metricsText(facts, broken, sources));
  };
  // To measure takes longer than all else.
  write();
  const created = found.filter(({ overview }) => overview.deployments.length > 0);
  const measured = await measureChanged(
    created.map(({ tree }) => tree),
    sizes,
  );
  if (!measured) return;
  sizes = measured;
  write();
}

/** Reads builds and mirrors. Their repositories may be anywhere: one that cannot be read must not hide the guests. */
async function readSources(): Promise<Sources | undefined> {
  try {
    const [builds, mirrors] = await Promise.all([overviewOfBuilds(), overviewOfMirrors()]);
    return { builds, mirrors };
  } catch (error) {
    complain(`The metrics of builds and mirrors are missing: ${explainAny(error)}`);
    return undefined;
  }
}

/** What the size of a guest's trees depends on: its deployments, and its last update. */
const keyOf = ({ deployments }: Overview, updated: Date | undefined): string =>
  [...deployments.map(({ name }) => name), updated?.toISOString()].join(' ');

// Node exits with 0 when its event loop drains, even with work pending.
process.exitCode = 70;
work().then(
  () => {
    process.exitCode = 0;
  },
  (error: unknown) => {
    complain(`Cannot write the metrics of guests: ${explainAny(error)}`);
    process.exitCode = 1;
  },
);
