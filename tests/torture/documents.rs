//! Documents that are made up, and a folder whose files look the same every time.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::dice::Dice;

/// Writes `count` documents of about two kilobytes, every other one Japanese. They depend on their number alone.
pub(crate) fn generate(folder: &Path, count: usize) {
    for number in 0..count {
        let language = if number % 2 == 0 { "reports" } else { "報告" };
        let folder = folder.join(format!("{language}-{}", number / 100));
        std::fs::create_dir_all(&folder).unwrap();
        put(&folder.join(format!("{number:03}.md")), text(number));
    }
}

/// Writes a file as if it had been there for long: the time of a file that is young says nothing, and then every run
/// reads it again.
pub(crate) fn put(path: &Path, text: impl AsRef<[u8]>) {
    let text = text.as_ref();
    std::fs::write(path, text).unwrap();
    // The time depends on the text, so a changed document has another one.
    let sum = text
        .iter()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000 + sum % 1_000_000, 123_000_000);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

/// Gives all files of a folder a time to come.
pub(crate) fn postpone(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            postpone(&path);
        } else {
            let time = SystemTime::now() + Duration::from_hours(24);
            File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
    }
}

/// Copies a folder of documents.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            put(&target, std::fs::read(entry.path()).unwrap());
        }
    }
}

const QUALITIES: [(&str, &str); 12] = [
    ("thermal", "熱"),
    ("nominal", "公称"),
    ("residual", "残留"),
    ("lateral", "側面"),
    ("optical", "光学"),
    ("seasonal", "季節"),
    ("relative", "相対"),
    ("initial", "初期"),
    ("critical", "臨界"),
    ("annual", "年間"),
    ("cellular", "細胞"),
    ("digital", "電子"),
];

const THINGS: [(&str, &str); 16] = [
    ("moisture", "水分"),
    ("storage", "保存"),
    ("sample", "試料"),
    ("pressure", "圧力"),
    ("germination", "発芽"),
    ("drying", "乾燥"),
    ("survey", "調査"),
    ("voltage", "電圧"),
    ("sediment", "堆積"),
    ("growth", "成長"),
    ("signal", "信号"),
    ("harvest", "収穫"),
    ("density", "密度"),
    ("oxygen", "酸素"),
    ("frequency", "周波数"),
    ("recovery", "回復"),
];

const HEADS: [(&str, &str); 8] = [
    ("ratio", "率"),
    ("meter", "計"),
    ("curve", "曲線"),
    ("limit", "限界"),
    ("chamber", "槽"),
    ("protocol", "手順"),
    ("index", "指数"),
    ("register", "台帳"),
];

/// A term in both languages. There are 1,536.
fn term(number: usize) -> (String, String) {
    let (quality, thing, head) = (
        QUALITIES[number % 12],
        THINGS[number / 12 % 16],
        HEADS[number / 192 % 8],
    );
    (
        format!("{} {} {}", quality.0, thing.0, head.0),
        format!("{}{}{}", quality.1, thing.1, head.1),
    )
}

fn text(number: usize) -> String {
    let mut dice = Dice::new(number as u64);
    let japanese = number % 2 == 1;
    // Neighbours speak of the same things, or no term would be seen twice.
    let base = number / 10 * 7;
    let draw = move |dice: &mut Dice| {
        let (english, japanese_term) = term(base + dice.below(12));
        if japanese { japanese_term } else { english }
    };
    let subject = draw(&mut dice);
    let mut text = if japanese {
        format!("# {subject}の記録{number}\n")
    } else {
        format!("# Notes {number} on the {subject}\n")
    };
    while text.len() < 2_000 {
        let (one, two, count) = (draw(&mut dice), draw(&mut dice), 2 + dice.below(90));
        let _ = if japanese {
            write!(
                text,
                "\n{one}とは、{two}を{count}回の測定から求めた値のことである。{}{one}は{two}と比べた。試験{number}では{one}が{count}に達した。\n",
                dice.pick(&["毎年、", "担当者が", "新しい装置で", "翌日に"])
            )
        } else {
            write!(
                text,
                "\nThe {one} is the value that {count} readings of the {two} give. {} the {one} with the {two}. In trial {number} \
                 the {one} reached {count}.\n",
                dice.pick(&[
                    "The staff compared",
                    "Every year we compare",
                    "A new device compares",
                    "Nobody confuses"
                ])
            )
        };
    }
    text
}
