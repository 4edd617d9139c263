// Invented documents of a conservation department, for the browser twin.

export interface Sample {
  term: string;
  ja: boolean;
  category: string;
  definition: string | null;
  before?: string;
  document: string;
  line: number;
  quote: string;
  synonyms?: string[];
  related?: string[];
  documents: number;
  occurrences: number;
}

export const SAMPLES: Sample[] = [
  {
    term: 'relative humidity',
    ja: false,
    category: 'concept',
    definition:
      'Relative humidity is the ratio of the water vapour in the air to the amount that would saturate it at the same temperature, in per cent. Paper is kept at 45–55 % in storage, and at 40–60 % in transit and on display.',
    before:
      'Relative humidity is the ratio of the water vapour in the air to the amount that would saturate it at the same temperature, in per cent. Paper is kept at 45–55 %.',
    document: 'guidelines/paper-storage.md',
    line: 14,
    quote:
      'Relative humidity is the ratio of the water vapour in the air to the amount that would saturate it at the same temperature',
    synonyms: ['RH'],
    related: ['microclimate', 'data logger'],
    documents: 143,
    occurrences: 1208,
  },
  {
    term: '相対湿度',
    ja: true,
    category: 'concept',
    definition:
      '相対湿度とは、ある温度の空気に含まれる水蒸気量の、同じ温度における飽和水蒸気量に対する比を百分率で表した値をいう。紙資料は、収蔵時には45〜55%、輸送時および展示時には40〜60%に保つ。',
    before:
      '相対湿度とは、ある温度の空気に含まれる水蒸気量の、同じ温度における飽和水蒸気量に対する比を百分率で表した値をいう。紙資料は45〜55%に保つ。',
    document: '指針/紙資料の保管.md',
    line: 14,
    quote:
      '相対湿度とは、ある温度の空気に含まれる水蒸気量の、同じ温度における飽和水蒸気量に対する比',
    related: ['データロガー', '調湿剤'],
    documents: 121,
    occurrences: 1044,
  },
  {
    term: 'bronze disease',
    ja: false,
    category: 'concept',
    definition:
      'Bronze disease is a cyclic corrosion of copper alloys in which copper(I) chloride left in the metal reacts with moisture and oxygen to form pale green, powdery spots of basic copper chlorides. It starts again whenever the relative humidity rises above about 42 %, and is held back by keeping the object dry.',
    before:
      'Bronze disease is a cyclic corrosion of copper alloys in which chlorides react with moisture, and which is visible as green spots. It is prevented by keeping objects below 45 % RH.',
    document: 'guidelines/metals-storage.md',
    line: 8,
    quote:
      'a cyclic corrosion of copper alloys in which copper(I) chloride reacts with moisture and oxygen',
    synonyms: ['cyclic copper corrosion', 'chloride corrosion of bronze'],
    related: ['relative humidity', 'benzotriazole'],
    documents: 38,
    occurrences: 214,
  },
  {
    term: 'ブロンズ病',
    ja: true,
    category: 'concept',
    definition:
      'ブロンズ病とは、銅合金中に残留した塩化銅(I)が水分および酸素と反応し、淡緑色の粉状の塩基性塩化銅を生成しながら進行する腐食をいう。相対湿度がおよそ42%を超えると再び進行するため、資料を乾燥した環境に保って抑える。',
    before:
      'ブロンズ病とは、銅合金に残留した塩化物が水分と反応して進行する腐食をいい、緑色の斑点として現れる。相対湿度45%以下で予防できる。',
    document: '指針/金属資料の保管.md',
    line: 5,
    quote:
      '銅合金中に残留した塩化銅(I)が水分および酸素と反応し、塩基性塩化銅を生成しながら進行する腐食をいう',
    synonyms: ['青銅病', 'ブロンズ・ディジーズ'],
    related: ['相対湿度', 'ベンゾトリアゾール'],
    documents: 29,
    occurrences: 167,
  },
  {
    term: '生麩糊',
    ja: true,
    category: 'concept',
    definition: '生麩糊とは、小麦粉からグルテンを除いたでん粉を水で煮て作る糊で、裏打ちに用いる。',
    document: '処置記録/材料.md',
    line: 22,
    quote: '小麦粉からグルテンを除いたでん粉を水で煮て作る糊',
    related: ['裏打ち', '古糊'],
    documents: 41,
    occurrences: 302,
  },
  {
    term: 'microfading',
    ja: false,
    category: 'concept',
    definition:
      'Microfading is a test in which a very small spot of an object is faded by strong light while its colour is measured, to estimate its sensitivity to light.',
    document: 'reports/microfading-2025.md',
    line: 3,
    quote: 'a very small spot of an object is faded by strong light while its colour is measured',
    related: ['cumulative light exposure'],
    documents: 22,
    occurrences: 131,
  },
  {
    term: 'integrated pest management',
    ja: false,
    category: 'concept',
    definition:
      'Integrated pest management is the prevention of damage by insects and rodents through inspection, climate, cleaning and traps, with chemicals as the last resort.',
    document: 'guidelines/pests.md',
    line: 6,
    quote:
      'the prevention of damage by insects and rodents through inspection, climate, cleaning and traps',
    synonyms: ['IPM'],
    documents: 57,
    occurrences: 388,
  },
  {
    term: '文化財IPM',
    ja: true,
    category: 'abbreviation',
    definition:
      '文化財IPMとは、点検、環境の管理、清掃および捕獲を組み合わせ、薬剤に頼らずに虫菌害を防ぐ方法をいう。',
    document: '指針/虫菌害対策.md',
    line: 4,
    quote: '薬剤に頼らずに虫菌害を防ぐ方法をいう',
    documents: 63,
    occurrences: 351,
  },
  {
    term: 'microclimate',
    ja: false,
    category: 'concept',
    definition:
      'A microclimate is the case climate that forms in a small closed space around an object.',
    document: 'guidelines/cases.md',
    line: 11,
    quote: 'the case climate that forms in a small closed space around an object',
    related: ['case climate', 'relative humidity'],
    documents: 33,
    occurrences: 162,
  },
  {
    term: 'case climate',
    ja: false,
    category: 'concept',
    definition: 'Case climate is the microclimate in a display case.',
    document: 'guidelines/cases.md',
    line: 19,
    quote: 'the microclimate in a display case',
    related: ['microclimate'],
    documents: 17,
    occurrences: 61,
  },
  {
    term: 'burnishing',
    ja: false,
    category: 'concept',
    definition: null,
    document: 'treatment-records/2019-088_frame.md',
    line: 12,
    quote: '',
    documents: 12,
    occurrences: 31,
  },
  {
    term: '分光測色',
    ja: true,
    category: 'concept',
    definition: null,
    document: '報告/測色.md',
    line: 9,
    quote: '',
    documents: 7,
    occurrences: 18,
  },
  {
    term: 'データロガー',
    ja: true,
    category: 'concept',
    definition: 'データロガーとは、温度と湿度を一定の間隔で測り、記録する装置をいう。',
    document: '指針/環境計測.md',
    line: 8,
    quote: '温度と湿度を一定の間隔で測り、記録する装置をいう',
    synonyms: ['データロガ'],
    related: ['相対湿度'],
    documents: 44,
    occurrences: 236,
  },
  {
    term: 'iron gall ink',
    ja: false,
    category: 'concept',
    definition:
      'Iron gall ink is an ink of iron salts and tannins from oak galls that turns dark on paper and may in time eat through it.',
    document: 'treatment-records/2020-011_letters.md',
    line: 5,
    quote: 'an ink of iron salts and tannins from oak galls',
    related: ['deacidification'],
    documents: 17,
    occurrences: 83,
  },
  {
    term: 'フォクシング',
    ja: true,
    category: 'concept',
    definition:
      'フォクシングとは、紙に生じる褐色の斑点状の変色をいう。原因としてかびと金属イオンの両方が知られる。',
    before: 'フォクシングとは、紙に生じる褐色の斑点状の変色をいう。かびが原因である。',
    document: '指針/紙資料の劣化.md',
    line: 14,
    quote: '紙に生じる褐色の斑点状の変色をいう',
    documents: 24,
    occurrences: 96,
  },
  {
    term: 'Oddy test',
    ja: false,
    category: 'name',
    definition:
      'The Oddy test is an accelerated corrosion test in which a coupon of silver, lead or copper is kept with a material for 28 days at 60 °C.',
    document: 'guidelines/materials.md',
    line: 31,
    quote:
      'an accelerated corrosion test in which a coupon of silver, lead or copper is kept with a material for 28 days at 60 °C',
    documents: 14,
    occurrences: 61,
  },
  {
    term: 'IPM',
    ja: false,
    category: 'abbreviation',
    definition: 'IPM is integrated pest management.',
    document: 'guidelines/pests.md',
    line: 6,
    quote: 'integrated pest management (IPM)',
    related: ['integrated pest management'],
    documents: 48,
    occurrences: 270,
  },
  {
    term: '裏打ち',
    ja: true,
    category: 'concept',
    definition: '裏打ちとは、本紙の裏に和紙を糊で貼り、補強する処置をいう。',
    document: '処置記録/用語.md',
    line: 2,
    quote: '本紙の裏に和紙を糊で貼り、補強する処置をいう',
    related: ['生麩糊'],
    documents: 52,
    occurrences: 418,
  },
  {
    term: 'deacidification',
    ja: false,
    category: 'concept',
    definition:
      'Deacidification is a treatment that neutralises the acids in paper and leaves an alkaline reserve.',
    document: 'guidelines/paper-storage.md',
    line: 52,
    quote: 'a treatment that neutralises the acids in paper and leaves an alkaline reserve',
    documents: 24,
    occurrences: 111,
  },
  {
    term: '古糊',
    ja: true,
    category: 'concept',
    definition: '古糊とは、生麩糊を甕に入れ、十年ほど寝かせた糊をいう。',
    document: '処置記録/材料.md',
    line: 30,
    quote: '生麩糊を甕に入れ、十年ほど寝かせた糊をいう',
    related: ['生麩糊'],
    documents: 19,
    occurrences: 88,
  },
  {
    term: 'cumulative light exposure',
    ja: false,
    category: 'concept',
    definition:
      'Cumulative light exposure is the product of illuminance and time, given in lux hours.',
    document: 'guidelines/light.md',
    line: 10,
    quote: 'the product of illuminance and time, given in lux hours',
    documents: 28,
    occurrences: 93,
  },
  {
    term: 'benzotriazole',
    ja: false,
    category: 'name',
    definition:
      'Benzotriazole is an organic inhibitor that binds to copper ions and slows the corrosion of copper alloys.',
    document: 'treatment-records/2019-044_figurine.md',
    line: 18,
    quote: 'an organic inhibitor that binds to copper ions',
    related: ['bronze disease'],
    documents: 11,
    occurrences: 47,
  },
  {
    term: 'クリズリング',
    ja: true,
    category: 'concept',
    definition: 'クリズリングとは、不安定なガラスに生じる細かな網目状のひびをいう。',
    document: '指針/ガラス.md',
    line: 7,
    quote: '不安定なガラスに生じる細かな網目状のひびをいう',
    documents: 8,
    occurrences: 27,
  },
  {
    term: 'craquelure',
    ja: false,
    category: 'concept',
    definition:
      'Craquelure is the network of fine cracks that forms in paint, glaze or varnish as it ages.',
    document: 'reports/paintings-2024.md',
    line: 40,
    quote: 'the network of fine cracks that forms in paint, glaze or varnish as it ages',
    documents: 21,
    occurrences: 105,
  },
];

