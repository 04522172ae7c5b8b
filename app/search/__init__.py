"""Finding aids: a Whoosh index derived from the database, and the answers it gives.

The story runs analysis → segment → snapshot → sight → words and slips → terms → ranking → service: text becomes terms;
the index is read into arrays, segment by segment, and a snapshot takes these together; a sight is what one kind of
reader sees of it, with what each word finds and what an unknown one may stand for; a question is taken apart into such
words; their scores and its meaning become an order, and the order an answer with excerpts.
"""
