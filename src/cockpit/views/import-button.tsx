import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { t } from '../words/translate.ts';
import { TransferModal } from './transfer-modal.tsx';

/** Makes a guest from a file that guestctl has exported. */
export function ImportButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        {t('Import')}
      </Button>
      {isOpen && <TransferModal transfer="import" guest={undefined} onClose={() => setOpen(false)} />}
    </>
  );
}