const EN_KIND = [
  'acid-free',
  'archival',
  'buffered',
  'cold',
  'cotton',
  'dry',
  'flexible',
  'foamed',
  'glass',
  'heat-set',
  'inert',
  'Japanese',
  'laminated',
  'low-tack',
  'matte',
  'neutral',
  'open',
  'padded',
  'reversible',
  'rigid',
  'sealed',
  'silk',
  'soft',
  'unbleached',
  'vented',
  'woven',
];
const EN_THING = [
  'adhesive',
  'backing board',
  'blotter',
  'box',
  'cabinet',
  'case liner',
  'coating',
  'consolidant',
  'corner mount',
  'drawer',
  'facing tissue',
  'film',
  'folder',
  'frame',
  'gel',
  'hinge',
  'lining',
  'mount',
  'paper',
  'rack',
  'seal',
  'sleeve',
  'support',
  'tape',
  'trap',
  'tray',
  'varnish',
  'wrapper',
];
const JA_KIND = [
  '中性',
  '調湿',
  '低酸素',
  '無酸',
  '耐光',
  '乾式',
  '湿式',
  '防虫',
  '防塵',
  '透明',
  '可逆',
  '薄手',
  '厚手',
  '特注',
  '携帯用',
  '常設',
];
const JA_THING = [
  '保存箱',
  '台紙',
  '封筒',
  '展示台',
  '固定具',
  '支持体',
  '接着剤',
  '保護紙',
  '収納棚',
  '引き出し',
  '緩衝材',
  '容器',
  '塗膜',
  '充填材',
  '記録票',
  '測定器',
];

