import {
  buildFileOf,
  configDirectory,
  defaultSysrootOf,
  guestFileOf,
  mirrorFileOf,
  rootLinkOf,
  runtimeDirectory,
  stateDirectory,
  stateOf,
  textfileDirectory,
  vendorDirectory,
} from '../../config/paths.ts';
import type { Page } from './page.ts';
import { entry, example, heading, paragraph } from './roff.ts';

const words = [
  ['guest', 'A machine, declared by one file, NAME.guest: ostree-guests.guest(5).'],
  [
    'system root',
    `The directory in which OSTree keeps the guest: boot entries, a repository, deployments and /var. It is ${defaultSysrootOf('NAME')}, separate from the system root of the host.`,
  ],
  [
    'deployment',
    'A bootable root directory, made from one commit. Each deployment has its own /etc; all deployments of a guest share its /var.',
  ],
  ['to stage', 'To fetch a commit and record it as the one to deploy at the next start.'],
  ['to switch', 'To restart a running guest into the staged commit.'],
  [
    'trial',
    'A new deployment is on trial until a start finds it healthy. If that does not happen within Tries= starts, the guest goes back to the previous deployment and the commit is rejected: updates skip it until you run guestctl forgive, and stage the next commit of the source as usual.',
  ],
] as const;

const life = [
  [
    'Declare',
    'guestctl create writes the guest file, and with --build debian also the build file, from a template. If it cannot create the guest, or is interrupted meanwhile, it leaves nothing behind. You can also write the files yourself and run systemctl daemon-reload.',
  ],
  ['Create', 'The first update creates the system root, fetches the tree and deploys it.'],
  [
    'Run',
    'guestctl start boots the guest and waits until it is up. guestctl enable boots it whenever the host boots, and enables its updates. machinectl and systemctl work, too.',
  ],
  [
    'Update',
    'The update timer, if enabled, starts the update at the times of OnCalendar=. The guest keeps running. With Action=switch, or in the maintenance window of SwitchOnCalendar=, it is then restarted into the update; else its next start boots the update. SwitchWindowSec= and NotBefore= hold updates back: a start at another time boots the deployment that ran. So do Rehearse= until a rehearsal of the update has succeeded, and FleetLock= while the server gives no lock.',
  ],
  [
    'Start',
    'Before each start, also before a reboot from inside, the staged commit is deployed. /etc is merged at this moment, from the deployment that ran last, so that late edits are kept.',
  ],
  [
    'Assess',
    'A new deployment is checked once it has booted. If it is not healthy, it is started again; after Tries= starts the guest goes back.',
  ],
  [
    'Move',
    'guestctl export writes the guest into one file, and guestctl import makes it from that file on another host. guestctl copy makes a second machine from it, and guestctl rename gives it another name.',
  ],
  ['Remove', 'guestctl stop, then guestctl remove.'],
] as const;

/** Checked against the files in units/. */
export const units = [
  ['systemd-nspawn@NAME.service', "The guest itself: systemd's own unit with drop-ins."],
  ['ostree-guest-update@NAME.service', 'Creates or updates the guest, isolated from the host.'],
  ['ostree-guest-update@NAME.timer', 'Starts the update at the times of OnCalendar=.'],
  ['ostree-guest-switch@NAME.service', 'Restarts a running guest into the staged update.'],
  ['ostree-guest-switch@NAME.timer', 'Starts the switch in the maintenance window of SwitchOnCalendar=.'],
  [
    'ostree-guest-boot@NAME.service',
    'The boot loader of the guest: deploys the staged commit and selects the deployment to boot.',
  ],
  ['ostree-guest-assess@NAME.service', 'Checks whether a deployment on trial is healthy.'],
  ['ostree-guest-lock@NAME.service', 'Takes the lock of FleetLock=, or gives it back.'],
  [
    'ostree-guest-lock@NAME.timer',
    'Starts the switch again while that waits for the lock, and gives back a lock that is left over. It need not be enabled.',
  ],
  [
    'ostree-guest-rehearse@NAME.service',
    'Boots the staged update as a throwaway copy of the guest, before the guest itself boots it.',
  ],
  ['ostree-guest-rehearsal@NAME.service', 'This throwaway copy, while it runs.'],
  [
    'ostree-guest-maintenance@NAME.service',
    'Starts a stopped guest with By=rpm-ostree without its services, to update it.',
  ],
  ['ostree-guest-build@NAME.service', 'Makes the tree of the build NAME for the guests that use it.'],
  ['ostree-guest-build@NAME.timer', 'Runs the build daily, also without guests: enable it to publish.'],
  [
    'ostree-guest-publish@NAME.service',
    'Publishes what the build has made in the repository of [Publish], after each run of the build.',
  ],
  [
    'ostree-guest-mirror@NAME.service',
    'Fetches what the upstream of the mirror NAME offers, and offers it to the hosts of this site.',
  ],
  ['ostree-guest-mirror@NAME.timer', 'Runs the mirror at the times of OnCalendar=.'],
  [
    'ostree-guest-image@NAME.service',
    'Creates an empty image directory, so that machinectl finds the guest.',
  ],
  [
    'ostree-guest-tidy@NAME.service',
    'Removes what an update left that was killed while it worked on a tree.',
  ],
  ['machine-updates.slice', 'Where updates, builds, publications and mirrors run. Guests come first.'],
  [
    'ostree-guest-changed.service',
    'Collects changes of guests, builds and mirrors for some seconds, and then has their metrics written. Does nothing on a host without the directory of node_exporter.',
  ],
  ['ostree-guest-settled@NAME.service', 'Does the same once a start of the guest has ended.'],
  [
    'ostree-guest-metrics.service',
    'Writes the metrics of all guests, builds and mirrors for node_exporter of Prometheus. Mask this unit if you do not want that.',
  ],
  [
    'ostree-guest-network.service',
    'Starts systemd-networkd for the links of guests, if it is not enabled on the host and configures nothing else there. Mask this unit if you do not want that.',
  ],
  [
    'ostree-guest-port@NAME.socket',
    'Listens on a port of the host for a proxy, while the guest runs. NAME is GUEST_HOST-PORT_GUEST-PORT.',
  ],
  ['ostree-guest-port@NAME.service', 'This proxy, from the first connection until a minute after the last.'],
] as const;

