"""Every code `feeds.checks.search` can give: how bad, what it means, what to do."""

from feeds.checks import json_document, roku_rules
from feeds.rules import COMMON, Rule, Rules

_SHARED = (
    *("empty", "bom", "not_utf8", "bad_start", "no_items", "not_https", "loopback_http", "expiring_url"),
    *("no_title", "no_description", "description_too_long", "text_markup", "control_character"),
    *("tag_too_long", "bad_thumbnail", "thumbnail_format", "bad_duration", "window_order"),
)
_AS_IN_DIRECT_PUBLISHER = (
    *(
        "bad_item",
        "bad_id",
        "duplicate_id",
        "bad_release_date",
        "same_descriptions",
        "bad_tag",
        "bad_content",
    ),
)

RULES: Rules = {
    **{code: COMMON[code] for code in _SHARED},
    **{code: roku_rules.RULES[code] for code in _AS_IN_DIRECT_PUBLISHER},
    **json_document.RULES,
    # the feed
    "wrong_version": Rule("error", "A Search feed must be of version 1, as text.", 'Write "version": "1".'),
    "bad_next_page": Rule("error", "The next page must have an absolute address.", "Give its full address."),
    "no_default_language": Rule(
        "error",
        "The feed does not say its language, and not every asset does.",
        "Add `defaultLanguage`.",
    ),
    "no_default_countries": Rule(
        "error",
        "The feed does not say for which countries it is, and not every play option does.",
        "Add `defaultAvailabilityCountries`.",
    ),
    "bad_country": Rule(
        "error",
        "Countries must be a list of two small letters each, of those with Roku Search.",
        "Write them like `us`, and leave out the others.",
    ),
    "language_unlisted": Rule(
        "error",
        "A language is none of those Roku Search lists, in small letters, such as en or en-us.",
        "Use the nearest one on the list.",
    ),
    "deprecated_language": Rule(
        "warning", "`language` gave way to the list `languages` in 2023.", "Write `languages`."
    ),
    "language_not_covered": Rule(
        "warning",
        "An asset has a title in a language in which it has no description or no image.",
        "Give all three the same languages.",
    ),
    "bad_member": Rule(
        "error", "A member does not hold what the specification wants of it.", "Correct it or leave it out."
    ),
    # an asset
    "bad_type": Rule(
        "error",
        "An asset's type must be one Roku Search knows, such as shortForm or tvSpecial, letter by letter.",
        "Correct `type`.",
    ),
    "type_and_length": Rule(
        "warning",
        "A short form is longer than 15 minutes, or a movie is not.",
        "Call it what its length says.",
    ),
    "title_too_long": Rule("error", "A title is longer than 200 characters.", "Shorten it."),
    "bad_long_description": Rule(
        "error", "Long descriptions must be a list of texts.", "Correct them or leave them out."
    ),
    "no_genre": Rule("error", "Every asset needs a list of genres.", "Add `news`."),
    "unknown_genre": Rule(
        "error", "A genre is not one of Roku Search's 227.", "Use one of them, such as `news`."
    ),
    "bad_advisory_rating": Rule(
        "error",
        "Every asset needs a list of ratings, each with a source and one of its values, or NR for none.",
        'Use {"source": "USA_PR", "value": "NR"} if there is none.',
    ),
    "bad_image": Rule(
        "warning", "An image is neither main nor background nor logo, and is skipped.", "Correct its `type`."
    ),
    "no_main_image": Rule("error", "An asset has no main image.", "Call one of its images `main`."),
    "bad_role": Rule(
        "error", "A credit needs a name and a role Roku Search knows.", "Correct it or leave it out."
    ),
    "bad_external_source": Rule(
        "error", "An external id needs an id and a source Roku Search knows.", "Leave it out."
    ),
    "durations_differ": Rule(
        "warning", "The duration in seconds is not the one in milliseconds.", "Leave one of them out."
    ),
    "bad_episode_info": Rule("error", "An episode must name its series and its number.", "Complete it."),
    "bad_season_info": Rule("error", "A season must name its series and its number.", "Complete it."),
    "unknown_series": Rule(
        "warning", "An episode or season names a series that is not on this page.", "Add the series."
    ),
    "bad_live_info": Rule(
        "error", "A live asset must name its station, or when it begins and ends.", "Complete it."
    ),
    # its play options
    "no_play_option": Rule("error", "An asset has no way to play it.", "Add a play option."),
    "bad_play_option": Rule(
        "error",
        "A play option needs a license (free, subscription, rental, purchase), a quality (sd, hd, hd+, fhd, "
        "uhd) and a play id.",
        "Complete it.",
    ),
    "bad_play_id": Rule(
        "error",
        "A play id is handed to the channel in an address: at most 255 ASCII characters.",
        "Use the id of the item in the channel's feed.",
    ),
    "bad_price": Rule(
        "error",
        "What is rented or sold needs a price and a currency (usd, gbp, cad, eur); what is free has none.",
        "Correct it.",
    ),
    "no_start_time": Rule(
        "error",
        "A play option does not say since when it can be played, and Roku holds such a feed back.",
        "Add `availabilityStartTimeStamp`.",
    ),
    "bad_availability": Rule(
        "error",
        "Availability must be told in milliseconds since 1970, or as a time with a zone.",
        "Correct it.",
    ),
    "timestamp_in_seconds": Rule(
        "warning",
        "A time stamp is before 1973, as if it were in seconds, not milliseconds.",
        "Multiply it by a thousand.",
    ),
}
