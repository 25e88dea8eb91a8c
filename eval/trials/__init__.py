"""What each choice in retrieval is worth: the product with one thing changed at a time."""