const files = [
  [guestFileOf('NAME'), `The guest file. Also in ${runtimeDirectory} and ${vendorDirectory}.`],
  [
    `${configDirectory}/NAME.guest.d/*.conf, ${configDirectory}/guest.d/*.conf`,
    'Drop-ins for one guest, and for all guests.',
  ],
  [buildFileOf('NAME'), 'A build, which makes a tree on this host: ostree-guests.build(5).'],
  [mirrorFileOf('NAME'), 'A mirror of an OSTree repository: ostree-guests.mirror(5).'],
  [`${stateDirectory}/.mirrors/NAME`, 'What the mirror has fetched: the last commit of each ref, unpacked.'],
  [`${stateDirectory}/.builds/NAME`, 'The trees that the build made, and its cache.'],
  [stateOf('NAME'), 'The system root of the guest, and the state that OSTree does not keep.'],
  [
    `${textfileDirectory}/ostree-guests.prom`,
    'The metrics of all guests, builds and mirrors, if this directory exists.',
  ],
  [rootLinkOf('NAME'), 'A link to the deployment that the guest runs from, or ran from last.'],
] as const;

export const recovery = [
  ['Start with the state of the guest and of the host:', 'guestctl status NAME\nguestctl doctor'],
  [
    'The guest does not start. Look at its journal, and for mistakes in its file:',
    'guestctl logs NAME -n 50\nguestctl verify NAME',
  ],
  [
    'An update was bad, but passed as healthy. Go back to the previous deployment with its /etc; /var stays as it is:',
    'guestctl rollback NAME\nguestctl reboot NAME',
  ],
  [
    'An update failed, and you have removed the cause. Run it again; it continues where it stopped:',
    'guestctl update NAME',
  ],
  ['A commit was rejected, and you want to try it again:', 'guestctl forgive NAME\nguestctl update NAME'],
  [
    "The guest starts, but nobody can log in. Stop it and open a shell in its deployment. This shell is not confined: it has no user namespace, writes into the deployment except /usr, and does not see the guest's /var. Change only files in /etc; they are kept:",
    `systemd-nspawn --directory=${rootLinkOf('NAME')} --bind-ro=+/usr:/usr`,
  ],
  [
    'A state file is damaged, by a fault of the disk or an edit by hand. The guest starts nevertheless. doctor names the file, and says what this means and how to remove the file. If a newer version wrote the file, upgrade the package instead:',
    'guestctl doctor',
  ],
] as const;

/** The manual page ostree-guests(7): concepts, the life of a guest, units, files and recovery. */
export const conceptsPage: Page = {
  name: 'ostree-guests',
  section: 7,
  summary: 'OSTree-based systemd-nspawn machines on one host',
  body: [
    heading('DESCRIPTION'),
    paragraph(
      'A guest is a whole machine with its own OSTree system root, boot entries, /etc and /var. systemd acts as its firmware: starting the unit of a guest reads the boot entries, selects the default one and boots it. An update never changes a running guest: it adds a boot entry, and the next start boots that one.',
    ),
    heading('CONCEPTS'),
    ...words.map(([term, text]) => entry(term, text)),
    heading("A GUEST'S LIFE"),
    ...life.map(([term, text]) => entry(term, text)),
    heading('UNITS'),
    ...units.map(([unit, text]) => entry(unit, text)),
    paragraph(
      'Most units are templates. ostree-guests-generator(8) writes only the differences between guests, as drop-ins named 50-guest.conf: one for systemd-nspawn@NAME.service, and one for each other unit that the guest file has settings for. The drop-ins of systemctl edit override them.',
    ),
    heading('FILES'),
    ...files.map(([file, text]) => entry(file, text)),
    heading('RECOVERY'),
    ...recovery.flatMap(([text, commands]) => [paragraph(text), example(commands)]),
  ],
  seeAlso:
    'guestctl(1), ostree-guests.guest(5), ostree-guests.build(5), ostree-guests.mirror(5), ostree-guests-generator(8), systemd-nspawn(1), machinectl(1), systemd.timer(5), ostree(1)',
};
