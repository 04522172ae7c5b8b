"""Help inside business applications: which may show it, from which origins, with which keys, and the script itself."""
