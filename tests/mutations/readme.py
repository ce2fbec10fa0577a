"""Which bugs are planted? The README's table says it, written from the mutations themselves."""

from pathlib import Path

from tests.mutations.planted import MUTATIONS

README = Path(__file__).parent / "README.md"
HEAD = "| planted bug | in | caught by |\n| --- | --- | --- |\n"


def rows() -> str:
    """Give the table."""
    lines = [
        f"| {m.name} | `{m.file}` | {', '.join(f'`{_brief(t)}`' for t in m.tests)} |"
        for m in MUTATIONS
    ]
    return HEAD + "\n".join(lines) + "\n"


def write() -> None:
    """Put the table in the place of the one that is there."""
    before, _, _ = README.read_text().partition(HEAD)
    README.write_text(before + rows())


def _brief(test: str) -> str:
    return test.rpartition("/")[2]
