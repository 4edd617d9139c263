// Numbers, times and sizes as the design writes them. The language is a parameter: no hidden state, no
// hidden "now".
export type Lang = 'en' | 'ja';

/** Making a formatter costs more than a hundred uses of it, and a log draws many lines a second. */
function kept<T>(make: (lang: Lang) => T): (lang: Lang) => T {
  const made = new Map<Lang, T>();
  return (lang) => {
    let formatter = made.get(lang);
    if (!formatter) made.set(lang, (formatter = make(lang)));
    return formatter;
  };
}

const hundredths = kept(
  (lang) => new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
);
const plain = kept((lang) => new Intl.NumberFormat(lang));

export function number(value: number, lang: Lang): string {
  return plain(lang).format(value);
}

/** What something costs, without a currency: that of the researcher. Small amounts keep two digits that count. */
export function cost(value: number, lang: Lang): string {
  const digits =
    value > 0 && value < 0.1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return new Intl.NumberFormat(lang, digits).format(value);
}

const compact = kept(
  (lang) => new Intl.NumberFormat(lang, { notation: 'compact', maximumFractionDigits: 1 }),
);

/** A large number where there is no room for all of it: 16.7K, 1.7万. */
export function rough(value: number, lang: Lang): string {
  return compact(lang).format(value);
}

function dates(options: Intl.DateTimeFormatOptions) {
  return kept((lang) => new Intl.DateTimeFormat(lang === 'ja' ? 'ja-JP' : 'en-GB', options));
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const clock = dates(CLOCK);
const seconds = dates({ ...CLOCK, second: '2-digit' });
const millis = dates({ ...CLOCK, second: '2-digit', fractionalSecondDigits: 3 });
const dayEn = dates({ day: 'numeric', month: 'short' });
const dayEnYear = dates({ day: 'numeric', month: 'short', year: 'numeric' });
const dayJa = dates({ day: 'numeric', month: 'long' });
const dayJaYear = dates({ day: 'numeric', month: 'long', year: 'numeric' });

/** "today 15:21", "18 Nov, 20:41", "18 Nov 2024, 20:41" */
export function moment(iso: string, now: Date, lang: Lang): string {
  const date = new Date(iso);
  const time = clock(lang).format(date);
  if (date.toDateString() === now.toDateString()) {
    return lang === 'ja' ? `今日 ${time}` : `today ${time}`;
  }
  const thisYear = date.getFullYear() === now.getFullYear();
  if (lang === 'ja') return `${(thisYear ? dayJa : dayJaYear)(lang).format(date)} ${time}`;
  return `${(thisYear ? dayEn : dayEnYear)(lang).format(date)}, ${time}`;
}

/** 14:26:35, local time */
export function clockSeconds(iso: string): string {
  return seconds('en').format(new Date(iso));
}

/** 14:26:35.871, local time: a log line's time */
export function clockMillis(iso: string): string {
  return millis('en').format(new Date(iso));
}

/** Time since something began, to the millisecond: 0:06.877, 1:35:03.120. */
export function sinceMillis(iso: string, began: string): string {
  const ms = Math.max(0, Date.parse(iso) - Date.parse(began));
  return `${elapsed(ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}`;
}

/** A running clock: 0:06, 41:20, 1:35:03 */
export function elapsed(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(total % 60)}`
    : `${minutes}:${two(total % 60)}`;
}

/** What a finished thing took: 2.9 s below ten seconds, else a clock. Nothing takes no time at all. */
export function took(ms: number, lang: Lang): string {
  if (ms >= 10_000) return elapsed(ms);
  if (ms < 50) return lang === 'ja' ? '0.1秒未満' : '<0.1 s';
  const short = (Math.max(0, ms) / 1000).toFixed(1);
  return lang === 'ja' ? `${short}秒` : `${short} s`;
}

/** The same in a sentence: 2.9 s, 41 min 20 s, 1 h 35 min. */
export function lasted(ms: number, lang: Lang): string {
  if (ms < 10_000) return took(ms, lang);
  const total = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [
    Math.floor(total / 3600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  const part = (value: number, en: string, ja: string) =>
    lang === 'ja' ? `${value}${ja}` : `${value} ${en}`;
  const parts =
    hours > 0
      ? [part(hours, 'h', '時間'), part(minutes, 'min', '分')]
      : [minutes > 0 ? part(minutes, 'min', '分') : '', part(seconds, 's', '秒')];
  return parts.filter((text) => text !== '').join(lang === 'ja' ? '' : ' ');
}

export function span(from: string, to: string | Date): number {
  return (to instanceof Date ? to : new Date(to)).getTime() - new Date(from).getTime();
}

/** 812 B, 14 KB, 2.3 MB */
export function bytes(value: number, lang: Lang): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  // An empty sum of the engine is written -0.
  let size = value + 0;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  const text = new Intl.NumberFormat(lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(size);
  return `${text} ${units[unit]}`;
}

/** 0.95: scores and confidences */
export function score(value: number, lang: Lang): string {
  return hundredths(lang).format(value);
}

/** Terms in a row: "a, b" or 「a、b」 */
export function list(items: string[], lang: Lang): string {
  return items.join(lang === 'ja' ? '、' : ', ');
}

/** A run is called by the end of its id: the start of a UUIDv7 is the time and nearly the same for all. */
export function shortId(id: string): string {
  return id.slice(-6);
}
