"""Mastery, competency, roll-outs."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    op.create_table('activity_mapping',
    sa.Column('activity', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('threshold', sa.Float(), nullable=True),
    sa.Column('changed_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('activity', 'task_id')
    )
    op.create_table('competency_evidence',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('level', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('success', sa.Boolean(), nullable=False),
    sa.Column('adapted', sa.Boolean(), nullable=False),
    sa.Column('observer', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('checklist', sa.JSON(), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('recorded_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('corrects', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('withdrawn_at', app.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('id', 'task_id')
    )
    with op.batch_alter_table('competency_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_competency_evidence_observer'), ['observer'], unique=False)
        batch_op.create_index(batch_op.f('ix_competency_evidence_person'), ['person'], unique=False)
        batch_op.create_index('ix_competency_evidence_task', ['task_id', 'counts', 'success', 'level', 'person', 'day', 'recorded_at', 'withdrawn_at'], unique=False)

    op.create_table('mastery_record',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('threshold', sa.Float(), nullable=True),
    sa.Column('mastered', sa.Boolean(), nullable=False),
    sa.Column('low_trust', sa.Boolean(), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('recorded_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('corrects', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('withdrawn_at', app.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('id', 'task_id')
    )
    with op.batch_alter_table('mastery_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mastery_record_person'), ['person'], unique=False)
        batch_op.create_index('ix_mastery_record_task', ['task_id', 'mastered', 'low_trust', 'person', 'day', 'recorded_at', 'withdrawn_at'], unique=False)

    op.create_table('rollout',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('aids', sa.JSON(), nullable=False),
    sa.Column('mechanism', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=True),
    sa.Column('begins_on', sa.Date(), nullable=True),
    sa.Column('recorded_afterwards', sa.Boolean(), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('stopped_on', sa.Date(), nullable=True),
    sa.Column('stopped_because', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('supersedes', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rollout_task_id'), ['task_id'], unique=False)

    op.create_table('shown_report',
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('chosen', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('task_id', 'chosen', 'day')
    )
    op.create_table('rollout_unit',
    sa.Column('rollout_id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('arm', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['rollout_id'], ['rollout.id'], ),
    sa.PrimaryKeyConstraint('rollout_id', 'kind', 'name')
    )
    with op.batch_alter_table('rollout_unit', schema=None) as batch_op:
        batch_op.create_index('ix_rollout_unit_name', ['kind', 'name'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('rollout_unit', schema=None) as batch_op:
        batch_op.drop_index('ix_rollout_unit_name')

    op.drop_table('rollout_unit')
    op.drop_table('shown_report')
    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rollout_task_id'))

    op.drop_table('rollout')
    with op.batch_alter_table('mastery_record', schema=None) as batch_op:
        batch_op.drop_index('ix_mastery_record_task')
        batch_op.drop_index(batch_op.f('ix_mastery_record_person'))

    op.drop_table('mastery_record')
    with op.batch_alter_table('competency_evidence', schema=None) as batch_op:
        batch_op.drop_index('ix_competency_evidence_task')
        batch_op.drop_index(batch_op.f('ix_competency_evidence_person'))
        batch_op.drop_index(batch_op.f('ix_competency_evidence_observer'))

    op.drop_table('competency_evidence')
    op.drop_table('activity_mapping')
