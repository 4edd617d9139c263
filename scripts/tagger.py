#!/usr/bin/env python3
"""Makes the tables of the English tagger from the model of the Rust crate `harper-brill` 3.0.0 (Apache-2.0).

usage: tagger.py HARPER_BRILL [OUTPUT]

HARPER_BRILL is the unpacked crate, for example as `cargo fetch` leaves it in the registry's source folder; OUTPUT
defaults to src-tauri/crates/glossary/data/tagger-en.txt. The same input gives the same bytes. Only the tables are taken:
the crate itself would bring a neural network library with it.

Format: lines. `WORDS TAG word word ...`: the words whose usual tag this is, in lower case. Then, in the order in which
they apply, `PATCH FROM TO condition ...`: a word tagged FROM becomes TO when all conditions hold. Conditions:
    w-1=to     the word one to the left is `to`, or begins with it, or `to` begins with that word
    t+2=NOUN   the word two to the right is tagged NOUN
    a-3=DET    one of the three words to the left is tagged DET; a+3: this word or one of the two behind it
    s=DET,ADP  the words on the left and right are tagged DET and ADP
"""
import json
import pathlib
import re
import sys


def conditions(criteria):
    ((kind, value),) = criteria.items()
    if kind == "Combined":
        return conditions(value["a"]) + conditions(value["b"])
    if kind == "WordIs":
        return [f"w{value['relative']:+d}={value['word'].lower()}"]
    if kind == "WordIsTaggedWith":
        return [f"t{value['relative']:+d}={value['is_tagged']}"]
    if kind == "AnyWordIsTaggedWith":
        return [f"a{value['max_relative']:+d}={value['is_tagged']}"]
    if kind == "SandwichTaggedWith":
        return [f"s={value['prev_word_tagged']},{value['post_word_tagged']}"]
    sys.exit(f"unknown condition {kind}")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    default = pathlib.Path(__file__).parent.parent / "src-tauri" / "crates" / "glossary" / "data" / "tagger-en.txt"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else default
    model = json.loads((pathlib.Path(sys.argv[1]) / "trained_tagger_model.json").read_text())
    words = {}
    for word, tag in model["base"]["mapping"].items():
        # Numbers and signs are told by their characters.
        if re.fullmatch(r"[a-zà-öø-ÿ][a-zà-öø-ÿ'’.-]*", word):
            words.setdefault(tag, []).append(word)
    lines = [f"WORDS {tag} {' '.join(sorted(words[tag]))}" for tag in sorted(words)]
    lines += [" ".join(["PATCH", patch["from"], patch["to"], *conditions(patch["criteria"])]) for patch in model["patches"]]
    target.write_text("\n".join(lines) + "\n")
    print(f"{sum(map(len, words.values()))} words, {len(model['patches'])} patches")


if __name__ == "__main__":
    main()
