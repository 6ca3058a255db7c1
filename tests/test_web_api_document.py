"""The API keeps to the document it serves, whatever it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from feeds.contents import contents
from feeds.model import Video
from feedsvc.settings import Settings
from feedsvc.web import create_app
from tests import made_media
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource

# What makes an edit, a picture or a feed of what is sent no schema can say.
BEYOND_SCHEMAS: Mapping[str, Any] = {
    "change": [positive_data_acceptance],
    "upload": [positive_data_acceptance],
    "check": [positive_data_acceptance],
    "check_address": [positive_data_acceptance],
}
TOKEN = {"Authorization": "Bearer s3cret"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("api"))
    film = Video(desk.blobs.put(made_media.mp4(), ".mp4"))
    desk.told(FakeSource(story(1, film), story(2, film), story(3, film, title="")))
    yield desk
    desk.pool.shutdown()
    desk.http.close()
    desk.store.close()


@pytest.fixture(scope="module")
def described(room: Desk) -> Iterator[Any]:
    settings_ = Settings(channel=(room.channel(FakeSource())[0].model_dump(),))
    app = create_app(room.store, settings_, room.blobs, now=lambda: NOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
        yield schemathesis.openapi.from_wsgi("/api/openapi.json", app, headers=TOKEN)


@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_are_as_the_document_says(described: Any, room: Desk, mode: GenerationMode) -> None:
    known = next(iter(contents(room.body())))
    for operation in (found.ok() for found in described.get_all_operations()):

        @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case[Any]) -> None:
            besides = BEYOND_SCHEMAS.get(case.operation.definition.raw["operationId"], [])
            case.call_and_validate(headers=TOKEN, excluded_checks=besides)
            if "id" in case.path_parameters and mode is GenerationMode.POSITIVE:
                case.path_parameters["id"] = known
                case.call_and_validate(headers=TOKEN, excluded_checks=besides)

        holds()
