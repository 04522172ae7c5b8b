"""Applications that show help, their keys, and context rules."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    op.create_table('application',
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('origins', sa.JSON(), nullable=False),
    sa.Column('subdomains', sa.Boolean(), nullable=False),
    sa.Column('open', sa.Boolean(), nullable=False),
    sa.Column('accent', sqlmodel.sql.sqltypes.AutoString(length=7), nullable=True),
    sa.Column('task', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_table('context_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('app', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('pattern', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('screen', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
    sa.Column('task', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('context_rule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_context_rule_app'), ['app'], unique=False)

    op.create_table('spent_batch',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('spent_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spent_batch_at'), ['at'], unique=False)

    op.create_table('application_key',
    sa.Column('kid', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('app', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('algorithm', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('material', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', app.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['app'], ['application.key'], ),
    sa.PrimaryKeyConstraint('kid')
    )
    with op.batch_alter_table('application_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_key_app'), ['app'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('application_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_key_app'))

    op.drop_table('application_key')
    with op.batch_alter_table('spent_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_spent_batch_at'))

    op.drop_table('spent_batch')
    with op.batch_alter_table('context_rule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_context_rule_app'))

    op.drop_table('context_rule')
    op.drop_table('application')
