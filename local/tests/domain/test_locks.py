"""Nothing of somebody else's comes in unpinned, unhashed or from an address."""

from typing import Any

import pytest

from local import locks

A, B = f"--hash=sha256:{'a' * 64}", f"--hash=sha256:{'b' * 64}"
FINE = f"flask==3.1.2 \\\n    {A} \\\n    {B}\n    # via -r pyproject.toml\n"
SOUND = {"version": "1.2.3", "integrity": f"sha512-{'a' * 86}=="}


def test_what_is_here_is_pinned_and_hashed(capsys: pytest.CaptureFixture[str]) -> None:
    assert locks.main() == 0, capsys.readouterr().out


def test_a_lock_that_is_as_it_should_be_is_not_complained_of() -> None:
    assert list(locks.of_python(FINE)) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("flask==3.1.2\n", "hash"),
        (f"flask==3.1.2 --hash=md5:{'a' * 32}\n", "hash"),
        (f"flask==3.1.2 {A} --hash=sha1:{'a' * 40}\n", "hash"),
        (f"flask>=3.1.2 {A}\n", "pinned"),
        (f"flask==3.* {A}\n", "pinned"),
        (f"flask {A}\n", "pinned"),
        (f"flask @ https://example.com/flask.whl {A}\n", "pinned"),
        ("--index-url https://example.com/simple\n", "no package"),
        ("-e ../flask\n", "no package"),
        (FINE + FINE.replace("flask", "Flask"), "twice"),
    ],
)
def test_a_lock_that_lets_anything_in_is_complained_of(line: str, told: str) -> None:
    (fault,) = locks.of_python(line)

    assert told in fault


@pytest.mark.parametrize(
    ("wanted", "faults"),
    [("flask", 0), ("Flask>=3", 0), ("flask>=4", 1), ("django", 1)],
)
def test_what_the_project_wants_is_in_the_lock(wanted: str, faults: int) -> None:
    assert len(list(locks.unpinned([wanted], FINE))) == faults


@pytest.mark.parametrize(
    ("changes", "wanted", "told"),
    [
        ({}, "1.2.3", ""),
        ({"integrity": ""}, "1.2.3", "integrity"),
        ({"integrity": "sha1-abc="}, "1.2.3", "integrity"),
        ({"resolved": "https://example.com/a.tgz"}, "1.2.3", "address"),
        ({"link": True}, "1.2.3", "address"),
        ({"version": "^1.2.3"}, "^1.2.3", "exact"),
        ({}, "^1.2.3", "package.json"),
    ],
)
def test_a_package_of_the_console_is_pinned_too(
    changes: dict[str, Any], wanted: str, told: str
) -> None:
    lock = {"packages": {"": {}, "node_modules/a": {**SOUND, **changes}}}
    faults = list(locks.of_node(lock, {"dependencies": {"a": wanted}, "devDependencies": {}}))

    assert [told in fault for fault in faults] == ([True] if told else [])
