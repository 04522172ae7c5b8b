"""Alembic's entry: runs the migrations on the address that the caller put into the configuration."""

from alembic import context

from app.db import open_engine
from app.models import SQLModel
from app.settings import load

url = context.config.attributes.get("url") or load().sqlalchemy_url

engine = open_engine(url)
with engine.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
