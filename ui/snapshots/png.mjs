// Reads the pictures of a browser and writes small ones: eight bits a pixel, no interlacing, nothing else.
import { deflateSync, inflateSync, crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** @returns {{ width: number, height: number, rgb: Buffer }} */
export function decode(file) {
  let at = SIGNATURE.length;
  let header;
  let palette;
  const data = [];
  while (at < file.length) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = body;
    else if (type === 'PLTE') palette = body;
    else if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, kind, , , interlaced] = header.subarray(8);
  const channels = { 2: 3, 3: 1, 6: 4 }[kind];
  if (depth !== 8 || !channels || interlaced) throw new Error('a picture of another kind');
  const raw = unfilter(inflateSync(Buffer.concat(data)), width, height, channels);
  const rgb = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i += 1) {
    if (palette) palette.copy(rgb, i * 3, raw[i] * 3, raw[i] * 3 + 3);
    else raw.copy(rgb, i * 3, i * channels, i * channels + 3);
  }
  return { width, height, rgb };
}

function unfilter(data, width, height, channels) {
  const line = width * channels;
  const out = Buffer.alloc(line * height);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (line + 1)];
    for (let x = 0; x < line; x += 1) {
      const left = x >= channels ? out[y * line + x - channels] : 0;
      const up = y > 0 ? out[(y - 1) * line + x] : 0;
      const corner = y > 0 && x >= channels ? out[(y - 1) * line + x - channels] : 0;
      const add = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * line + x] = data[y * (line + 1) + 1 + x] + add;
    }
  }
  return out;
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** A colour that says something: red, green and amber are rare, and grey would not do for them. */
const isTelling = ({ color }) => Math.max(...color) - Math.min(...color) > 40;

/**
 * A picture with few colours: those that are used most, and of the telling ones as many again; the others by the
 * nearest of them.
 */
export function encode({ width, height, rgb }, colors = 32) {
  const count = new Map();
  const keyAt = (i) => ((rgb[i] >> 3) << 10) | ((rgb[i + 1] >> 3) << 5) | (rgb[i + 2] >> 3);
  for (let i = 0; i < rgb.length; i += 3) {
    const key = keyAt(i);
    const known = count.get(key);
    if (known) known.n += 1;
    else count.set(key, { n: 1, color: [rgb[i], rgb[i + 1], rgb[i + 2]] });
  }
  const used = [...count.values()].sort((a, b) => b.n - a.n);
  const kept = used.slice(0, colors);
  kept.push(...used.slice(colors).filter(isTelling).slice(0, colors));
  const index = new Map();
  for (const [key, { color }] of count) index.set(key, nearest(kept, color));
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      lines[y * (width + 1) + 1 + x] = index.get(keyAt((y * width + x) * 3));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(kept.flatMap(({ color }) => color))),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearest(kept, [r, g, b]) {
  let best = 0;
  let least = Infinity;
  kept.forEach(({ color }, i) => {
    const far = (color[0] - r) ** 2 + (color[1] - g) ** 2 + (color[2] - b) ** 2;
    if (far < least) [least, best] = [far, i];
  });
  return best;
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.alloc(8);
  out.writeUInt32BE(body.length, 0);
  out.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([out.subarray(0, 4), named, out.subarray(4)]);
}

/** Side of the squares that are compared by their mean colour: letters that are drawn a little otherwise are the same. */
const SQUARE = 8;
const FAR = 28;

/** Squares in a row of a region: what is another one in a small place is little in the whole. */
const REGION = 8;

/**
 * The part of the squares, from 0 to 1, whose colour is another one: in the whole picture, and in the region where it is
 * the largest.
 */
export function difference(a, b) {
  if (a.width !== b.width || a.height !== b.height) return { whole: 1, region: 1 };
  const [one, two] = [means(a), means(b)];
  const columns = Math.ceil(a.width / SQUARE);
  const regions = new Map();
  let other = 0;
  for (let i = 0; i < one.length; i += 3) {
    const far = Math.max(...[0, 1, 2].map((c) => Math.abs(one[i + c] - two[i + c])));
    if (far <= FAR) continue;
    other += 1;
    const [x, y] = [(i / 3) % columns, Math.floor(i / 3 / columns)];
    const region = `${Math.floor(x / REGION)} ${Math.floor(y / REGION)}`;
    regions.set(region, (regions.get(region) ?? 0) + 1);
  }
  return {
    whole: other / (one.length / 3),
    region: Math.max(0, ...regions.values()) / REGION ** 2,
  };
}

function means({ width, height, rgb }) {
  const columns = Math.ceil(width / SQUARE);
  const rows = Math.ceil(height / SQUARE);
  const sum = new Float64Array(columns * rows * 3);
  const n = new Float64Array(columns * rows);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = Math.floor(y / SQUARE) * columns + Math.floor(x / SQUARE);
      n[at] += 1;
      for (let c = 0; c < 3; c += 1) sum[at * 3 + c] += rgb[(y * width + x) * 3 + c];
    }
  return sum.map((value, i) => value / n[Math.floor(i / 3)]);
}
