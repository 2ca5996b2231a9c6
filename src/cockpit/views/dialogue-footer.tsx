import { Button, ModalFooter } from '@patternfly/react-core';
import { t } from '../words/translate.ts';

/** What its first button does: something, or what the form of the dialogue does (its id, of DialogueForm). */
type Confirms = { readonly onConfirm: () => void } | { readonly form: string };

type FooterProps = Confirms & {
  readonly label: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onClose: () => void;
};

/** The end of a dialogue: do it, or leave it. Either closes the dialogue. */
export const DialogueFooter = ({ label, isDanger, isDisabled, onClose, ...confirms }: FooterProps) => (
  <ModalFooter>
    <Button
      variant={isDanger ? 'danger' : 'primary'}
      isDisabled={isDisabled}
      {...('form' in confirms
        ? { type: 'submit', form: confirms.form }
        : {
            onClick: () => {
              onClose();
              confirms.onConfirm();
            },
          })}
    >
      {label}
    </Button>
    <Button variant="link" onClick={onClose}>
      {t('Cancel')}
    </Button>
  </ModalFooter>
);