/** A term for every number: the samples first, then compounds, then compounds with an inventory number. */
export function sampleAt(i: number): Sample {
  const own = SAMPLES[i];
  if (own) return own;
  const j = i - SAMPLES.length;
  const ja = j % 5 < 2;
  const kinds = ja ? JA_KIND : EN_KIND;
  const things = ja ? JA_THING : EN_THING;
  const n = Math.floor(j / 5) * (ja ? 2 : 3) + (ja ? j % 5 : (j % 5) - 2);
  const round = Math.floor(n / (kinds.length * things.length));
  const kind = kinds[n % kinds.length] ?? '';
  const thing = things[Math.floor(n / kinds.length) % things.length] ?? '';
  const base = ja ? `${kind}${thing}` : `${kind} ${thing}`;
  const term = round === 0 ? base : ja ? `${base}${round}号` : `${base} no. ${round}`;
  const defined = j % 13 !== 4;
  const definition = ja
    ? `${term}とは、資料の保管と取り扱いに用いる${thing}のうち、${kind}のものをいう。`
    : `A ${term} is a ${thing} of the ${kind} kind, used in storage and handling.`;
  const document = ja ? `指針/材料${1 + (j % 40)}.md` : `guidelines/materials-${1 + (j % 60)}.md`;
  return {
    term,
    ja,
    category: j % 17 === 3 ? 'name' : 'concept',
    definition: defined ? definition : null,
    before:
      j % 6 === 1
        ? ja
          ? `${term}とは、保管に用いる${thing}をいう。`
          : `A ${term} is a ${thing} used in storage.`
        : undefined,
    document,
    line: 3 + ((j * 7) % 90),
    quote: defined ? definition : '',
    documents: 1 + ((j * 31) % 40),
    occurrences: 2 + ((j * 53) % 160),
  };
}
