"""Does the console fit the API that it is made for, and does it reckon rightly?"""

import subprocess

import pytest

from local import console


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_console_fits_the_api_and_its_own_tests_pass(built, script):
    node = console.find_node(print)
    ran = subprocess.run(
        [*node.npm, "run", "-s", script],
        cwd=console.CONSOLE, capture_output=True, text=True, check=False,
        env=console.environment(node),
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
