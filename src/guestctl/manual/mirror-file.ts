import { configDirectory, guestFileOf, mirrorFileOf, stateDirectory } from '../../config/paths.ts';
import { vocabularyOf } from '../../config/vocabulary.ts';
import { guestDescriptions, mirrorDescriptions } from './descriptions.ts';
import { sectionText } from './keys.ts';
import { italic, type Page } from './page.ts';
import { bold, example, heading, paragraph } from './roff.ts';

const vocabulary = vocabularyOf('mirror');
const names = (section: string): string =>
  Object.keys(guestDescriptions[section] ?? {})
    .filter((name) => vocabulary.find(section, name))
    .map((name) => `${name}=`)
    .join(', ');

/** Also in docs/publish.md. */
const debian = `[Mirror]
URL=https://ostree.example.org
GPGKeyPath=${configDirectory}/site.asc
Ref=debian/*/server
Repository=/srv/mirror
FreshnessSec=8d`;

/** The manual page ostree-guests.mirror(5). Its keys and their descriptions are in src/config/keys/. */
export const mirrorFilePage: Page = {
  name: 'ostree-guests.mirror',
  section: 5,
  summary: 'configuration of a mirror of an OSTree repository',
  body: [
    `${heading('SYNOPSIS')}\n${bold(`${configDirectory}/`)}${italic('NAME')}${bold('.mirror')}`,
    heading('DESCRIPTION'),
    paragraph(
      'A mirror fetches refs of an OSTree repository and offers them to the hosts of this site. Each change is downloaded once for all of them, and they can update while the upstream is down. A site without a network gets its updates from a stick. ostree-guest-mirror@NAME.service runs the mirror, and ostree-guest-mirror@NAME.timer, if enabled, runs it regularly. guestctl mirrors lists what mirrors have, and what is wrong.',
    ),
    paragraph(
      'Mirror files have the syntax, the search path and the masking of guest files. Drop-ins are NAME.mirror.d/*.conf for one mirror and mirror.d/*.conf for all mirrors. guestctl verify lists the mistakes in a mirror file.',
    ),
    ...sectionText('Mirror', vocabulary, mirrorDescriptions),
    heading('[UNIT], [SERVICE] AND [TIMER] SECTIONS'),
    paragraph(
      `As in ostree-guests.guest(5), for ostree-guest-mirror@NAME.service and its timer. In [Unit]: ${names('Unit')}.`,
    ),
    paragraph(`In [Service]: ${names('Service')}.`),
    paragraph(`In [Timer]: ${names('Timer')}.`),
    heading('WHAT A RUN DOES'),
    paragraph(
      `It asks the upstream for the commit of each ref, and verifies the signature and that the commit belongs to this ref. A commit that is older than the one that clients have is refused. A new commit is fetched into ${stateDirectory}/.mirrors/NAME, by a static delta if the upstream has one. Then it is copied to the repository of Repository=, where it keeps its checksum and its signatures, gets static deltas from the commits before it, and is offered by its ref and by the summary, which has no signature. If a ref fails, the others are still mirrored, and the run fails in the end.`,
    ),
    paragraph(
      'Clients see the old commit or the complete new one of each ref, even if a run is killed; the next run completes it. Any web server can serve the repository. A ref that no Ref= finds any more can be pulled for 30 more days. Then it is removed, and a day later its commits. guestctl mirrors shows when. If the upstream lacks a ref that Ref= names without * and ?, the run fails, and clients keep that ref.',
    ),
    heading('WITHOUT A NETWORK'),
    paragraph(
      'guestctl mirror export NAME DIRECTORY copies the last commit of each ref to a directory, such as a stick. Elsewhere, guests and mirrors have its URL: file:///DIRECTORY. The commits are verified there, too.',
    ),
    heading('EXAMPLE'),
    paragraph(`${mirrorFileOf('debian')}:`),
    example(debian),
    paragraph(`${guestFileOf('mail')}, on a host of the site:`),
    example(
      `[Guest]\nRef=site:debian/12/server\n\n[Remote]\nURL=http://mirror.site.example\nGPGKeyPath=${configDirectory}/site.asc`,
    ),
  ],
  seeAlso: 'ostree-guests.guest(5), ostree-guests.build(5), ostree-guests(7), guestctl(1), ostree-pull(1)',
};
