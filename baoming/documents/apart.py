"""One document made in a process of its own, which ends with it: typst keeps in memory what it has laid out.

Run by its path, not imported by the product: it needs typst alone. An order comes in as JSON, a PDF goes out.
"""

import json
import sys
from datetime import datetime

import typst


def main() -> None:
    order = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"])
    compiler = typst.Compiler(root=order["root"], font_paths=fonts)
    timestamp = datetime.fromisoformat(order["options"].pop("timestamp"))
    pdf = compiler.compile(input=order["template"], timestamp=timestamp, **order["options"])
    sys.stdout.buffer.write(pdf)  # type: ignore[arg-type]  # the options ask for one PDF


if __name__ == "__main__":
    main()
