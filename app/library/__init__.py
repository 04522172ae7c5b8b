"""Folders of documents in, folders out."""
