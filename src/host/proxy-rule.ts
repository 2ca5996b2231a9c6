// Which proxy a request goes by. No side effects.

/** Returns the proxy for a URL, from the variables that curl(1) and others read; undefined if it is reached directly. */
export function proxyFor(to: URL, variables: Readonly<Record<string, string>>): URL | undefined {
  const names = [`${to.protocol.slice(0, -1)}_proxy`, 'all_proxy'];
  const value = names.flatMap((name) => [variables[name], variables[name.toUpperCase()]]).find(Boolean);
  if (value === undefined || isExcepted(to, variables['no_proxy'] ?? variables['NO_PROXY'] ?? ''))
    return undefined;
  const url = /^\w+:\/\//.test(value) ? value : `http://${value}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** Returns the host name of a URL without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** True if a list of hosts and domains has the host of the URL. */
function isExcepted(to: URL, list: string): boolean {
  const host = hostOf(to);
  const at = to.port || (to.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*' || entry === host) return true;
      const [, name = '', onlyPort = at] = /^(?:\*?\.)?([^:]+)(?::(\d+))?$/.exec(entry) ?? [];
      return name !== '' && onlyPort === at && (host === name || host.endsWith(`.${name}`));
    });
}
