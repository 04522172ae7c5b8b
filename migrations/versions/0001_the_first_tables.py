"""The first tables."""

import uuid

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('aid',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('live', sa.Integer(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('review_due', sa.Date(), nullable=True),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('path'),
    sa.UniqueConstraint('slug')
    )
    with op.batch_alter_table('aid', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aid_review_due'), ['review_due'], unique=False)

    op.create_table('api_token',
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_table('attachment',
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=50), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('instance',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('job_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    op.create_table('person',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('use_event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('person', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('tab', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('search_id', sa.Uuid(), nullable=True),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('task', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('step', sa.Integer(), nullable=True),
    sa.Column('section', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('outcome', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('query', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('results', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
    sa.Column('app', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
    sa.Column('ms', sa.Integer(), nullable=True),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('use_event', schema=None) as batch_op:
        batch_op.create_index('ix_use_event_person_at', ['person', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_use_event_search_id'), ['search_id'], unique=False)
        batch_op.create_index('ix_use_event_tab_at', ['tab', 'at'], unique=False)
        batch_op.create_index('ix_use_event_type_at', ['type', 'at'], unique=False)

    op.create_table('workflow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    op.create_table('change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('library_file',
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.ForeignKeyConstraint(['digest'], ['attachment.digest'], ),
    sa.PrimaryKeyConstraint('path')
    )
    op.create_table('redirect',
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('slug')
    )
    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redirect_aid_id'), ['aid_id'], unique=False)

    op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('origin', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('author', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('markdown', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('summary', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('moments', sa.JSON(), nullable=False),
    sa.Column('tasks', sa.JSON(), nullable=False),
    sa.Column('keywords', sa.JSON(), nullable=False),
    sa.Column('owner', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('community', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('audience', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=True),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('images', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('aid_id', 'number')
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revision_aid_id'), ['aid_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('person_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('expires_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('digest')
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)

    op.create_table('sign_in_link',
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('person_id', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('expires_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('used_at', app.db.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_table('task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('workflow_id', sa.Integer(), nullable=True),
    sa.Column('criticality', sa.Integer(), nullable=True),
    sa.Column('owner', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('created_at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['workflow_id'], ['workflow.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_workflow_id'), ['workflow_id'], unique=False)

    op.create_table('aid_task',
    sa.Column('aid_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('aid_id', 'task_id')
    )
    with op.batch_alter_table('aid_task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aid_task_task_id'), ['task_id'], unique=False)

    op.create_table('task_role',
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['job_role.id'], ),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], ),
    sa.PrimaryKeyConstraint('task_id', 'role_id')
    )
    op.bulk_insert(sa.table("instance", sa.column("id", sa.String)), [{"id": uuid.uuid4().hex}])


def downgrade() -> None:
    op.drop_table('task_role')
    with op.batch_alter_table('aid_task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aid_task_task_id'))

    op.drop_table('aid_task')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_task_workflow_id'))

    op.drop_table('task')
    op.drop_table('sign_in_link')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_person_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revision_aid_id'))

    op.drop_table('revision')
    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redirect_aid_id'))

    op.drop_table('redirect')
    op.drop_table('library_file')
    op.drop_table('change')
    op.drop_table('workflow')
    with op.batch_alter_table('use_event', schema=None) as batch_op:
        batch_op.drop_index('ix_use_event_type_at')
        batch_op.drop_index('ix_use_event_tab_at')
        batch_op.drop_index(batch_op.f('ix_use_event_search_id'))
        batch_op.drop_index('ix_use_event_person_at')

    op.drop_table('use_event')
    op.drop_table('person')
    op.drop_table('job_role')
    op.drop_table('instance')
    op.drop_table('audit_entry')
    op.drop_table('attachment')
    op.drop_table('api_token')
    with op.batch_alter_table('aid', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aid_review_due'))

    op.drop_table('aid')
