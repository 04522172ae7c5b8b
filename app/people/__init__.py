"""Persons, roles, sign-in, API tokens, and the viewer: who asks, and what she may see and do."""
