"""working copies."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.create_table('working_copy',
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('aid_id', sa.Integer(), nullable=True),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('began_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('person', 'place')
    )
    with op.batch_alter_table('working_copy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_working_copy_aid_id'), ['aid_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_working_copy_updated_at'), ['updated_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('working_copy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_working_copy_updated_at'))
        batch_op.drop_index(batch_op.f('ix_working_copy_aid_id'))

    op.drop_table('working_copy')
