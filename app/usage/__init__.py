"""Use: what was searched, opened and said, stored durably under pseudonyms, and the delivery metrics made from it."""
