"""Does the adapter that the guide goes through work, as a package of its own?"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[4]
TOY = ROOT / "docs" / "guides" / "examples" / "toyshop"
GUIDE = ROOT / "docs" / "guides" / "add-a-channel.md"


def installed(folder: Path) -> dict[str, str]:
    """Install it as pip would: what it names in its pyproject.toml stands in its metadata."""
    project = tomllib.loads((TOY / "pyproject.toml").read_text())["project"]
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items())
             for group, points in project["entry-points"].items()]  # fmt: skip
    about = folder / "oms_toyshop-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: oms-toyshop\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("\n".join(lines))
    paths = [str(folder), str(TOY), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def test_an_adapter_of_another_package_passes_the_conformance_suite(tmp_path: Path) -> None:
    suite = "services/channels/tests/handlers/test_channels_conformance.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite, "-k", "toyshop"],
        cwd=ROOT, env=installed(tmp_path), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


def test_it_is_known_by_its_kind_once_it_is_installed(tmp_path: Path) -> None:
    code = "from services.channels.marketplaces.registry import MARKETS; print(*MARKETS)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=installed(tmp_path), capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip

    assert "toyshop" in done.stdout.split()


def test_the_adapter_of_the_guide_is_short() -> None:
    assert len((TOY / "toyshop.py").read_text().splitlines()) < 100
    assert "toyshop.py" in GUIDE.read_text()
