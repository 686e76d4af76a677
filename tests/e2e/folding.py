"""Writes programs of random expressions, runs them, and compares what they print with what `examples/fold.rs` folds.

    folding.py FOLD FOLDER
"""

import base64
import json
import pathlib
import random
import subprocess
import sys

COUNT = 400
ALPHABET = "abcXYZ019_-+/=.:, "


class Writer:
    """Random expressions of one language; `names` are constants that hold texts."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return "".join(self.random.choice(ALPHABET) for _ in range(self.random.randint(0, 12)))

    def expression(self, depth=3):
        kinds = self.compound if depth > 0 else self.simple
        return self.random.choice(kinds)(self, depth - 1)


class Python(Writer):
    suffix, command = ".py", ["python3"]
    head = 'import base64, binascii, json, os\nfrom base64 import b64decode\nNAME = "na" "me"\nPARTS = ["p", "q", NAME]\n\ndef sink(text):\n    print(json.dumps(text))\n\n'

    def literal(self, _):
        text = self.text()
        kind = self.random.randrange(6)
        if kind == 0:
            return json.dumps(text)
        if kind == 1:
            return f"'''{text}'''"
        if kind == 2:
            return "'" + "".join(f"\\x{ord(c):02x}" if self.random.random() < 0.4 else c for c in text) + "'"
        if kind == 3:
            return f"r'{text}'"
        if kind == 4:
            return f"'{text}' \"{self.text()}\""
        return f"'\\u0041\\103\\t{text}'"

    def name(self, _):
        return "NAME"

    def concat(self, depth):
        return f"({self.expression(depth)} + {self.expression(depth)})"

    def join(self, depth):
        return f"{json.dumps(self.text())}.join([{self.expression(depth)}, {self.expression(depth)}])"

    def join_name(self, _):
        return "''.join(PARTS)"

    def template(self, _):
        return f"f'{self.text()}{{NAME}}{self.text()}'"

    def format(self, depth):
        return f"'{{}}-{{}}'.format({self.expression(depth)}, {self.expression(depth)})"

    def decoded(self, _):
        return f"base64.b64decode('{base64.b64encode(self.text().encode()).decode()}').decode()"

    def hex(self, _):
        return f"bytes.fromhex('{self.text().encode().hex()}').decode('utf-8')"

    def reverse(self, depth):
        return f"{self.expression(depth)}[::-1]"

    def fallback(self, depth):
        return f"os.environ.get('AELIX_LINT_NO_SUCH_VARIABLE', {self.expression(depth)})"

    def either(self, depth):
        return f"(os.getenv('AELIX_LINT_NO_SUCH_VARIABLE') or {self.expression(depth)})"

    def wrapper(self, depth):
        return f"str({self.expression(depth)})"

    def sink(self, expression):
        return f"sink({expression})\n"

    simple = [literal, name]
    compound = [literal, name, concat, join, join_name, template, format, decoded, hex, reverse, fallback, either, wrapper]


class JavaScript(Writer):
    suffix, command = ".js", ["node"]
    head = "const NAME = 'na' + 'me';\nconst PARTS = ['p', 'q', NAME];\nfunction sink(text) { console.log(JSON.stringify(text)); }\n"

    def literal(self, _):
        text = self.text()
        kind = self.random.randrange(4)
        if kind == 0:
            return json.dumps(text)
        if kind == 1:
            return f"`{text}`"
        if kind == 2:
            return "'" + "".join(f"\\x{ord(c):02x}" if self.random.random() < 0.4 else c for c in text) + "'"
        return f"'\\u0041\\u{{42}}\\t{text}'"

    def name(self, _):
        return "NAME"

    def concat(self, depth):
        return f"({self.expression(depth)} + {self.expression(depth)})"

    def join(self, depth):
        return f"[{self.expression(depth)}, {self.expression(depth)}].join({json.dumps(self.text())})"

    def join_name(self, _):
        return "PARTS.join('')"

    def template(self, _):
        return f"`{self.text()}${{NAME}}{self.text()}`"

    def decoded(self, _):
        return f"Buffer.from('{base64.b64encode(self.text().encode()).decode()}', 'base64').toString()"

    def atob(self, _):
        return f"atob('{base64.b64encode(self.text().encode()).decode()}')"

    def fallback(self, depth):
        return f"(process.env.AELIX_LINT_NO_SUCH_VARIABLE {self.random.choice(['||', '??'])} {self.expression(depth)})"

    def wrapper(self, depth):
        return f"String({self.expression(depth)})"

    def codes(self, _):
        return f"String.fromCharCode({', '.join(str(ord(c)) for c in self.text() or 'a')})"

    def sink(self, expression):
        return f"sink({expression});\n"

    simple = [literal, name]
    compound = [literal, name, concat, join, join_name, template, decoded, atob, fallback, wrapper, codes]


class Bash(Writer):
    suffix, command = ".sh", ["bash"]
    head = "NAME='na'\"me\"\nsink() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' \"$1\"; }\n"

    def literal(self, _):
        text = self.text()
        return self.random.choice([f"'{text}'", f'"{text}"', f"$'\\x41{text}'"])

    def name(self, _):
        return self.random.choice(['"$NAME"', '"${NAME}"'])

    def concat(self, depth):
        return self.expression(depth) + self.expression(depth)

    def template(self, _):
        return f'"{self.text()}${{NAME}}{self.text()}"'

    def fallback(self, _):
        return '"${AELIX_LINT_NO_SUCH_VARIABLE:-' + self.random.choice(["abc", "X019", "a_b", "7"]) + '}"'

    def sink(self, expression):
        return f"sink {expression}\n"

    simple = [literal, name]
    compound = [literal, name, concat, template, fallback]


def main():
    fold, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for language in (Python, JavaScript, Bash):
        writer = language(4711)
        count = COUNT if language is not Bash else COUNT // 4
        expressions = [writer.expression() for _ in range(count)]
        path = folder / f"program{language.suffix}"
        path.write_text(language.head + "".join(writer.sink(expression) for expression in expressions))
        evaluated = lines([*language.command, str(path)])
        folded = lines([fold, str(path)])[-count:]
        wrong = [(e, want, got) for e, want, got in zip(expressions, evaluated, folded, strict=True) if got is not None and got != want]
        known = sum(value is not None for value in folded)
        for expression, want, got in wrong[:10]:
            print(f"error: {language.__name__}: {expression}\n    is      {want!r}\n    folded  {got!r}", file=sys.stderr)
        for expression, want, got in [row for row in zip(expressions, evaluated, folded) if row[2] is None][:5]:
            print(f"note: {language.__name__}: not folded: {expression}")
        print(f"{language.__name__}: {known} of {count} expressions folded, {len(wrong)} of them wrong")
        if wrong or known < 0.95 * count:
            sys.exit(1)


def lines(command):
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in said.splitlines()]


if __name__ == "__main__":
    main()
