const kinds: Readonly<Record<string, string>> = { '+': 'line-added', '-': 'line-removed' };

/** A text with what was added to it and removed from it, line by line. */
export const LineDiff = ({ diff }: { readonly diff: string }) => (
  <pre className="said whole">
    {diff
      .replace(/\n$/, '')
      .split('\n')
      .map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
        <div key={index} className={kinds[line.charAt(0)]}>
          {line}
        </div>
      ))}
  </pre>
);
