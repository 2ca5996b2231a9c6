// A plot with logarithmic axes, as SVG.

export interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

type Point = readonly [x: number, y: number];

export interface Labels {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const frame = { left: 70, right: 530, top: 40, bottom: 360 };
const size = { width: 720, height: 410 };

/** The axes go from one power of ten to another, so that all points are between them. */
export function plot({ title, x, y }: Labels, series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points);
  const across = axis(
    points.map(([value]) => value),
    frame.left,
    frame.right,
  );
  const up = axis(
    points.map(([, value]) => value),
    frame.bottom,
    frame.top,
  );
  const { left, right, top, bottom } = frame;
  const lines = [
    text((left + right) / 2, 22, 'middle', title),
    text((left + right) / 2, size.height - 10, 'middle', x),
    `<text x="18" y="${(top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(top + bottom) / 2})">${escapeXml(y)}</text>`,
    ...across.ticks.flatMap((tick) => {
      const at = round(across.place(tick));
      return [grid(at, top, at, bottom), text(at, bottom + 18, 'middle', String(tick))];
    }),
    ...up.ticks.flatMap((tick) => {
      const at = round(up.place(tick));
      return [grid(left, at, right, at), text(left - 8, at + 4, 'end', String(tick))];
    }),
    ...series.flatMap((each, index) => draw(each, top + 20 * index, across.place, up.place)),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`;
  const paper = `<rect width="${size.width}" height="${size.height}" fill="white"/>`;
  return `${[open, `<title>${escapeXml(title)}</title>`, paper, ...lines].join('\n')}\n</svg>\n`;
}

type Place = (value: number) => number;

/** A logarithmic axis from one end to the other of the picture, with a tick at each power of ten. */
function axis(values: readonly number[], begin: number, end: number): { ticks: number[]; place: Place } {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: to - from + 1 }, (_, index) => Number(`1e${from + index}`)),
    place: (value) => begin + ((end - begin) * (Math.log10(value) - from)) / (to - from),
  };
}

function draw({ name, color, points }: Series, legend: number, x: Place, y: Place): string[] {
  const places = points.map(([across, up]) => [round(x(across)), round(y(up))] as const);
  const path = places.map((place) => place.join(',')).join(' ');
  const { right } = frame;
  return [
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
    ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`),
    `<line x1="${right + 15}" y1="${legend}" x2="${right + 40}" y2="${legend}" stroke="${color}" stroke-width="2"/>`,
    text(right + 46, legend + 4, 'start', name),
  ];
}

const grid = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;

const text = (x: number, y: number, anchor: string, content: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(content)}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const escapeXml = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
