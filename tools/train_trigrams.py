#!/usr/bin/env python3
"""Count groups of three bytes: the table behind `src/ruleset/frequency.rs`.

    python3 tools/train_trigrams.py src/ruleset/trigrams.bin DIR DIR DIR ...

Each DIR is a public source tree; the shipped table was made of ansible, babel, a collection of Helm charts, cloud-foundation-fabric, moby,
spring-boot, symfony and tokio. Each tree weighs the same, and every file of up to 300 kB without a NUL byte counts; the output is the same for
the same trees.

Bytes are folded as the pre-filter folds them (bit 5 set) and put into 40 classes, see `class_of` there. Layout: 40 * 40 * 40 cells of one byte,
the share of a group in eighths of a bit (-log2), at most 255. The share of a class is that of one of its members.
"""

import collections
import math
import os
import sys

MAX_FILE = 300_000
SINGLES = b" \x7f-./=:(),*"
CLASSES = 40


def class_of(byte):
    """The class of a folded byte and how many bytes share it."""
    if ord("a") <= byte <= ord("z"):
        return byte - ord("a"), 1
    if ord("0") <= byte <= ord("9"):
        return 26, 10
    if byte in b"\"'`":
        return 27, 3
    if byte in SINGLES:
        return 28 + SINGLES.index(byte), 1
    return CLASSES - 1, 30


FOLD = bytes(class_of(byte | 0x20)[0] for byte in range(256))
MEMBERS = {index: members for index, members in (class_of(byte | 0x20) for byte in range(256))}


def files(folder):
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = os.path.join(where, name)
            if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= MAX_FILE:
                yield path


def shares(folder):
    counts = collections.Counter()
    for path in files(folder):
        with open(path, "rb") as file:
            text = file.read()
        if b"\0" not in text[:8192]:
            classes = text.translate(FOLD)
            counts.update(zip(classes, classes[1:], classes[2:]))
    total = sum(counts.values())
    return {group: count / total for group, count in counts.items()}


def main():
    out, *folders = sys.argv[1:]
    mean = collections.Counter()
    for folder in folders:
        for group, share in shares(folder).items():
            mean[group] += share / len(folders)
    cells = bytearray(b"\xff" * CLASSES**3)
    for (a, b, c), share in mean.items():
        one = share / (MEMBERS[a] * MEMBERS[b] * MEMBERS[c])
        cells[(a * CLASSES + b) * CLASSES + c] = min(255, round(-8 * math.log2(one)))
    with open(out, "wb") as file:
        file.write(cells)


if __name__ == "__main__":
    main()
