"""Job aids and their revisions: markdown in, safe HTML with numbered steps out, one revision live."""
