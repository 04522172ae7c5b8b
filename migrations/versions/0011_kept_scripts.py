"""The versions of the script that were served, with their bytes."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    op.create_table('widget_release',
    sa.Column('version', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('changes', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version')
    )


def downgrade() -> None:
    op.drop_table('widget_release')
