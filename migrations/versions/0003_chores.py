"""chores."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('chore_run',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
    sa.Column('began_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )


def downgrade() -> None:
    op.drop_table('chore_run')
