/** Deprecated keys of systemd and their successors: systemd.resource-control(5), "Deprecated Options"; its NEWS. */
export const successors: Readonly<Record<string, string>> = {
  MemoryLimit: 'MemoryMax',
  CPUShares: 'CPUWeight',
  StartupCPUShares: 'StartupCPUWeight',
  BlockIOWeight: 'IOWeight',
  BlockIODeviceWeight: 'IODeviceWeight',
  BlockIOReadBandwidth: 'IOReadBandwidthMax',
  BlockIOWriteBandwidth: 'IOWriteBandwidthMax',
  StartLimitInterval: 'StartLimitIntervalSec',
};
