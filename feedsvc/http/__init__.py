"""The one HTTP client: guarded, conditional, bounded, retried.

Nothing else in the service opens a connection. `Http.get` fetches a whole body, `Http.open` reads a large
file piece by piece. Both raise `FetchError` and nothing else; its `issue()` is what a producer is told.
"""

from feedsvc.http.client import Http
from feedsvc.http.failures import CODES, FetchError, without_login
from feedsvc.http.fetched import RemoteFile, Response, Validator

__all__ = ["CODES", "FetchError", "Http", "RemoteFile", "Response", "Validator", "without_login"]
