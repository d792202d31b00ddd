"""The explorer: a page on a store and its runs, for those who decide."""

from lockstep.explorer.access import Access, load_users
from lockstep.explorer.app import make_app
from lockstep.explorer.desk import Desk, StoredNames
from lockstep.explorer.guard import Place

__all__ = ["Access", "Desk", "Place", "StoredNames", "load_users", "make_app"]
