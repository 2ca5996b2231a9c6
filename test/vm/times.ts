// How long things may take before the test gives up, in seconds. Emulation is some twenty times as slow as the machine that
// it runs on, and that may be busy: nothing here is a measure of the product.

export const patience = {
  /** Until QEMU answers. */
  qemu: 120,
  /** Until the machine takes commands. */
  boot: 1800,
  /** Until the machine has powered itself off. */
  shutdown: 900,
  /** Any one command. */
  command: 900,
  /** Whatever happens by itself, such as guests that start with the host. */
  eventually: 1200,
};
