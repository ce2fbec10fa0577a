"""Does an image hold what its service needs, and nothing else?"""

import pytest

from deploy.images import needs
from deploy.images.lay_out import lay_out, pick
from local.processes import ROOT


@pytest.fixture
def source(tmp_path):
    """A small source tree with everything that must not go into an image, too."""
    for name in (
        "contracts/orders.py", "contracts/tests/test_x.py", "chassis/run.py", "chassis/testing.py",
        "services/__init__.py", "services/orders/service.py", "services/orders/tests/test_y.py",
        "services/payments/service.py", "gateway/app.py", "gateway/console/src/main.tsx",
        "gateway/console/node_modules/x.js",
    ):  # fmt: skip
        place = tmp_path / "source" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    return tmp_path / "source"


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_service_s_image_holds_contracts_chassis_and_that_service(source, tmp_path):
    lay_out("orders", tmp_path / "app", source)

    assert files(tmp_path / "app") == [
        "chassis/run.py", "contracts/orders.py", "services/__init__.py",
        "services/orders/service.py", "start",
    ]  # fmt: skip
    assert "-m chassis run orders" in (tmp_path / "app" / "start").read_text()


def test_the_gateway_s_image_holds_the_built_console_and_not_its_sources(source, tmp_path):
    built = source / "gateway" / "console" / "built"
    built.mkdir()
    (built / "index.html").write_text("x")

    lay_out("gateway", tmp_path / "app", source)

    assert files(tmp_path / "app" / "gateway") == ["app.py", "console/built/index.html"]


def test_without_a_built_console_there_is_no_image_of_the_gateway(source, tmp_path):
    with pytest.raises(SystemExit, match="console is not built"):
        lay_out("gateway", tmp_path / "app", source)


def test_only_the_gateway_s_image_has_a_web_framework_and_only_hashed_packages_go_in():
    orders, gateway = pick("orders"), pick("gateway")

    assert "\nflask==" not in orders
    assert "\nflask==" in gateway
    assert "psycopg2-binary==" in orders
    assert all("--hash=sha256:" in block for block in orders.split("\n\n") if "==" in block)


def test_the_lists_of_packages_are_those_that_the_code_imports():
    assert needs.main(["--check"]) == 0


def test_a_package_that_the_lock_lacks_is_named(tmp_path):
    (tmp_path / "deploy" / "images").mkdir(parents=True)
    (tmp_path / "deploy" / "images" / "orders.txt").write_text("kombu\nno-such-thing\n")
    (tmp_path / "requirements.lock").write_text((ROOT / "requirements.lock").read_text())

    with pytest.raises(SystemExit, match="lacks no-such-thing"):
        pick("orders", tmp_path)
