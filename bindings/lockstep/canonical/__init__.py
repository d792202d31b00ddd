"""One name for what is the same thing: links, hashtags and texts before they are compared."""

from lockstep.canonical.hashtags import canonical_hashtags
from lockstep.canonical.texts import near_duplicates, text_signatures
from lockstep.canonical.urls import canonical_urls, url_domains

__all__ = [
    "canonical_hashtags",
    "canonical_urls",
    "near_duplicates",
    "text_signatures",
    "url_domains",
]
