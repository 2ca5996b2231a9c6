import type { Page } from './page.ts';
import { entry, example, heading, paragraph } from './roff.ts';

const words = [
  ['guest', 'A machine that one file declares, NAME.guest: ostree-guests.guest(5).'],
  [
    'system root',
    'Where OSTree keeps the guest: boot entries, a repository, deployments, /var. It is /var/lib/ostree-guests/NAME/sysroot, and nothing else of the host is in it.',
  ],
  [
    'deployment',
    'A root directory that can be booted, made of one commit; its /etc is its own, /var is shared by all.',
  ],
  ['to stage', 'To fetch a commit, and note it as the one to deploy at the next start.'],
  ['to switch', 'To restart a running guest into what is staged.'],
  [
    'trial',
    'A fresh deployment is on trial until it was found healthy. If that does not come about in as many starts as Tries= allows, the guest goes back to the deployment before, and the commit is rejected: not staged again until the source offers another, or until guestctl forgive.',
  ],
] as const;

const life = [
  [
    'Declare',
    'guestctl create writes the guest file; or write it yourself, and run systemctl daemon-reload.',
  ],
  ['Create', 'The first update makes the system root, fetches the tree and deploys it.'],
  ['Run', 'machinectl start and guestctl start boot it; machinectl enable does so at each boot of the host.'],
  [
    'Update',
    'The timer, once enabled, starts the update when OnCalendar= says. The guest runs on. With Action=switch, or in the window SwitchOnCalendar=, it is then restarted into it; else its next start takes it.',
  ],
  [
    'Start',
    'Before each start, a reboot from inside included, what is staged is deployed. /etc is merged now, from the root that really ran, so that late edits are not lost.',
  ],
  ['Assess', 'The guest is asked whether it is well. If it is not, it goes back.'],
  ['Remove', 'guestctl stop, then guestctl remove.'],
] as const;

/** Checked against the files in units/. */
export const units = [
  ['systemd-nspawn@NAME.service', "The guest itself: systemd's own unit, completed."],
  ['ostree-guest-update@NAME.service', 'Creates or updates it, isolated from the host.'],
  ['ostree-guest-update@NAME.timer', 'Does so when it is time.'],
  ['ostree-guest-switch@NAME.service', 'Restarts a running guest into what is staged.'],
  ['ostree-guest-switch@NAME.timer', 'Does so in the window that SwitchOnCalendar= says.'],
  ['ostree-guest-boot@NAME.service', 'Its boot loader: deploys what is staged, chooses the deployment.'],
  ['ostree-guest-assess@NAME.service', 'Asks whether a deployment that is on trial is well.'],
  ['ostree-guest-rehearse@NAME.service', 'Tries what is staged on a copy of the guest, before it is used.'],
  ['ostree-guest-rehearsal@NAME.service', 'That copy, while it runs.'],
  [
    'ostree-guest-maintenance@NAME.service',
    'A stopped guest that manages itself (By=rpm-ostree), started without its services for its update.',
  ],
  ['ostree-guest-build@NAME.service', 'Makes the tree of the build NAME, for the guests that name it.'],
  ['ostree-guest-image@NAME.service', 'An empty image, so that machinectl knows the guest.'],
] as const;

const files = [
  ['/etc/ostree-guests/NAME.guest', 'The guest. Also in /run/ostree-guests and /usr/lib/ostree-guests.'],
  [
    '/etc/ostree-guests/NAME.guest.d/*.conf, /etc/ostree-guests/guest.d/*.conf',
    'Additions to it, and to all guests.',
  ],
  ['/etc/ostree-guests/NAME.build', 'A tree that is made on this host: ostree-guests.build(5).'],
  ['/var/lib/ostree-guests/.builds/NAME', 'The trees that it made, and what it keeps between runs.'],
  ['/var/lib/ostree-guests/NAME', 'The system root, and what is known of the guest beside it.'],
  ['/run/ostree-guests/NAME/root', 'A link to the deployment that runs, or ran last.'],
] as const;

export const recovery = [
  ['First of all, what the guest and the host have to say:', 'guestctl status NAME\nguestctl doctor'],
  [
    'The guest does not start. What does its journal say, and what does its file?',
    'guestctl logs NAME -n 50\nguestctl verify NAME',
  ],
  [
    'An update was bad, but not found to be so. The deployment before comes back with its own /etc; /var stays as it is:',
    'guestctl rollback NAME\nmachinectl reboot NAME',
  ],
  [
    'An update failed, and what was in its way is mended. It goes on where it was cut off:',
    'guestctl update NAME',
  ],
  [
    'A commit was rejected, and is to be tried again all the same:',
    'guestctl forgive NAME\nguestctl update NAME',
  ],
  [
    'The guest starts, but nobody can log in. A shell in its root, while it is stopped; what is changed in /etc stays:',
    'systemd-nspawn --directory=/run/ostree-guests/NAME/root --bind-ro=+/usr:/usr',
  ],
] as const;

/** The manual page ostree-guests(7): what there is, a guest's life, and what to do when something is wrong. */
export const conceptsPage: Page = {
  name: 'ostree-guests',
  section: 7,
  summary: 'whole machines on one host, from OSTree trees',
  body: [
    heading('DESCRIPTION'),
    paragraph(
      'A guest is a machine of its own: it has its own OSTree system root, its own list of deployments, its own /etc and /var. systemd is its firmware. Starting its unit does what firmware and boot loader do for real hardware: look at the boot entries, take the default one, boot it. An update never touches a running guest; it makes another boot entry, and the next start takes that.',
    ),
    heading('CONCEPTS'),
    ...words.map(([term, text]) => entry(term, text)),
    heading("A GUEST'S LIFE"),
    ...life.map(([term, text]) => entry(term, text)),
    heading('UNITS'),
    ...units.map(([unit, text]) => entry(unit, text)),
    paragraph(
      'Only what differs between guests is made by ostree-guests-generator(8), as drop-ins named 50-guest.conf: always one for systemd-nspawn@NAME.service, and one for each other unit for which the guest file says something. What systemctl edit writes wins over them.',
    ),
    heading('FILES'),
    ...files.map(([file, text]) => entry(file, text)),
    heading('RECOVERY'),
    ...recovery.flatMap(([text, commands]) => [paragraph(text), example(commands)]),
  ],
  seeAlso:
    'guestctl(1), ostree-guests.guest(5), ostree-guests.build(5), ostree-guests-generator(8), systemd-nspawn(1), machinectl(1), systemd.timer(5), ostree(1)',
};
