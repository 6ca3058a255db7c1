"""Options and fixtures every test may use."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).parent / "data"
ACTUAL = Path(__file__).parent / "actual"

settings.register_profile(
    "suite", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/data/golden")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare `body` with tests/data/golden/<name>; a mismatch is kept in tests/actual/."""

    def compare(name: str, body: bytes) -> None:
        expected = DATA / "golden" / name
        if request.config.getoption("--update-golden"):
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_bytes(body)
        if not expected.exists() or expected.read_bytes() != body:
            ACTUAL.mkdir(exist_ok=True)
            (ACTUAL / name).write_bytes(body)
            pytest.fail(f"{name} differs from tests/data/golden; see tests/actual, or --update-golden")

    return compare
