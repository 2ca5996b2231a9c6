/** Returns a function that takes text in pieces, and calls back with each line once it is complete. */
export function eachLine(callback: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const whole = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) callback(line);
  };
}
