#!/usr/bin/env python3
"""Writes the seed corpora of the fuzz targets from the examples of the rules: fuzz_seeds.py FOLDER.

They are not committed, because they hold secret-shaped bytes.
"""

import gzip
import hashlib
import io
import pathlib
import sys
import tarfile
import tomllib
import zipfile

# The order of NAMES in fuzz/fuzz_targets/scan.rs.
NAMES = [
    "a.rs", "main.tf", ".env", "x.yaml", "x.json", "x.py", "run.sh", "README.md", "x.xml", "tests/a.rs", "yarn.lock", "unknown", "Dockerfile", "x.ipynb",
    "x.vue", "config.toml", ".gitlab-ci.yml", "settings.ini",
]
# How many notations and names fuzz/fuzz_targets/document.rs chooses from.
DOCUMENTS = 15
# The table of languages, by the endings of their files.
LANGUAGES = ["sh", "cs", "go", "tf", "java", "js", "kt", "php", "py", "rb", "rs", "tsx", "ts"]
SUPPRESSIONS = ["allow secrets/hardcoded-credential -- why", "allow secrets/*, scopes/* -- why */", "allow-file all -- x -->", "allow x", "deny x"]


def write(folder: pathlib.Path, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def archives() -> list[bytes]:
    """A zip file, a tar file that holds it, and that one packed."""
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/b.txt", "text in a zip file\n" * 20)
        file.writestr("../c.txt", "text outside of it")
    with tarfile.open(fileobj=tarred, mode="w") as file:
        member = tarfile.TarInfo("inner.zip")
        member.size = len(zipped.getvalue())
        file.addfile(member, io.BytesIO(zipped.getvalue()))
    return [zipped.getvalue(), tarred.getvalue(), gzip.compress(tarred.getvalue(), mtime=0)]


def name_index(path: str) -> int:
    return next((i for i, name in enumerate(NAMES) if path.endswith(name.rsplit(".")[-1])), len(NAMES) - 1)


def main() -> None:
    corpus = pathlib.Path(sys.argv[1])
    root = pathlib.Path(__file__).resolve().parent.parent
    for file in sorted((root / "rules").rglob("*.toml")):
        text = file.read_text(encoding="utf-8")
        for rule in tomllib.loads(text).get("rule", []):
            for example in rule.get("examples", []) + rule.get("counterexamples", []):
                example = example if isinstance(example, dict) else {"text": example}
                plain = example["text"].replace("«", "").replace("»", "").encode()
                write(corpus / "scan", bytes([name_index(example.get("path", "x.yaml"))]) + plain)
        for part in text.split("\n[[rule]]")[1:]:
            write(corpus / "rule_file", b"[[rule]]" + part.encode())
    for folder in ["embedded", "settings"]:
        for file in sorted((root / "fixtures" / folder).rglob("*")):
            for i in range(DOCUMENTS if file.is_file() else 0):
                write(corpus / "document", bytes([i]) + file.read_bytes())
    for file in sorted((root / "fixtures").rglob("*")):
        ending = file.suffix.removeprefix(".")
        if ending in LANGUAGES and file.is_file():
            write(corpus / "syntax", bytes([LANGUAGES.index(ending)]) + file.read_bytes())
    for i, comment in enumerate(SUPPRESSIONS):
        write(corpus / "suppression", bytes([i]) + comment.encode())
    for archive in archives():
        write(corpus / "archive", archive)


if __name__ == "__main__":
    main()
