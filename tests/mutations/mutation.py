"""What is a mutation? A bug that is planted on purpose, to see whether the tests would find it."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`old` stands in `file` exactly once; with `new` in its place one of `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def found(self, root: Path = ROOT) -> int:
        """Tell how often `old` stands in the file."""
        file = root / self.file
        return file.read_text().count(self.old) if file.exists() else 0

    def planted(self, root: Path) -> str:
        """Give the file's text with the bug in it."""
        return (root / self.file).read_text().replace(self.old, self.new)
