"""Indexes that hold all that a report asks for, how many were competent in one, measures of the work, and daily totals of use."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0012'
down_revision = '0011'

COVERED = {
    'mastery_record': ('task_id', 'mastered', 'low_trust', 'person', 'day', 'recorded_at', 'withdrawn_at'),
    'competency_evidence': ('task_id', 'counts', 'success', 'level', 'person', 'day', 'recorded_at', 'withdrawn_at'),
}


def upgrade() -> None:
    for table, columns in COVERED.items():
        op.drop_index(f'ix_{table}_task', table_name=table)
        op.create_index(f'ix_{table}_task', table, [*columns, 'source'])
        op.create_index(f'ix_{table}_came', table, ['task_id', 'recorded_at'])
    op.create_index('ix_competency_evidence_recorded_by', 'competency_evidence', ['recorded_by'])
    op.drop_index('ix_use_event_slug_at', table_name='use_event')
    op.create_index('ix_use_event_slug_at', 'use_event', ['slug', 'at', 'type', 'person'])
    op.add_column('shown_report', sa.Column('events', sa.Integer(), nullable=True))
    op.create_table('measure_point',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('measure', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('group', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('count', sa.Float(), nullable=False),
    sa.Column('of', sa.Float(), nullable=False),
    sa.Column('recorded_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_measure_point_task', 'measure_point', ['task_id', 'measure'])
    op.create_table('use_total',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('what', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'what')
    )


def downgrade() -> None:
    op.drop_table('use_total')
    op.drop_index('ix_measure_point_task', table_name='measure_point')
    op.drop_table('measure_point')
    op.drop_column('shown_report', 'events')
    op.drop_index('ix_competency_evidence_recorded_by', table_name='competency_evidence')
    op.drop_index('ix_use_event_slug_at', table_name='use_event')
    op.create_index('ix_use_event_slug_at', 'use_event', ['slug', 'at'])
    for table, columns in COVERED.items():
        op.drop_index(f'ix_{table}_came', table_name=table)
        op.drop_index(f'ix_{table}_task', table_name=table)
        op.create_index(f'ix_{table}_task', table, [*columns])
