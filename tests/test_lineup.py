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
    assert rows(line_up(stories, channel(rows=rules), NOON)) == {
        "Abroad": ["1", "2"],
        "Everything": ["1", "2", "3"],
    }
    assert rows(line_up(stories, channel(rows=rules[:1]), NOON)) == {"Abroad": ["1", "2"], "Latest": ["3"]}


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
