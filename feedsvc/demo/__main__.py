"""``python -m feedsvc.demo DIR`` writes the demo newsroom for a look."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.demo.newsroom import build

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m feedsvc.demo DIR")
    # The clock is read here and in feedsvc/app.py alone.
    build(Path(sys.argv[1]), datetime.now(UTC), print)  # noqa: TID251
