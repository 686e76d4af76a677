#!/usr/bin/env python3
"""Train the n-gram table behind `src/text/randomness.rs`.

    python3 tools/train_ngrams.py src/text/ngrams.bin DIR DIR DIR DIR DIR ...

Each DIR is one public source tree: a checkout of a large open-source project, or
the standard library of a language. The shipped table was trained on ansible,
babel, a collection of Helm charts, cloud-foundation-fabric, moby, spring-boot,
symfony, tokio and the standard libraries of Python 3.11 and Perl 5. The order of
the directories does not matter and the output is the same for the same trees.

What is kept is aggregated statistics only: the probability of a letter after two
letters, and of a class of character after two classes. A trigram counts only if
at least MIN_TREES trees have it, each tree weighs the same, and a word's weight is
the logarithm of its count, so that no single file can be read back from the table.

Layout, one byte per cell, in sixteenths of a bit (-log2 of the probability):
  27 * 27 * 26 cells: letter after two symbols (0 = word boundary, 1..26 = a..z)
  6 * 6 * 5 cells: class after two classes (lower, upper, digit, separator, other;
                   5 in a context = start of the value)
"""

import collections
import math
import os
import re
import sys

MIN_TREES = 5
MAX_FILE = 300_000
TEXT = {
    "adoc", "c", "cs", "css", "go", "gradle", "h", "html", "ini", "j2", "java", "js", "jsx", "kt", "md", "php", "pl",
    "pm", "pod", "properties", "ps1", "py", "rb", "rs", "rst", "scala", "sh", "tf", "toml", "ts", "tsx", "twig", "txt",
    "xml", "yaml", "yml",
}
SKIP = re.compile(r"(^|/)(\.git|node_modules|vendor|fixtures?|testdata|__snapshots__)(/|$)|\.min\.|lock|-lock|checksum|sums?$")
TOKEN = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_./:-]{2,63}")
SEGMENT = re.compile(r"[A-Za-z0-9]+")
HEX = re.compile(r"[0-9a-fA-F]{8,}$")
LOWER, UPPER, DIGIT, SEPARATOR, OTHER, START = range(6)


def looks_generated(token):
    """Hashes and encoded data, which must not teach the model what words look like."""
    for segment in SEGMENT.findall(token):
        digits = sum(c.isdigit() for c in segment)
        if digits and (HEX.match(segment) or len(segment) >= 12 and digits >= 3):
            return True
        if len(segment) > 40:
            return True
    return False


def class_of(c):
    if "a" <= c <= "z":
        return LOWER
    if "A" <= c <= "Z":
        return UPPER
    if "0" <= c <= "9":
        return DIGIT
    return SEPARATOR if c in "_-./: " else OTHER


def texts_of(tree):
    """The bytes of the text files of a tree, in a stable order."""
    for folder, folders, files in os.walk(tree):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.rsplit(".", 1)[-1].lower() not in TEXT or SKIP.search(path[len(tree):].lower()):
                continue
            try:
                if os.path.islink(path) or os.path.getsize(path) > MAX_FILE:
                    continue
                with open(path, "rb") as file:
                    yield file.read()
            except OSError:
                continue


def tokens_of(tree):
    counts = collections.Counter()
    for text in texts_of(tree):
        counts.update(TOKEN.findall(text))
    return counts


def count(tokens):
    letters, classes = collections.Counter(), collections.Counter()
    for raw, seen in sorted(tokens.items()):
        token = raw.decode().rstrip(".:/-")
        if len(token) < 3 or looks_generated(token):
            continue
        weight = 1 + math.log2(seen)
        a = b = 0
        k1 = k2 = START
        for c in token:
            kind = class_of(c)
            classes[k1, k2, kind] += weight
            if kind in (LOWER, UPPER):
                if kind == UPPER and k2 == LOWER:
                    a = b = 0
                letter = ord(c.lower()) - 96
                letters[a, b, letter] += weight
                a, b = b, letter
            else:
                a = b = 0
            k1, k2 = k2, kind
    return letters, classes


def cell(probability):
    return min(255, round(-math.log2(probability) * 16))


def main():
    output, trees = sys.argv[1], sys.argv[2:]
    if len(trees) < MIN_TREES:
        sys.exit(f"train_ngrams: {len(trees)} trees given, at least {MIN_TREES} are needed")
    letters, classes, trees_with = collections.Counter(), collections.Counter(), collections.Counter()
    for tree in trees:
        tree_letters, tree_classes = count(tokens_of(tree))
        total, total_classes = sum(tree_letters.values()), sum(tree_classes.values())
        trees_with.update(tree_letters.keys())
        for key, n in tree_letters.items():
            letters[key] += n / total / len(trees)
        for key, n in tree_classes.items():
            classes[key] += n / total_classes / len(trees)
        print(f"{os.path.basename(os.path.normpath(tree))}: {len(tree_letters)} trigrams", file=sys.stderr)
    letters = collections.Counter({key: n for key, n in letters.items() if trees_with[key] >= MIN_TREES})

    bigrams, unigrams = collections.Counter(), collections.Counter()
    for (_, b, c), n in sorted(letters.items()):
        bigrams[b, c] += n
        unigrams[c] += n
    after = [sum(bigrams[b, c] for c in range(1, 27)) for b in range(27)]
    all_letters = sum(unigrams.values())
    table = bytearray()
    for a in range(27):
        for b in range(27):
            seen = sum(letters[a, b, c] for c in range(1, 27))
            for c in range(1, 27):
                one = 0.9 * unigrams[c] / all_letters + 0.1 / 26
                two = (bigrams[b, c] + 1e-4 * one) / (after[b] + 1e-4)
                three = (letters[a, b, c] + 3e-5 * two) / (seen + 3e-5)
                table.append(cell(0.98 * three + 0.02 * one))
    for k1 in range(6):
        for k2 in range(6):
            seen = sum(classes[k1, k2, k] for k in range(5))
            for k in range(5):
                # Tokens hold no "other" symbol; one in a hundred is assumed.
                share = 0.01 if k == OTHER else 0.99 * (classes[k1, k2, k] + 1e-5) / (seen + 4e-5)
                table.append(cell(share))
    with open(output, "wb") as file:
        file.write(table)


if __name__ == "__main__":
    main()
