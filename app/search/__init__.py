"""Finding aids: a Whoosh index derived from the database, and the answers it gives.

The story runs analysis → segment → snapshot → sight → terms → ranking → service: words become terms; the terms of an
index are read into arrays, segment by segment, and a snapshot takes these together; what a word finds for one kind of
reader is kept in her sight; a question is taken apart into words; their scores and its meaning become an order, and
the order an answer with excerpts.
"""
