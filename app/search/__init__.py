"""Finding aids: a Whoosh index derived from the database, and the answers it gives.

The story runs analysis → index → snapshot → excerpt → service: words become terms, terms live in the index, a snapshot
of the index scores them, and an excerpt shows the reader why.
"""
