import { Button, ModalFooter } from '@patternfly/react-core';
import { t } from '../words/translate.ts';

interface FooterProps {
  readonly label: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** The end of a dialogue: do it, or leave it. Either closes the dialogue. */
export const DialogueFooter = ({ label, isDanger, isDisabled, onConfirm, onClose }: FooterProps) => (
  <ModalFooter>
    <Button
      variant={isDanger ? 'danger' : 'primary'}
      isDisabled={isDisabled}
      onClick={() => {
        onClose();
        onConfirm();
      }}
    >
      {label}
    </Button>
    <Button variant="link" onClick={onClose}>
      {t('Cancel')}
    </Button>
  </ModalFooter>
);
