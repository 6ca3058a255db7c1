"""Every code the two Media RSS checks can give: how bad, what it means, what to do."""

from feeds.rules import COMMON, Rule, Rules

RULES: Rules = {
    **COMMON,
    # the document
    "not_xml": Rule(
        "error", "The document is not well-formed XML, and a TV shows nothing.", "Correct that place."
    ),
    "entities": Rule(
        "error", "The document declares entities, which no reader on a TV knows.", "Write plain text."
    ),
    "not_rss": Rule(
        "error", "The document is not RSS; readers on the TV show nothing of it.", "Publish RSS 2.0."
    ),
    "bad_version": Rule("warning", "The version of RSS must be 2.0.", 'Write <rss version="2.0">.'),
    "one_channel": Rule("error", "There must be exactly one channel.", "Publish one feed a channel."),
    "bad_channel": Rule(
        "error", "A channel must have a title, a link and a description.", "Add what is missing."
    ),
    "media_prefix": Rule(
        "error", "Readers look for names that begin with media:, and find none.", "Use the prefix media."
    ),
    "media_namespace": Rule(
        "error",
        "The prefix media must stand for http://search.yahoo.com/mrss/, with the slash at the end.",
        "Correct the declaration.",
    ),
    "bad_build_date": Rule("error", "The build date is not written as this flavour wants it.", "Correct it."),
    "no_self_link": Rule(
        "warning", "The channel does not say its own address.", 'Add <atom:link rel="self">.'
    ),
    "white_space": Rule(
        "warning",
        "There is white space between elements, and some readers lose fields by it.",
        "Write without any.",
    ),
    # an item
    "no_guid": Rule(
        "error", "An item must have a guid, or nothing can tell it again.", "Add one and keep it."
    ),
    "duplicate_guid": Rule("error", "Two items share a guid, and only one is kept.", "Give each its own."),
    "bad_guid": Rule("error", "A guid that is no address must say so.", 'Add isPermaLink="false".'),
    "bad_pub_date": Rule(
        "error",
        "The date is missing or not as this flavour wants it (Roku 2026-11-22T07:00:00Z, others "
        "Sun, 22 Nov 2026 07:00:00 +0000).",
        "Correct `pubDate`.",
    ),
    "no_pub_date": Rule("warning", "An item should have a publication date.", "Add `pubDate`."),
    "pub_date_zone": Rule(
        "warning",
        "A reader loses a date that does not end in Z, and with it the order.",
        "Write it in UTC, with Z.",
    ),
    "no_category": Rule("error", "An item without media:category crashes one reader.", "Add at least one."),
    "category_spelling": Rule(
        "warning",
        "A category is written in two ways, and one reader shows only the first.",
        "Spell it in one way.",
    ),
    "inner_thumbnail": Rule(
        "error",
        "There is no thumbnail inside media:content, so one reader has no picture.",
        "Repeat it there.",
    ),
    "inner_texts": Rule(
        "warning", "Title and description are not repeated inside media:content.", "Repeat them there."
    ),
    "thumbnail_size": Rule(
        "error", "A thumbnail must be 16:9 and at least 800x450.", "Make a larger picture."
    ),
    "repeated_element": Rule("warning", "An element stands twice; readers keep the last.", "Keep one."),
    "bad_enclosure": Rule(
        "error", "An enclosure needs an address, a length and a type.", "Complete it or drop it."
    ),
    "too_many_keywords": Rule("warning", "There are more than ten keywords.", "Keep the ten best."),
    "bad_modified": Rule("error", "dcterms:modified must be a time with a zone.", "Correct it."),
    # Media RSS
    "bad_attribute": Rule("error", "An attribute does not hold what Media RSS wants of it.", "Correct it."),
    "bad_media_value": Rule("error", "An element does not hold what Media RSS wants of it.", "Correct it."),
    "group_of_one": Rule("warning", "A media:group holds a single rendition.", "Take it out of the group."),
    "two_defaults": Rule("error", "A media:group has more than one default.", "Keep one."),
    "deprecated": Rule("warning", "An element is deprecated.", "Use media:rating instead of media:adult."),
}
