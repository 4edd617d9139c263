//! Claims that the sources do not carry.

use super::*;
use crate::review::unsupported;

/// Sentences of documents, and how a reader would say the same in other words.
const OTHER_WORDS: [(&str, &str, &str); 23] = [
    (
        "accession",
        "An accession is defined as a distinct sample of seed that is registered under one number and maintained for \
         conservation and use.",
        "A separately numbered batch of seed that the bank keeps so that it can be conserved and used.",
    ),
    (
        "desiccation",
        "Desiccation is the removal of water from seed to a level at which its metabolism almost stops.",
        "The process of drying seeds until hardly any metabolic activity is left.",
    ),
    (
        "cryopreservation",
        "Cryopreservation is the storage of living tissue at the temperature of liquid nitrogen, −196 °C, or in the vapour \
         above it.",
        "A way of keeping living material for a long time by freezing it in, or just above, liquid nitrogen.",
    ),
    (
        "dormancy",
        "Dormancy is a state in which a viable seed does not germinate although water, temperature and oxygen are \
         favourable.",
        "The condition of a living seed that fails to sprout even when moisture, warmth and air would allow it.",
    ),
    (
        "foil packet",
        "A foil packet is a bag of laminated aluminium that is heat-sealed and lets neither air nor water vapour pass.",
        "A sealed pouch made of aluminium laminate that keeps out moisture and air.",
    ),
    (
        "genetic drift",
        "Genetic drift is the chance change of gene frequencies from one generation to the next; the fewer plants we grow, \
         the stronger genetic drift becomes.",
        "Random shifts in how often genes occur from generation to generation, which grow larger in small populations.",
    ),
    (
        "drying room",
        "A drying room is an insulated room in which a dehumidifier holds the air at 15 °C and 15 % relative humidity (RH).",
        "A chamber with thermal insulation whose air is held at 15 °C and 15 % RH by a dehumidifier.",
    ),
    (
        "barcode",
        "A barcode is a printed pattern that encodes the number of a packet for the scanner.",
        "A machine-readable mark on a packet that stands for its number.",
    ),
    (
        "abstraction",
        "In the context of computing, an abstraction is a representation that hides specifics from a consumer of \
         services, making a system more generic and thus easily understood.",
        "A simplified view of a system that leaves out details so that its users understand it more easily.",
    ),
    (
        "germplasm",
        "Germplasm is living material, such as seed or tissue, from which a new plant can be raised.",
        "Any living part of a plant, for example a seed, that can be grown into another plant.",
    ),
    (
        "base collection",
        "A base collection is a collection that is stored at −20 °C and is opened only for viability monitoring and \
         regeneration.",
        "The long-term store of a seed bank, held deep-frozen and touched only to test or renew its seeds.",
    ),
    (
        "アクセッション",
        "アクセッションとは、一つの集団または品種から得られ、固有の番号をつけて管理する種子の標本をいう。",
        "同じ集団や品種に由来し、それぞれ番号を付して保管される種子のサンプル。",
    ),
    (
        "アルミ包装袋",
        "アルミ包装袋とは、アルミ箔と樹脂を貼り合わせ、空気も水蒸気も通さない袋をいう。",
        "湿気や空気を遮断するために、アルミ箔に樹脂を重ねて作られた袋。",
    ),
    (
        "遺伝的浮動",
        "遺伝的浮動とは、集団の遺伝子頻度が世代ごとに偶然によって変わることをいう。",
        "世代を重ねるうちに、集団内の遺伝子の割合が偶然に変動する現象。",
    ),
    (
        "硬実種子",
        "硬実種子とは、種皮が水を通さないために発芽できない種子をいう。",
        "皮が水分を吸わないので芽を出せない種。",
    ),
    (
        "乾燥室",
        "乾燥室とは、除湿機によって空気を15℃、相対湿度15％に保つ部屋をいう。",
        "温度15度、湿度15パーセントに調整された、種子を乾かすための部屋。",
    ),
    (
        "隔離距離",
        "隔離距離とは、花粉の混入を防ぐために、同じ種のほかの集団との間にあける距離をいう。",
        "交雑を避けるため、同種の別の集団から離しておく間隔。",
    ),
    (
        "安全重複保存",
        "安全重複保存とは、アクセッションの一部を、同じ災害を受けない離れた機関に預けて保存することをいう。",
        "災害に備えて、アクセッションの一部を遠方の機関にも保管しておくこと。",
    ),
    (
        "DNAバーコーディング",
        "DNAバーコーディングは、決まった短い塩基配列を比べて種を見分ける方法である。",
        "特定の短い配列の比較によって生物の種を識別する手法。",
    ),
    (
        "eRH計",
        "種子の相対湿度を測る計器をeRH計と呼ぶ。",
        "種子のまわりの湿り気を測定する装置。",
    ),
    (
        "オーソドックス種子",
        "オーソドックス種子とは、含水率5％以下まで乾燥しても死なず、乾燥と低温によって寿命が延びる種子をいう。",
        "よく乾かして冷やすと長生きする種子で、水分が5％以下になっても生き続ける。",
    ),
    (
        "抽象化",
        "抽象化とはサービスの消費者から詳細を隠す表現であり、システムをより一般的にして理解しやすくします。",
        "細かい仕組みを利用者の目から隠し、システムを理解しやすくする表し方。",
    ),
    (
        "遺伝資源",
        "遺伝資源とは、遺伝の機能を備え、現に利用されているか将来利用される可能性のある生物由来の素材をいう。",
        "いま役立っている、あるいは今後役立つかもしれない、遺伝する力を持つ生き物の素材。",
    ),
];

