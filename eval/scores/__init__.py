"""The public question sets that are reported, and the systems that are scored on them, beside published scores."""
