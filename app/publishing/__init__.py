"""From a text to what readers see: drafts, review, approval, dates, and what readers themselves suggest.

A revision goes from draft to review, comes back or is approved, and is live at once or on its date; the one before it
stays live until then. Nobody approves his own text.
"""
