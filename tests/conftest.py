"""Options and fixtures every test may use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from feeds.model import Video
from tests import made_media
from tests.desk import Desk
from tests.loopback import Loopback
from tests.newsroom import Newsroom

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.pool.shutdown()
    desk.http.close()
    desk.store.close()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Loopback() as site:
        yield Newsroom(site)


@pytest.fixture
def film(desk: Desk) -> Video:
    """A film of ours, so that articles need no server."""
    return Video(desk.blobs.put(made_media.mp4(), ".mp4"))


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real Chromium, loaded only by those tests that want one."""
    from playwright.sync_api import sync_playwright

    from tests.room import ALONE, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser
        browser.close()
