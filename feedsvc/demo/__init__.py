"""A small newsroom that needs no network: what a fresh installation shows on air."""

from feedsvc.demo.newsroom import build

__all__ = ["build"]
