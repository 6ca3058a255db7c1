"""Every code `feeds.checks.roku` can give: how bad, what it means, what to do."""

from feeds.checks import json_document
from feeds.rules import COMMON, Rule, Rules

LISTS = ("movies", "liveFeeds", "series", "shortFormVideos", "tvSpecials")

RULES: Rules = {
    **COMMON,
    **json_document.RULES,
    # the document
    "null_list": Rule(
        "error",
        "A list of items must be a list, or readers crash.",
        "Leave it out if empty.",
    ),
    # the feed
    "bad_provider_name": Rule("error", "The feed must name its provider.", "Add `providerName`."),
    "bad_last_updated": Rule(
        "error",
        "The feed must say when it last changed, in full and with a zone (2026-11-22T07:00:00+00:00).",
        "Correct `lastUpdated`.",
    ),
    # an item
    "bad_item": Rule("error", "An item must be an object.", "Leave out what is none."),
    "bad_id": Rule(
        "error",
        "An id must be text of 1 to 50 letters, digits and _.",
        "Derive a plain id once and keep it.",
    ),
    "id_alphabet": Rule(
        "warning",
        "An id holds characters other than letters, digits and _, and may be mistaken for another.",
        "Derive a plain id once and keep it.",
    ),
    "duplicate_id": Rule(
        "error", "Two items share an id, and only the first is ever found.", "Give each its own."
    ),
    "ambiguous_id": Rule(
        "error",
        "An id is a whole word of another, and a reader takes one for the other.",
        "Use ids of one length.",
    ),
    "bad_release_date": Rule("error", "The release date must be a day such as 2026-11-22.", "Correct it."),
    "no_long_description": Rule("warning", "A long description is wanted as text.", "Give it one."),
    "same_descriptions": Rule(
        "warning", "The long description says no more than the short one.", "Say more in the long one."
    ),
    "no_genres": Rule(
        "error",
        "Every item needs a list of genres, or one reader crashes on all of it.",
        "Add `news`.",
    ),
    "bad_genre": Rule("error", "A genre is not one of Roku's 32.", "Use one of them, such as `news`."),
    "no_tags": Rule(
        "warning", "An item has no tags, which crashes one reader and hides it.", "Give it a tag."
    ),
    "bad_tag": Rule("error", "Tags must be a list of texts.", "Correct them."),
    "bad_rating": Rule(
        "error",
        "A rating must be an object with a rating Roku knows and, unless UNRATED, its source.",
        'Use {"rating": "UNRATED"} if there is none.',
    ),
    "rating_source": Rule("error", "The rating's source does not give that rating.", "Correct one of them."),
    "bad_credit": Rule(
        "error", "A credit needs a name, a role Roku knows and a birth date.", "Leave credits out."
    ),
    "bad_external_id": Rule("error", "An external id needs an id and a type Roku knows.", "Leave it out."),
    # its content
    "bad_content": Rule("error", "An item must have a content object.", "Leave the item out."),
    "bad_date_added": Rule(
        "error",
        "An item must say when it was added, in full and with a zone (2026-11-22T07:00:00+00:00).",
        "Correct `dateAdded`, and never change it.",
    ),
    "no_content_language": Rule("warning", "The content should name its language.", "Add `language`."),
    "bad_quality": Rule("error", "A quality must be SD, HD, FHD or UHD.", "Correct `quality`."),
    "bad_video_type": Rule(
        "error", "A video type must be HLS, SMOOTH, DASH, MP4, MOV or M4V.", "Correct `videoType`."
    ),
    "bad_bitrate": Rule(
        "error", "A bitrate must be whole kbps, more than none.", "Correct it or leave it out."
    ),
    "no_bitrate": Rule(
        "warning", "Of several files, one does not tell its bitrate.", "Add `bitrate` to each."
    ),
    "bad_trick_play": Rule("error", "A trick play file needs an address and a quality.", "Leave it out."),
    "bad_ad_break": Rule("error", "Ad breaks must be a list of times such as 00:05:00.", "Correct them."),
    "ad_break_order": Rule(
        "warning", "Ad breaks must follow each other within the video.", "Put them in order."
    ),
    "bad_schedule": Rule("error", "A programme schedule is incomplete.", "Complete it or leave it out."),
    # series
    "bad_season": Rule(
        "error", "A series needs numbered seasons with episodes, or episodes.", "Correct them."
    ),
    "bad_episode": Rule("error", "An episode needs a whole number.", "Add `episodeNumber`."),
    "two_styles": Rule("warning", "A series has both seasons and episodes; readers take one.", "Keep one."),
    # rows
    "no_categories": Rule(
        "error", "There are no categories, and one reader shows nothing.", "Add a category."
    ),
    "bad_category": Rule(
        "error",
        "A category needs a name, an order, and either a playlist or a query of tags joined by AND or by OR.",
        "Correct it.",
    ),
    "category_mix": Rule("error", "A category has both a playlist and a query.", "Keep one of them."),
    "query_splits_tag": Rule(
        "warning",
        "A reader splits a query at every `and` and `or`, so that a tag with such a word is never found.",
        "Write the tag as arts_and_culture.",
    ),
    "unknown_playlist": Rule(
        "error", "A category names a playlist that is not there.", "Add it or drop the row."
    ),
    "empty_row": Rule("warning", "A category shows no item: an empty row.", "Leave it out."),
    "bad_playlist": Rule(
        "error", "A playlist needs a name of at most 20 characters and the ids of its items.", "Correct it."
    ),
    "duplicate_playlist": Rule(
        "error", "Two playlists share a name; the second is never shown.", "Rename one."
    ),
    "unused_playlist": Rule(
        "warning", "No category names this playlist, so it is not shown.", "Leave it out."
    ),
    "unknown_item": Rule("warning", "A playlist names an item that is not there.", "Leave it out."),
    "playlist_episode": Rule("error", "A playlist names an episode, which Roku forbids.", "Name the series."),
    "unreached_item": Rule(
        "warning", "No category shows this item, so one reader never does.", "Give it a tag or a playlist."
    ),
    "nothing_reached": Rule(
        "error",
        "No category shows any item, and one reader shows nothing.",
        "Use the items' tags in the queries.",
    ),
}
