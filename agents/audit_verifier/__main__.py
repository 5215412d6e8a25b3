"""`python -m agents.audit_verifier`: ends with 0 when everything is as it was sealed, with 1 and places when not."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from agents.audit_verifier.reading import Database, Export, save
from agents.audit_verifier.rules import deviations


def main() -> int:
    options = _options()
    if options.export:
        return verify(Export(options.export), anchors=options.anchors, public=options.public)
    with psycopg.connect(options.database) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        source = Database(connection)
        if options.save:
            save(source, options.save)
        return verify(source, anchors=options.anchors, public=options.public)


def verify(source: Database | Export, *, anchors: Path, public: Path) -> int:
    """Print what deviates, or up to where all is as it was sealed; returns the code to end with."""
    roots = source.roots()
    found = deviations(
        places=source.places(), loose=source.loose(), roots=roots, anchors=anchors.read_bytes(),
        public=bytes.fromhex(public.read_text("ascii")), now=datetime.now(UTC),
    )  # fmt: skip
    for deviation in found:
        print(f"place {deviation.place}: {deviation.said}")
    if found:
        print(f"{len(found)} deviations, the first at place {found[0].place}.")
        return 1
    print(f"Everything is as it was sealed: {len(roots)} roots, the last of {roots[-1].at if roots else 'never'}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="audit_verifier", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--database", help="address of the database, as role audit_reader")
    source.add_argument("--export", type=Path, help="file that --save wrote")
    parser.add_argument("--save", type=Path, help="also write what the database holds to this new file")
    parser.add_argument("--anchors", type=Path, required=True, help="the anchor file, best a copy kept elsewhere")
    parser.add_argument("--public", type=Path, required=True, help="keys/audit.pub, the public half of the key")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