fn missing<'a>(term: &'a str, quote: &'a str, definition: &str) -> Option<Vec<String>> {
    unsupported(definition, std::iter::once(term), std::iter::once(quote), 6)
}

#[test]
fn a_sentence_in_other_words_is_no_claim_of_its_own() {
    for (term, sentence, definition) in OTHER_WORDS {
        assert_eq!(missing(term, sentence, definition), None, "{definition}");
        assert_eq!(missing(term, sentence, sentence), None, "{sentence}");
    }
}

#[test]
fn a_claim_that_its_sources_do_not_carry_is_told_in_its_own_words() {
    let found = missing(
        "drying room",
        "The drying room was full on Monday.",
        "A heated chamber for dehydrating botanical specimens before storage.",
    );
    let words = [
        "heated",
        "chamber",
        "dehydrating",
        "botanical",
        "specimens",
        "before",
        "storage",
    ];
    assert_eq!(found.unwrap(), words.map(str::to_owned));
    let found = missing(
        "乾燥室",
        "乾燥室は毎週月曜日に掃除する。",
        "植物標本を加熱して水分を除去するための装置。",
    );
    assert_eq!(found.unwrap()[..2], ["植物標本".to_owned(), "加熱".to_owned()]);
    // The model wrote of another entry.
    let mut found = (0, 0);
    for (term, sentence, _) in OTHER_WORDS {
        let others = OTHER_WORDS
            .iter()
            .filter(|(other, ..)| *other != term && is_like(other, term));
        for (.., definition) in others {
            found.0 += usize::from(missing(term, sentence, definition).is_some());
            found.1 += 1;
        }
    }
    assert!(found.0 * 2 > found.1, "{found:?}");
}

fn is_like(a: &str, b: &str) -> bool {
    a.is_ascii() == b.is_ascii()
}

#[test]
fn nothing_is_said_of_what_cannot_be_compared() {
    let quote = "The drying room was full on Monday.";
    assert_eq!(missing("drying room", quote, "A heated chamber."), None, "too short");
    let strict = unsupported("Owned.", std::iter::once("drying room"), std::iter::once(quote), 1);
    assert_eq!(strict.unwrap(), ["Owned"]);
    let japanese = "植物標本を加熱して水分を除去するための装置。";
    assert_eq!(missing("drying room", quote, japanese), None, "another language");
    let both = [quote, "乾燥室は毎週月曜日に掃除する。"];
    let found = unsupported(japanese, std::iter::once("乾燥室"), both.into_iter(), 6);
    assert!(found.is_some(), "the quote in its language counts");
}

#[test]
fn a_definition_of_a_model_is_reviewed_and_one_of_the_documents_is_not() {
    let mut written = entry(
        "drying room",
        "A heated chamber for dehydrating botanical specimens before storage.",
    );
    written.evidence = vec![evidence("a.md", "The drying room was full on Monday.")];
    let issues = |entry: &Entry| Reviewer::new(std::slice::from_ref(entry), &[]).review(std::slice::from_ref(entry), 0);
    assert_eq!(issues(&written), []);
    written.writer = Some("a model".to_owned());
    let found = issues(&written);
    let [issue] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((issue.finding.kind(), issue.severity), ("ungrounded", Severity::Medium));
    written
        .evidence
        .push(evidence("b.md", "Specimens are dehydrated in a heated chamber."));
    assert_eq!(issues(&written), [], "another source carries it");
}
