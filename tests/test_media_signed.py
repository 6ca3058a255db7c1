"""Signed addresses tell when they end; numbers that only look like a time do not."""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Video
from feedsvc.media import signed

END = datetime(2026, 12, 1, 12, tzinfo=UTC)
EPOCH = int(END.timestamp())
FILM = "https://cdn.example.org/film.mp4"


def policy(end: object) -> str:
    statement = {"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": end}}}
    packed = b64encode(json.dumps({"Statement": [statement]}).encode()).decode()
    return packed.replace("+", "-").replace("=", "_").replace("/", "~")


def jwt(**claims: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    packed = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*packed, "c2lnbmF0dXJlLXNpZ25hdHVyZQ"])


@pytest.mark.parametrize(
    "address",
    [
        f"{FILM}?Expires={EPOCH}&Signature=x&Key-Pair-Id=K",
        f"{FILM}?Policy={policy(EPOCH)}&Signature=x&Key-Pair-Id=K",
        f"{FILM}?X-Amz-Date=20261201T110000Z&X-Amz-Expires=3600&X-Amz-Signature=x",
        f"{FILM}?x-amz-date=20261201T110000Z&x-amz-expires=3600",
        f"{FILM}?AWSAccessKeyId=x&Expires={EPOCH}&Signature=x",
        f"{FILM}?X-Goog-Date=20261130T120000Z&X-Goog-Expires=86400&X-Goog-Signature=x",
        f"{FILM}?GoogleAccessId=x&Expires={EPOCH}&Signature=x",
        f"{FILM}?hdnts=st={EPOCH - 9}~exp={EPOCH}~acl=/*~hmac=0a",
        f"{FILM}?hdnea=exp%3D{EPOCH}%7Eacl%3D%2F%2A%7Ehmac%3D0a",
        f"https://cdn.example.org/hdntl=exp={EPOCH}~acl=%2f*~hmac=0a/master.m3u8",
        f"https://cdn.example.org/exp={EPOCH}~hmac=0a/film.mp4",
        f"{FILM}?akamai_token=exp={EPOCH}~acl=/media/*~hmac=0a",
        f"{FILM}?sv=2022-11-02&se=2026-12-01T12%3A00%3A00Z&sr=b&sp=r&sig=x",
        f"{FILM}?se=2026-12-01T13:00:00+01:00&sig=x",
        f"{FILM}?e={EPOCH}&h=0a",
        f"{FILM}?exp={EPOCH}000",
        f"{FILM}?EXPIRY={EPOCH}",
        f"{FILM}?token={jwt(exp=EPOCH, sub='v')}",
        f"https://cdn.example.org/{jwt(exp=EPOCH)}/manifest/video.m3u8",
        f"{FILM}?fastly_token={b64encode(b'%x_' % EPOCH + b'0' * 64).decode()}",
        f"https://video.example.org/v.mp4?oh=00_AB&oe={EPOCH:x}",
        f"{FILM}?Expires={EPOCH + 500}&X-Amz-Date=20261201T110000Z&X-Amz-Expires=3600",
    ],
)
def test_the_end_of_a_signed_address(address: str) -> None:
    assert signed.expires(address) == END


@pytest.mark.parametrize(
    "address",
    [
        FILM,
        "",
        "/media/abc.mp4",
        f"{FILM}?id={EPOCH}",
        f"https://cdn.example.org/{EPOCH}/film.mp4",
        f"https://cdn.example.org/film-{EPOCH}.mp4?t={EPOCH}",
        f"{FILM}?e=12345678",
        f"{FILM}?exp=99999999999",
        f"{FILM}?exp={EPOCH}12",
        f"{FILM}?expires=9999999999",
        f"{FILM}?expires=never",
        f"{FILM}?se=2026-12-01",
        f"{FILM}?oe={EPOCH:x}",
        f"{FILM}?X-Amz-Date=20261201T110000Z",
        f"{FILM}?fastly_token={EPOCH:x}_00",
        f"{FILM}?X-Amz-Date=yesterday&X-Amz-Expires=3600",
        f"{FILM}?Policy={policy('soon')}",
        f"{FILM}?Policy={policy(True)}",
        f"{FILM}?token={jwt(sub='v')}",
        f"{FILM}?token={jwt(exp='tomorrow')}",
        "https://[",
    ],
)
def test_what_says_no_end(address: str) -> None:
    assert signed.expires(address) is None


_PIECES = st.sampled_from(
    ["?", "&", "/", "~", "=", "exp=", "Expires=", "Policy=", "se=", "sig=", "X-Amz-Date=", "X-Amz-Expires=",
     "eyJhbGciOiJIUzI1NiJ9", ".", "20261201T110000Z", "9" * 30, str(EPOCH), "[[[[", "%", "%3D", "oe=", "oh="]
)  # fmt: skip


@given(st.text(), st.lists(_PIECES | st.text(max_size=20), max_size=20))
def test_any_address_has_an_end_in_this_century_or_none(text: str, pieces: list[str]) -> None:
    for address in (text, "https://a.example/" + "".join(pieces)):
        end = signed.expires(address)
        assert end is None or datetime(2000, 1, 1, tzinfo=UTC) <= end < datetime(2100, 1, 1, tzinfo=UTC)


@given(st.integers(10**9, 4_102_444_799))
def test_every_epoch_is_read_as_it_was_written(epoch: int) -> None:
    end = datetime.fromtimestamp(epoch, UTC)
    assert signed.expires(f"{FILM}?Expires={epoch}") == end
    assert signed.expires(f"{FILM}?Policy={policy(epoch)}") == end


def test_an_end_within_a_week_is_a_warning() -> None:
    video = Video(FILM, expires=END)
    assert signed.soon(Video(FILM), END) is None
    assert signed.soon(video, END - timedelta(days=7, seconds=1)) is None
    near = signed.soon(video, END - timedelta(days=2))
    assert near
    assert (near.severity, near.code, near.where) == ("warning", "video_expires", FILM)
    assert "stops working on 2026-12-01 12:00 UTC" in near.message
    assert near.code in signed.CODES
    over = signed.soon(video, END)
    assert over
    assert "stopped working" in over.message


def test_the_page_is_read_again_well_before_the_end() -> None:
    video = Video(FILM, expires=END)
    assert signed.renew_at(Video(FILM), END) is None
    assert signed.renew_at(video, END - timedelta(hours=8)) == END - timedelta(hours=2)
    assert signed.renew_at(video, END - timedelta(minutes=20)) == END - timedelta(minutes=10)
    for late in (END - timedelta(minutes=5), END, END + timedelta(days=1)):
        assert signed.renew_at(video, late) == late


@given(st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_there_is_always_time_left_to_read_it(left: timedelta) -> None:
    now = END - left
    again = signed.renew_at(Video(FILM, expires=END), now)
    assert again is not None
    assert now <= again <= max(now, END - timedelta(minutes=10))
