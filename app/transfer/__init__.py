"""From mastery to competency: evidence in, roll-outs, and honest figures of whether the aids made the difference.

The method is in `app/docs/decisions/transfer.md`. Comparisons are by assignment, never by use, except where a figure is
marked descriptive.
"""
