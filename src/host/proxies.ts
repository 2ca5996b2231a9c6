const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/** Returns the proxies in the environment of our unit (`Environment=`, `EnvironmentFile=`), as curl(1) and others read them. */
export const proxies = (): Record<string, string> =>
  Object.fromEntries(
    [...names, ...names.map((name) => name.toUpperCase())].flatMap((name) => {
      const value = process.env[name];
      return value && !value.includes('\n') ? [[name, value]] : [];
    }),
  );

/** Options of systemd-nspawn(1) that pass them on. Without values: everybody can read a command line, and a URL may have a password. */
export const proxyOptions = (): string[] => Object.keys(proxies()).map((name) => `--setenv=${name}`);
