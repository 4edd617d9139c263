//! The word classes, and the letter that stands for each in the compiled dictionary. The build script reads this file, too.

/// Word classes of IPADIC (品詞), as fine as term extraction needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// 名詞,一般 and the other nouns that name things.
    Noun,
    /// 名詞,サ変接続: a noun that する makes a verb.
    VerbalNoun,
    /// 名詞,形容動詞語幹 and ナイ形容詞語幹: the stem of an adjective.
    AdjectiveStem,
    /// 名詞,固有名詞.
    ProperNoun,
    /// 名詞,数.
    Number,
    /// 名詞,接尾.
    Suffix,
    /// 接頭詞.
    Prefix,
    /// 名詞,副詞可能: 現在, 以前 and other nouns of time and manner.
    AdverbialNoun,
    /// 名詞 that cannot be part of a term: pronouns, 非自立, 特殊, 接続詞的, 引用文字列.
    DependentNoun,
    /// 動詞.
    Verb,
    /// 形容詞.
    Adjective,
    /// 助詞, 助動詞.
    Particle,
    /// 記号, and unknown signs.
    Symbol,
    /// 記号,アルファベット.
    Letter,
    /// 副詞, 連体詞, 接続詞, 感動詞, フィラー, その他.
    Other,
}

impl Class {
    /// All classes; the letter of the first is `a`, of the second `b` and so on.
    const ALL: [Self; 15] = [
        Self::Noun,
        Self::VerbalNoun,
        Self::AdjectiveStem,
        Self::ProperNoun,
        Self::Number,
        Self::Suffix,
        Self::Prefix,
        Self::AdverbialNoun,
        Self::DependentNoun,
        Self::Verb,
        Self::Adjective,
        Self::Particle,
        Self::Symbol,
        Self::Letter,
        Self::Other,
    ];

    /// The letter of the class.
    #[allow(dead_code, reason = "the build script calls it")]
    pub(crate) fn letter(self) -> char {
        Self::ALL
            .iter()
            .zip('a'..)
            .find(|(class, _)| **class == self)
            .map_or('o', |(_, letter)| letter)
    }

    /// The class of a letter; a letter that stands for none means [`Class::Other`].
    pub(crate) fn of_letter(letter: &str) -> Self {
        Self::ALL
            .into_iter()
            .zip('a'..)
            .find(|(_, own)| letter.starts_with(*own))
            .map_or(Self::Other, |(class, _)| class)
    }
}
