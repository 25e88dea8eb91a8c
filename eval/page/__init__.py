"""A run to be shown: as a page for a browser, with its pictures, and as a summary for a pull request."""

from eval.page.page import page
from eval.page.summary import summary

__all__ = ["page", "summary"]
