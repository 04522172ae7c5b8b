"""what comes in."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.db

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', app.db.UTCDateTime(timezone=True), nullable=False),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('library_text',
    sa.Column('folder', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('mark', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('folder', 'path')
    )
    op.create_table('import_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('container_id', sa.Integer(), nullable=True),
    sa.Column('is_part', sa.Boolean(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('claimed_at', app.db.UTCDateTime(timezone=True), nullable=True),
    sa.Column('claimed_by', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=True),
    sa.Column('original', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lost', sa.JSON(), nullable=False),
    sa.Column('problem', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('aid_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['aid_id'], ['aid.id'], ),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], ),
    sa.ForeignKeyConstraint(['container_id'], ['import_document.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('import_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_document_aid_id'), ['aid_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_document_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_document_container_id'), ['container_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_document_digest'), ['digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_document_state'), ['state'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('import_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_document_state'))
        batch_op.drop_index(batch_op.f('ix_import_document_digest'))
        batch_op.drop_index(batch_op.f('ix_import_document_container_id'))
        batch_op.drop_index(batch_op.f('ix_import_document_batch_id'))
        batch_op.drop_index(batch_op.f('ix_import_document_aid_id'))

    op.drop_table('import_document')
    op.drop_table('library_text')
    op.drop_table('import_batch')
