import { type Descriptions, from } from './description.ts';

const manual = 'systemd.nspawn(5)';

/** What says how the container differs from others. What is not described here is what every guest has anyway. */
export const machineDescriptions: Descriptions = {
  Exec: from(manual, {
    PrivateUsers: {
      help: "The UIDs of the guest. With no, its root is the root of the host; such a guest shares no files with others, and takes the space of its whole tree. What would give it the UIDs of the host's own users (yes, identity, a range below 65536) is refused, and so is managed, which takes another kind of tree.",
      default: 'pick',
    },
    Parameters: "Arguments for the guest's init system. Quotes are taken off; a backslash stands for itself.",
    Environment:
      "Environment variables of the guest's init system: words NAME=VALUE. Quotes are taken off; a backslash stands for itself. Everybody on the host can read them: for secrets there are credentials.",
    Capability:
      'Capabilities beside the usual ones: capabilities(7). The usual ones are those of systemd-nspawn(1) without DAC_READ_SEARCH, LEASE, LINUX_IMMUTABLE, MKNOD and NET_BROADCAST, which only guests with By=rpm-ostree have.',
    DropCapability: 'Usual capabilities that the guest has not.',
    NoNewPrivileges: 'Whether setuid programs gain nothing.',
    KillSignal: 'The signal that asks the init system to shut down.',
    Personality: 'The architecture that uname(2) tells.',
    MachineID: 'The machine ID of the first boot; then /etc/machine-id counts.',
    NotifyReady: 'Whether the guest is up only when it says so. Default: yes.',
    SystemCallFilter: 'System calls to allow or, after ~, to forbid.',
    RestrictAddressFamilies: 'Address families of sockets to allow or, after ~, to forbid.',
    OOMScoreAdjust: 'How soon it is killed for want of memory: -1000 to 1000.',
    CPUAffinity: 'The CPUs that it runs on: numbers and ranges.',
    Hostname: 'Its hostname. Default: its name.',
    ResolvConf: 'How its /etc/resolv.conf comes about.',
    Timezone: 'How its /etc/localtime comes about. Default: off.',
    SuppressSync: 'Whether sync(2) and the like do nothing: quick, unsafe.',
    LimitCPU: 'RLIMIT_CPU: setrlimit(2).',
    LimitFSIZE: 'RLIMIT_FSIZE: setrlimit(2).',
    LimitDATA: 'RLIMIT_DATA: setrlimit(2).',
    LimitSTACK: 'RLIMIT_STACK: setrlimit(2).',
    LimitCORE: 'RLIMIT_CORE: setrlimit(2).',
    LimitRSS: 'RLIMIT_RSS: setrlimit(2).',
    LimitNOFILE: 'RLIMIT_NOFILE: setrlimit(2).',
    LimitAS: 'RLIMIT_AS: setrlimit(2).',
    LimitNPROC: 'RLIMIT_NPROC: setrlimit(2).',
    LimitMEMLOCK: 'RLIMIT_MEMLOCK: setrlimit(2).',
    LimitLOCKS: 'RLIMIT_LOCKS: setrlimit(2).',
    LimitSIGPENDING: 'RLIMIT_SIGPENDING: setrlimit(2).',
    LimitMSGQUEUE: 'RLIMIT_MSGQUEUE: setrlimit(2).',
    LimitNICE: 'RLIMIT_NICE: setrlimit(2).',
    LimitRTPRIO: 'RLIMIT_RTPRIO: setrlimit(2).',
    LimitRTTIME: 'RLIMIT_RTTIME: setrlimit(2).',
  }),
  Files: from(manual, {
    Bind: 'A file or directory of the host in the guest; option idmap maps its owners. It must be there when the guest starts.',
    BindReadOnly: 'The same, read-only.',
    BindUser: 'Users of the host, with their home directories.',
    BindUserShell: 'Whether they have their shell in it, or which one: a boolean or a path.',
    TemporaryFileSystem: 'A tmpfs in the guest.',
    Inaccessible: 'A file or directory that the guest cannot see.',
    Overlay: 'An overlay of directories in the guest.',
    OverlayReadOnly: 'The same, read-only.',
  }),
  Network: from(manual, {
    Private:
      "Whether it has a network of its own, even if no other key gives it one. Alone, that is only a loopback: add VirtualEthernet=yes for a link to the host. With no, and no other key, the guest has the host's network.",
    VirtualEthernet:
      "Whether a virtual Ethernet link leads to the host, and so whether it has a network of its own. With no, and no other key that gives it one, the guest has the host's network.",
    VirtualEthernetExtra: 'Another one: HOST-NAME[:GUEST-NAME].',
    Interface: 'Interfaces of the host that become its own.',
    MACVLAN: 'Interfaces of the host of which it has a MACVLAN.',
    IPVLAN: 'Interfaces of the host of which it has an IPVLAN.',
    Bridge: "The bridge that the link's end on the host joins.",
    Zone: 'The zone: a bridge that systemd makes for all that name it.',
    NamespacePath: 'A network namespace of the host, such as /run/netns/NAME, that it joins.',
    Port: 'A port of the host that leads into the guest.',
  }),
};
