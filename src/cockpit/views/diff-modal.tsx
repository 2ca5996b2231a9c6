import {
  Alert,
  Button,
  Content,
  ExpandableSection,
  List,
  ListItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Spinner,
} from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { ask } from '../bridge/run-guestctl.ts';
import { changeBadge, differenceTitle, filesTitle } from '../model/difference.ts';
import type { ToldDifference, ToldPackage } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { BadgeLabel } from './badges.tsx';
import { Failure } from './failure.tsx';
import { useAnswer } from './hooks.ts';
import { ReadTable } from './read-table.tsx';

interface DiffProps {
  readonly guest: string;
  /** From and to, as guestctl takes them; empty for what runs and what is staged. */
  readonly between: readonly string[];
  readonly onClose: () => void;
}

/** What an update, or another deployment, changes. */
export const DiffModal = ({ guest, between, onClose }: DiffProps) => (
  <Modal isOpen variant="large" onClose={onClose} aria-labelledby="diff-title">
    <ModalHeader title={t('What changes in {name}', { name: guest })} labelId="diff-title" />
    <ModalBody tabIndex={0} aria-label={t('Changes')}>
      <Changes guest={guest} between={between} />
    </ModalBody>
    <ModalFooter>
      <Button variant="secondary" onClick={onClose}>
        {t('Close')}
      </Button>
    </ModalFooter>
  </Modal>
);

/** Asks guestctl for the changes, and shows them. */
export function Changes({ guest, between }: Omit<DiffProps, 'onClose'>) {
  const { answer, failure } = useAnswer(() => ask('diff', [guest, ...between]), `${guest} ${between.join()}`);
  if (failure) return <Failure text={failure} />;
  if (!answer) return <Spinner aria-label={t('Loading')} />;
  return (
    <>
      <Content component="p">{differenceTitle(answer)}</Content>
      <Difference difference={answer} />
    </>
  );
}

const Difference = ({ difference }: { readonly difference: ToldDifference }) => (
  <>
    <Paths
      paths={difference.unmergeable}
      variant="danger"
      title={t(
        'A file here, a directory in the update: rename or remove it, or the update cannot be deployed',
      )}
    />
    <Paths
      paths={difference.etc}
      variant="warning"
      title={t('Changed here and in the update: your version stays')}
    />
    {difference.packages === null ? (
      <Content component="p">{t('The trees have no list of packages that guestctl can read.')}</Content>
    ) : difference.packages.length === 0 ? (
      <Content component="p">{t('No package changes.')}</Content>
    ) : (
      <Packages packages={difference.packages} />
    )}
    <ExpandableSection toggleText={filesTitle(difference)}>
      <List isPlain className="paths">
        {difference.files.slice(0, 2000).map(({ path, change }) => (
          <ListItem key={path}>
            <BadgeLabel badge={changeBadge(change)} /> <bdi>{path}</bdi>
          </ListItem>
        ))}
      </List>
    </ExpandableSection>
  </>
);

interface PathsProps {
  readonly paths: readonly string[];
  readonly variant: 'danger' | 'warning';
  readonly title: string;
}

const Paths = ({ paths, variant, title }: PathsProps) =>
  paths.length > 0 && (
    <Alert isInline component="h2" variant={variant} title={title}>
      <List isPlain>
        {paths.map((path) => (
          <ListItem key={path}>
            <bdi>{path}</bdi>
          </ListItem>
        ))}
      </List>
    </Alert>
  );

const Packages = ({ packages }: { readonly packages: readonly ToldPackage[] }) => (
  <ReadTable label={t('Packages')}>
    <Thead>
      <Tr>
        <Th>{t('Package')}</Th>
        <Th>{t('Change')}</Th>
        <Th>{t('From')}</Th>
        <Th>{t('To')}</Th>
      </Tr>
    </Thead>
    <Tbody>
      {packages.map(({ name, change, from, to }) => (
        <Tr key={name}>
          <Td dataLabel={t('Package')}>
            <bdi>{name}</bdi>
          </Td>
          <Td dataLabel={t('Change')}>
            <BadgeLabel badge={changeBadge(change)} />
          </Td>
          <Td dataLabel={t('From')}>
            <bdi>{from ?? ''}</bdi>
          </Td>
          <Td dataLabel={t('To')}>
            <bdi>{to ?? ''}</bdi>
          </Td>
        </Tr>
      ))}
    </Tbody>
  </ReadTable>
);
