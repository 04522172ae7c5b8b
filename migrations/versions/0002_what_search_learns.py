"""What search learns."""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('hint_state',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('learned_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.execute("INSERT INTO hint_state (id, number) VALUES (1, 0)")
    op.create_table('synonym',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phrase', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('means', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('both_ways', sa.Boolean(), nullable=False),
    sa.Column('origin', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('learned_use',
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('aid_id')
    )
    op.create_table('learned_word',
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.Column('term', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('word', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('aid_id', 'term')
    )
    op.create_table('used_together',
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.ForeignKeyConstraint(['other_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('aid_id', 'other_id')
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lang', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True))
    op.create_index('ix_use_event_slug_at', 'use_event', ['slug', 'at'])


def downgrade() -> None:
    op.drop_index('ix_use_event_slug_at', 'use_event')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_column('lang')

    op.drop_table('used_together')
    op.drop_table('learned_word')
    op.drop_table('learned_use')
    op.drop_table('synonym')
    op.drop_table('hint_state')
