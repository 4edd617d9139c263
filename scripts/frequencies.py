#!/usr/bin/env python3
"""Makes the reference frequency lists of the glossary crate from the word lists of `wordfreq`.

usage: frequencies.py WORDFREQ [OUTPUT]

WORDFREQ is an unpacked wordfreq 3.1.1 package, for example the target of

    pip install --no-deps --target /tmp/wordfreq wordfreq==3.1.1

OUTPUT defaults to src-tauri/crates/glossary/data. The same input gives the same bytes. The lists are CC BY-SA 4.0, see
NOTICE-wordfreq.txt beside them.

Format: entries in the order of their UTF-8 bytes, each entry
    1 byte   number of leading bytes shared with the entry before (0 at the first entry of every block of 64)
    1 byte   number of the bytes that follow
    n bytes  the rest of the word
    1 byte   Zipf value times 25, rounded (Zipf: log10 of the occurrences in a billion words)
"""
import gzip
import pathlib
import re
import sys
import unicodedata

import msgpack

LIMIT = 600_000
BLOCK = 64


def words(source, language):
    """All words of the list with their Zipf values, most frequent first, ties in byte order."""
    with gzip.open(source / "wordfreq" / "data" / f"large_{language}.msgpack.gz") as file:
        buckets = msgpack.load(file, raw=False)
    if buckets[0] != {"format": "cB", "version": 1}:
        sys.exit(f"unknown list format {buckets[0]}")
    for centibels, bucket in enumerate(buckets[1:]):
        for word in sorted(bucket, key=lambda word: word.encode()):
            yield word, 9 - centibels / 100


def wanted_en(word):
    return re.fullmatch(r"[a-zà-öø-ÿ]+(?:['’][a-z]+)?", word) is not None


def wanted_ja(word):
    # Words of other scripts and with digits are no morphemes of Japanese; kana of one letter are particles or noise,
    # yet their frequency is needed to know them as such.
    return unicodedata.normalize("NFKC", word) == word and re.fullmatch(
        r"[a-z]{2,}|[\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff]+", word
    )


def encode(entries):
    out = bytearray()
    before = b""
    for at, (word, zipf) in enumerate(sorted(entries, key=lambda entry: entry[0].encode())):
        word = word.encode()
        shared = 0
        if at % BLOCK:
            while shared < min(len(word), len(before)) and word[shared] == before[shared]:
                shared += 1
        rest = word[shared:]
        out += bytes((shared, len(rest))) + rest + bytes((max(0, min(255, round(zipf * 25))),))
        before = word
    return bytes(out)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    default = pathlib.Path(__file__).parent.parent / "src-tauri" / "crates" / "glossary" / "data"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else default
    for language, wanted in (("en", wanted_en), ("ja", wanted_ja)):
        entries = [entry for entry in words(source, language) if wanted(entry[0]) and len(entry[0].encode()) < 64]
        low, high = 0, len(entries)
        while low < high:
            middle = (low + high + 1) // 2
            if len(encode(entries[:middle])) <= LIMIT:
                low = middle
            else:
                high = middle - 1
        kept = entries[:low]
        (target / f"frequency-{language}.bin").write_bytes(encode(kept))
        print(f"{language}: {len(kept)} words down to Zipf {kept[-1][1]:.2f}")


if __name__ == "__main__":
    main()
