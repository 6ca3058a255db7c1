"""What is in the demo newsroom: every article, how its scene is painted, and which media it has."""

from collections.abc import Callable
from typing import Literal

import pyvips
from msgspec import Struct

from feedsvc.demo.paint import Canvas, Layer
from feedsvc.demo.scenes import coast, land, sea, shows, studio, town

PictureKind = Literal["jpg", "webp", "png", ""]
VideoKind = Literal["mp4", "mp4 in two sizes", "hls", "hls in fragments", "broken", ""]


class Piece(Struct, frozen=True):
    """One article: `path` below ``articles/``, the scene it is about, the words of its strap.

    `cutout` paints a picture with alpha instead of the scene.
    """

    path: str
    scene: Callable[[Canvas], list[Layer]] | None = None
    strap: str = ""
    video: VideoKind = "mp4"
    picture: PictureKind = "jpg"
    seconds: float = 8
    seed: int = 1
    portrait: bool = False
    label: str = ""
    language: str = ""
    cutout: Callable[[Canvas], pyvips.Image] | None = None


PROGRAMME = (
    Piece(
        "harbour-city/night-ferries-return.html", coast.harbour,
        "Night ferries are back after nine years", seconds=12, seed=3,
    ),
    Piece(
        "harbour-city/last-lighthouse-keeper.html", coast.lighthouse,
        "The light that no machine can keep", "hls", seed=2, portrait=True,
    ),
    Piece("harbour-city/tram-line-seven.html", town.tram, "Line 7 opens, with three extra stops", seed=3),
    Piece(
        "harbour-city/storm-wall-vote.html", coast.storm,
        "Council votes for the storm wall", "hls", seed=3,
    ),
    Piece(
        "harbour-city/market-hall-glass.html", town.market_hall,
        "4,016 panes: light in the market hall", picture="webp", seed=2,
    ),
    Piece("harbour-city/swing-bridge-closed.html", coast.bridge, video="broken", seed=3),
    Piece("harbour-city/waterfront-park-plan.html", town.park, "The longest argument ends on a lawn", seed=3),
    Piece("harbour-city/library-hours.txt", video="", picture=""),
    Piece("world/village-moves-downhill.html", land.alps, "A village moves down its mountain", seed=3),
    Piece(
        "world/strait-lane-pact.html", sea.strait,
        "Lanes for ships, room for whales", "hls in fragments", seed=4,
    ),
    Piece("world/islands-last-generator.html", sea.wind_farm, "Islands switch off their last diesel", seed=5),
    Piece(
        "world/floating-library.html", town.white_town,
        "مكتبة عائمة ترسو في الميناء القديم", seed=2, label="العالم", language="ar",
    ),
    Piece(
        "world/tren-de-vapor.html", land.viaduct,
        "La «Golondrina» vuelve a circular", seconds=9, seed=3, label="Mundo", language="es",
    ),
    Piece(
        "world/canal-freezes-over.txt", land.canal,
        "Fourteen winters later, the ice holds", picture="", seed=4,
    ),
    Piece(
        "business/port-record-quarter.html", sea.terminal,
        "4,118 containers in a single night", "mp4 in two sizes", seed=6,
    ),
    Piece("business/bakers-buy-the-mill.html", town.shopfronts, "Forty bakers buy their mill", seed=4),
    Piece(
        "business/rate-cut-explained.html", studio.rates,
        "Rates fall for the first time in five years", picture="png", cutout=studio.curve,
    ),
    Piece("business/shipyard-first-order.html", coast.shipyard, video="", seed=2),
    Piece("business/port-quarterly-results.html", studio.columns, "Port earns 61 million in a quarter"),
    Piece("science/reef-grows-back.html", sea.reef, "A reef that can be heard again", seed=2),
    Piece("science/comet-over-the-bay.html", land.night_sky, "How to see the comet", "hls", seed=6),
    Piece("science/shoebox-satellite.html", land.orbit, "Pupils’ satellite phones home", seed=2),
    Piece("science/bees-on-the-roof.html", studio.honeycomb, "City bees eat better"),
    Piece("sport/regatta-by-a-boat-length.html", sea.rowing, "Ropewalk win in a borrowed boat"),
    Piece(
        "sport/derby-late-goal.html", shows.football,
        "The keeper scores in the 96th minute", "hls", seed=6,
    ),
    Piece("sport/coast-marathon-live.html", land.road, "Coast marathon: all you need to know", seed=5),
    Piece("culture/lanterns-over-the-bay.html", coast.lanterns, "Ten thousand lanterns, and none is lost"),
    Piece(
        "culture/cinema-on-the-quay.html", shows.open_air_cinema,
        "A cinema that waits for the tide", seconds=10, seed=5,
    ),
    Piece("culture/orchestra-in-the-dock.html", shows.concert, "An orchestra at the bottom of the harbour"),
)  # fmt: skip
