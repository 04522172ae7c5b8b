"""The job-aid server. `app.main.create_app` builds it; ARCHITECTURE in `app/docs` tells where things live."""
