import { type Descriptions, from } from './description.ts';

const manual = 'systemd.nspawn(5)';

/** Describes the keys that make guests differ. Keys without a description have the same value in all guests. */
export const machineDescriptions: Descriptions = {
  Exec: from(manual, {
    PrivateUsers: {
      help: "The UID range of the guest. With no, root in the guest is root of the host; such a guest shares no files with others and needs disk space for its whole tree. Values that give the guest UIDs of the host's own users (yes, identity, a range below 65536) are refused. So is managed, which needs another kind of tree.",
      default: 'pick',
    },
    Parameters:
      "Arguments for the guest's init system. Quotes are removed; a backslash is an ordinary character.",
    Environment:
      "Environment variables of the guest's init system: words NAME=VALUE. Quotes are removed; a backslash is an ordinary character. Everybody on the host can read them: use credentials for secrets.",
    Capability:
      'Capabilities to add to the default ones: capabilities(7). The default ones are those of systemd-nspawn(1) without DAC_READ_SEARCH, LEASE, LINUX_IMMUTABLE, MKNOD and NET_BROADCAST; guests with By=rpm-ostree have these, too.',
    DropCapability: 'Default capabilities to drop.',
    NoNewPrivileges: 'Denies setuid programs and the like any new privileges.',
    KillSignal: 'The signal that tells the init system to shut down.',
    Personality: 'The architecture that uname(2) reports.',
    MachineID: 'The machine ID of the first boot. Later boots use /etc/machine-id.',
    NotifyReady: 'Counts the guest as started only when its init system reports it. Default: yes.',
    SystemCallFilter: 'System calls to allow or, after ~, to forbid.',
    RestrictAddressFamilies: 'Address families of sockets to allow or, after ~, to forbid.',
    OOMScoreAdjust: 'How soon the kernel kills processes of the guest when memory runs out: -1000 to 1000.',
    CPUAffinity: 'The CPUs that the guest runs on: numbers and ranges.',
    Hostname: 'The hostname of the guest. Default: its name.',
    ResolvConf: 'How /etc/resolv.conf of the guest is made.',
    Timezone: 'How /etc/localtime of the guest is made. Default: off.',
    SuppressSync: 'Makes sync(2) and the like do nothing. Faster, but data may be lost.',
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
    Bind: 'A file or directory of the host to mount in the guest. The option idmap maps its owners. It must exist when the guest starts.',
    BindReadOnly: 'Like Bind=, but read-only.',
    BindUser: 'Users of the host to add to the guest, with their home directories.',
    BindUserShell: 'The shell of these users: a boolean, whether to keep that of the host, or a path.',
    TemporaryFileSystem: 'A tmpfs to mount in the guest.',
    Inaccessible: 'A file or directory to hide from the guest.',
    Overlay: 'An overlay of directories to mount in the guest.',
    OverlayReadOnly: 'Like Overlay=, but read-only.',
  }),
  Network: from(manual, {
    Private:
      "Gives the guest a network of its own even if no other key does. Alone, this is only a loopback interface: add VirtualEthernet=yes for a link to the host. With no, and without other keys, the guest uses the host's network.",
    VirtualEthernet:
      "Connects the guest to the host by a virtual Ethernet link, in a network of its own. With no, and without another key that gives it a network of its own, the guest uses the host's network.",
    VirtualEthernetExtra: 'An additional virtual Ethernet link: HOST-NAME[:GUEST-NAME].',
    Interface: 'Interfaces of the host to move into the guest.',
    MACVLAN: 'Interfaces of the host to give the guest a MACVLAN interface on.',
    IPVLAN: 'Interfaces of the host to give the guest an IPVLAN interface on.',
    Bridge: 'The bridge of the host to attach the virtual Ethernet link to.',
    Zone: 'The network zone: systemd creates a bridge for all guests that name the same zone.',
    NamespacePath: 'A network namespace of the host to join, such as /run/netns/NAME.',
    Port: 'A port of the host to forward to the guest.',
  }),
};
