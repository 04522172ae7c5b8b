"""The job-aid server. `app.main.create_app` builds it; `app/docs/decisions` tells why it is as it is."""

import gc

gc.set_threshold(50_000)  # what is loaded at the start stays: to look at it at every 700 things took a tenth of it
