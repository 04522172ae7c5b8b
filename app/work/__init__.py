"""Tasks, workflows and job roles: the work that aids support."""
