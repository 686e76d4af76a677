#!/usr/bin/env python3
"""Write the set of words behind `src/text/wording.rs`.

    python3 tools/train_words.py src/text/words.bin WORDS DIR DIR DIR DIR DIR ...

WORDS is a public word list, one word a line: the shipped set was made of american-english of SCOWL (Debian's package wamerican, 2020.12.07).
Each DIR is one public source tree. Of a tree come the words that identifiers are made of (`getUserName` → get, user, name), and only those that
at least MIN_TREES trees have, short ones MIN_TREES_SHORT: no word of one project alone is in the set. The shipped set was made of ansible, babel, bitnami/charts,
cloud-foundation-fabric, moby, spring-boot, symfony, tokio, rails, laravel/framework, kafka, spring-security, etcd, traefik, dubbo, celery, jellyfin,
bitwarden/server, efcore, prometheus, terraform, cargo, minio, okhttp, ktor, pulumi/examples and gogs.

The file is a Bloom filter: 2^20 bits, seven of them set for each word. It answers "is this a word" (one in a thousand other strings is taken for
one); the words cannot be read back from it. The order of the directories does not matter and the output is the same for the same input.
"""

import collections
import re
import sys

from train_ngrams import texts_of

MIN_TREES = 5
MIN_TREES_SHORT = 10
SHORT = 3
LONGEST_IN_LIST = 12
LONGEST = 14
BITS = 1 << 20
HASHES = 7
LETTERS = re.compile(rb"[A-Za-z]{3,40}")
CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
WORD = re.compile(r"[a-z]+")


def words_of(tree):
    runs = collections.Counter()
    for text in texts_of(tree):
        runs.update(LETTERS.findall(text))
    words = collections.Counter()
    for run, seen in runs.items():
        for word in CAMEL.findall(run.decode()):
            words[word.lower()] += seen
    return {word for word, seen in words.items() if seen >= 2 and SHORT <= len(word) <= LONGEST}


def fnv(word):
    state = 0xCBF29CE484222325
    for byte in word.encode():
        state = (state ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return state


def places(word):
    """The bits of a word: FNV-1a of its letters, mixed once, and its two halves combined (Kirsch and Mitzenmacher, 2006)."""
    state = fnv(word)
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    state = (state ^ state >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    state ^= state >> 31
    first, second = state & 0xFFFFFFFF, state >> 32 | 1
    return [(first + i * second) % BITS for i in range(HASHES)]


def main():
    if len(sys.argv) < 3 + MIN_TREES_SHORT:
        sys.exit(f"usage: train_words.py OUTPUT WORDS DIR…, {MIN_TREES_SHORT} trees at least")
    output, listed, trees = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(listed, encoding="utf-8") as file:
        words = {word for word in (line.strip().lower() for line in file) if WORD.fullmatch(word) and SHORT <= len(word) <= LONGEST_IN_LIST}
    trees_with = collections.Counter(word for tree in trees for word in words_of(tree))
    words |= {word for word, n in trees_with.items() if n >= (MIN_TREES if len(word) > SHORT else MIN_TREES_SHORT)}
    bits = bytearray(BITS // 8)
    for word in words:
        for place in places(word):
            bits[place // 8] |= 1 << place % 8
    with open(output, "wb") as file:
        file.write(bits)
    print(f"{len(words)} words, {sum(byte.bit_count() for byte in bits) * 100 // BITS} % of the bits set", file=sys.stderr)


if __name__ == "__main__":
    main()
