import { guestFileManual } from './guest-file.ts';

declare const VERSION: string;

// npm run build keeps what is printed as dist/ostree-guests.guest.5.
process.stdout.write(guestFileManual(VERSION));
