"""Which articles go on air, in which row, within which budget."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.lineup import Budget, Lineup, line_up
from feeds.model import Article, Channel, RowRule, Window
from tests.articles import NOON, article, channel

MINUTE = timedelta(minutes=1)


def rows(lineup: Lineup) -> dict[str, list[str]]:
    return {row.title: [a.title.removeprefix("Headline ") for a in row.articles] for row in lineup.feed.rows}


def reasons(lineup: Lineup) -> dict[str, str]:
    return {out.article.id: out.issue.code for out in lineup.left_out}


def hundred_each(_article: Article, _channel: Channel) -> int:
    return 100


def test_without_rules_every_section_is_a_row_busiest_first_newest_first() -> None:
    stories = [
        article(n, section=(("Sport", "Football") if n % 3 else ("world",))) for n in (5, 2, 1, 4, 3, 6)
    ]
    assert rows(line_up(stories, channel(), NOON)) == {"Sport": ["1", "2", "4", "5"], "world": ["3", "6"]}


def test_a_section_is_titled_as_it_is_most_often_spelt_and_none_is_latest() -> None:
    spelt = ["World", "world", "World", "WORLD"]
    stories = [article(n, section=(name,)) for n, name in enumerate(spelt)]
    stories += [article(7, section=()), article(8, section=("latest",)), article(9, section=("!!",))]
    assert rows(line_up(stories, channel(), NOON)) == {
        "World": ["0", "1", "2", "3"],
        "Latest": ["7", "8", "9"],
    }


def test_rules_make_the_rows_and_the_rest_is_latest() -> None:
    rules = (RowRule("Abroad", ("World", "europe")), RowRule("Everything"), RowRule("None", ("Moon",)))
    stories = [article(1), article(2, section=("News", "Europe")), article(3, section=("Sport",))]
    assert rows(line_up(stories, channel(rows=rules), NOON)) == {"Abroad": ["1", "2"], "Everything": ["3"]}
    assert rows(line_up(stories, channel(rows=rules[:1]), NOON)) == {"Abroad": ["1", "2"], "Latest": ["3"]}


def test_a_story_stands_in_one_row_only_unless_a_row_repeats() -> None:
    rules = (RowRule("World", ("World",), limit=1), RowRule("Also", ("World",)), RowRule("All", repeat=True))
    stories = [article(n) for n in (1, 2, 3)]
    lineup = line_up(stories, channel(rows=rules), NOON)
    assert rows(lineup) == {"World": ["1"], "Also": ["2", "3"], "All": ["1", "2", "3"]}
    assert lineup.left_out == ()


def test_what_a_producer_pins_stands_first_in_the_row_of_that_title_whoever_makes_the_rows() -> None:
    stories = [*(article(n) for n in (1, 2, 3)), article(4, section=("Sport",)), article(5)]
    pins = {article(3).id: "world", article(4).id: "Ours", article(99).id: "Nobody's"}
    by_section = line_up(stories, channel(), NOON, pins=pins)
    assert rows(by_section) == {"Ours": ["4"], "World": ["3", "1", "2", "5"]}
    rules = (RowRule("All"), RowRule("World", ("World",), limit=2, pins=(article(5).id,)))
    by_rule = line_up(stories, channel(rows=rules), NOON, pins=pins)
    assert rows(by_rule) == {"Ours": ["4"], "All": ["1", "2", "5"], "World": ["3", "5"]}
    assert by_section.left_out == by_rule.left_out == ()


def test_rows_by_tag_series_and_source_and_all_that_is_named_has_to_fit() -> None:
    rules = (
        RowRule("Elections", tags=("Election 2026", "count")),
        RowRule("Bulletins", series=("evening  NEWS",)),
        RowRule("Their world", ("World",), sources=("agency",)),
    )
    stories = [
        article(1, tags=("election_2026",)),
        article(2, series="Evening News"),
        article(3, source="agency"),
        article(4, source="agency", section=("Sport",)),
    ]
    assert rows(line_up(stories, channel(rows=rules), NOON)) == {
        "Elections": ["1"],
        "Bulletins": ["2"],
        "Their world": ["3"],
        "Latest": ["4"],
    }


def test_pins_come_first_in_their_order_and_alone_they_are_all_there_is() -> None:
    stories = [article(n) for n in range(1, 6)]
    pins = (article(4).url + "?utm_source=x", article(2).id, "guid-5", "nobody", article(2).url)
    top = RowRule("Top", pins=pins)
    world = RowRule("World", ("World",), pins=pins, limit=4)
    assert rows(line_up(stories, channel(rows=(top,)), NOON)) == {
        "Top": ["4", "2", "5"],
        "Latest": ["1", "3"],
    }
    lineup = line_up(stories, channel(rows=(world,)), NOON)
    assert rows(lineup) == {"World": ["4", "2", "5", "1"]}
    assert reasons(lineup) == {article(3).id: "row_full"}
    assert rows(line_up(stories, channel(rows=(top, world)), NOON)) == {
        "Top": ["4", "2", "5"],
        "World": ["4", "2", "5", "1"],
    }


def test_limits_by_count_and_age_leave_out_the_oldest_and_say_so() -> None:
    rules = (RowRule("World", ("World",), limit=2, max_age=3 * MINUTE), RowRule("Sport", ("Sport",)))
    stories = [article(n) for n in range(1, 6)] + [article(9, section=("Sport",))]
    lineup = line_up(stories, channel(rows=rules), NOON)
    assert rows(lineup) == {"World": ["1", "2"], "Sport": ["9"]}
    assert reasons(lineup) == {
        article(3).id: "row_full",
        article(4).id: "row_too_old",
        article(5).id: "row_too_old",
    }
    assert {out.issue.severity for out in lineup.left_out} == {"info"}
    later = line_up(stories, channel(rows=rules), NOON + MINUTE)
    assert rows(later) == {"World": ["1", "2"], "Sport": ["9"]}
    assert rows(line_up(stories, channel(rows=rules), NOON + 2 * MINUTE)) == {"World": ["1"], "Sport": ["9"]}


def test_the_oldest_first_of_the_newest() -> None:
    rule = RowRule("Course", ("World",), pins=(article(3).id,), order="oldest_first", limit=4)
    lineup = line_up(
        [article(n) for n in range(1, 7)], channel(rows=(rule,)), NOON, [Budget(hundred_each, 300)]
    )
    assert rows(lineup) == {"Course": ["3", "2", "1"]}


def test_what_no_row_takes_is_added_to_a_row_called_latest() -> None:
    rules = (RowRule("Latest", ("World",)), RowRule("Sport", ("Sport",)))
    stories = [article(1), article(2, section=("Culture",)), article(3), article(4, section=("Sport",))]
    assert rows(line_up(stories, channel(rows=rules), NOON)) == {"Latest": ["1", "2", "3"], "Sport": ["4"]}


def test_a_stream_is_always_new_and_its_row_the_first() -> None:
    stream = article(9000, kind="live", section=("Live",))
    lineup = line_up([*(article(n) for n in range(5)), stream], channel(), NOON, [Budget(hundred_each, 300)])
    assert rows(lineup) == {"Live": ["9000"], "World": ["0", "1"]}
    rule = RowRule("All", limit=2, max_age=MINUTE)
    assert rows(line_up([article(0), article(1), stream], channel(rows=(rule,)), NOON)) == {
        "All": ["9000", "0"]
    }


def test_what_is_waited_for_takes_a_place_in_the_limit_of_its_row() -> None:
    rule = RowRule("World", ("World",), limit=2)
    stories = [article(n) for n in (1, 2, 3)]
    lineup = line_up(stories, channel(rows=(rule,)), NOON, waiting={article(1).id})
    assert rows(lineup) == {"World": ["2"]}
    assert reasons(lineup) == {article(1).id: "rendering", article(3).id: "row_full"}


def test_the_budget_is_accounted_for_to_the_byte() -> None:
    def opening(_article: Article, _channel: Channel) -> int:
        return 50

    stories = [article(1, series="Evening News"), article(2, series="evening news"), article(3), article(4)]
    budgets = [Budget(hundred_each, 360, "small", opening), Budget(hundred_each, 1000, "large")]
    lineup = line_up(stories, channel(), NOON, budgets)
    assert rows(lineup) == {"World": ["1", "2", "3"]}
    small, large = lineup.spent
    ids = [article(n).id for n in (1, 2, 3)]
    assert (small.format, small.limit, small.used) == ("small", 360, 350)
    assert small.costs == dict(zip(ids, (150, 100, 100), strict=True))
    assert (large.format, large.used, large.costs) == ("large", 300, dict.fromkeys(ids, 100))


def test_windows_are_enforced_to_the_second() -> None:
    story = article(1, window=Window(NOON, NOON + MINUTE))
    second = timedelta(seconds=1)
    on_air = [
        bool(line_up([story], channel(), NOON + t).feed.rows)
        for t in (-second, 0 * second, MINUTE - second, MINUTE)
    ]
    assert on_air == [False, True, True, False]
    assert reasons(line_up([story], channel(), NOON - second)) == {story.id: "not_yet"}
    late = line_up([story], channel(), NOON + MINUTE)
    assert late.left_out[0].issue.message == "Its window closed at 2026-11-22 12:01 UTC."
    assert late.left_out[0].issue.code == "expired"


def test_what_cannot_be_shown_is_left_out_with_its_reason() -> None:
    lineup = line_up([article(1), article(2, videos=()), article(3, title="")], channel(), NOON)
    assert reasons(lineup) == {article(2).id: "no_video", article(3).id: "no_title"}


def test_a_full_budget_leaves_out_the_oldest_and_says_so() -> None:
    lineup = line_up([article(n) for n in range(10)], channel(), NOON, [Budget(hundred_each, 450)])
    assert rows(lineup) == {"World": ["0", "1", "2", "3"]}
    assert set(reasons(lineup).values()) == {"over_budget"}
    assert len(lineup.left_out) == 6


def test_no_row_starves_for_a_busy_one() -> None:
    busy = [article(n) for n in range(20)]
    quiet = [article(100 + n, section=("Culture",)) for n in range(3)]
    lineup = line_up(busy + quiet, channel(), NOON, [Budget(hundred_each, 600)])
    assert rows(lineup) == {"World": ["0", "1", "2"], "Culture": ["100", "101", "102"]}


def test_an_older_short_story_never_jumps_ahead_of_a_newer_one() -> None:
    def cost(story: Article, _channel: Channel) -> int:
        return 300 if story.title.endswith(" 1") else 100

    lineup = line_up([article(n) for n in range(5)], channel(), NOON, [Budget(cost, 350)])
    assert rows(lineup) == {"World": ["0"]}


def test_every_budget_holds() -> None:
    budgets = [Budget(hundred_each, 1000), Budget(hundred_each, 200)]
    assert rows(line_up([article(n) for n in range(5)], channel(), NOON, budgets)) == {"World": ["0", "1"]}


def test_updated_is_the_newest_change_on_air_and_never_in_the_future() -> None:
    edited = article(5, updated=NOON - MINUTE)
    dreamt = article(6, updated=NOON + MINUTE)
    hidden = article(2, videos=(), updated=NOON)
    assert line_up([edited, dreamt, hidden], channel(), NOON).feed.updated == NOON - MINUTE


def test_the_same_news_is_the_same_feed_whatever_the_time_and_order() -> None:
    stories = [article(n, section=(f"S{n % 4}",)) for n in range(30)]
    budget = [Budget(hundred_each, 1500)]
    one = line_up(stories, channel(), NOON, budget)
    assert one == line_up(reversed(stories), channel(), NOON + timedelta(days=3), budget)


def rules() -> st.SearchStrategy[RowRule]:
    names = st.lists(st.sampled_from(["S0", "S1", "S2"]), max_size=2).map(tuple)
    pins = st.lists(st.integers(0, 12).map(lambda n: article(n).id), max_size=2).map(tuple)
    return st.builds(
        RowRule,
        st.sampled_from(["A", "B", "C", "Latest"]),
        names,
        pins=pins,
        order=st.sampled_from(["most_recent", "oldest_first"]),
        limit=st.none() | st.integers(0, 4),
        max_age=st.none() | st.integers(0, 12).map(lambda n: n * MINUTE),
        repeat=st.booleans(),
    )


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), unique_by=lambda t: t[0]),
    st.lists(rules(), max_size=4, unique_by=lambda rule: rule.title),
    st.integers(1, 9),
)
def test_every_article_is_on_air_or_left_out_whatever_the_rules(
    drawn: list[tuple[int, int]], rows_wanted: list[RowRule], room: int
) -> None:
    stories = [article(n, section=(f"S{s}",)) for n, s in drawn]
    told = channel(rows=tuple(rows_wanted))
    lineup = line_up(stories, told, NOON, [Budget(hundred_each, room * 100)])
    assert set(lineup.on_air) | set(reasons(lineup)) == {a.id for a in stories}
    assert not set(lineup.on_air) & set(reasons(lineup))
    assert len(lineup.on_air) <= room
    by_title = {rule.title: rule for rule in rows_wanted}
    seen: set[str] = set()
    for row in lineup.feed.rows:
        ids = [a.id for a in row.articles]
        assert len(ids) == len(set(ids))
        rule = by_title.get(row.title, RowRule("Latest"))
        assert rule.repeat or not seen & set(ids) - set(rule.pins)
        if row.title != "Latest" and rule.limit is not None:
            assert len(ids) <= max(rule.limit, len(rule.pins))
        seen |= set(ids)
    assert line_up(stories[::-1], told, NOON, [Budget(hundred_each, room * 100)]) == lineup


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5), st.integers(1, 400)), unique_by=lambda t: t[0])
)
def test_one_more_article_never_brings_back_one_that_was_dropped(drawn: list[tuple[int, int, int]]) -> None:
    """Membership is public state: what left for newer stories does not return because one more came."""
    costs = {article(n).id: cost for n, _, cost in drawn}
    stories = [article(n, section=(f"S{s}",)) for n, s, _ in drawn]
    budget = [Budget(lambda a, _c: costs[a.id], 1000)]
    if not stories:
        return
    newest, *rest = sorted(stories, key=lambda a: a.title.rjust(20))
    one_row = channel(rows=(RowRule("All"),))
    before = {a.id for row in line_up(rest, one_row, NOON, budget).feed.rows for a in row.articles}
    after = {a.id for row in line_up(stories, one_row, NOON, budget).feed.rows for a in row.articles}
    assert after - {newest.id} <= before
