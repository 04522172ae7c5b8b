"""Layout, components, charts, static files, and words for translation. Knows no domain."""
