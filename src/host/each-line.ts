/** Returns a function for text that comes in pieces. It calls back with each line as soon as that is whole. */
export function eachLine(callback: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const whole = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) callback(line);
  };
}
