"""Making articles searchable, and reading them back. Everything else stands on this floor."""
